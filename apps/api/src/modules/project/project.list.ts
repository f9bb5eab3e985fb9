/** @file The list of projects. */
import { Prisma, type Project } from '@nabla/db';
import { columnsOf, type ListPlan } from '../../relay/listPlan.ts';

const projectColumns = {
  id: 'id',
  workspaceId: 'workspace_id',
  name: 'name',
  slug: 'slug',
  description: 'description',
  lastRunNumber: 'last_run_number',
  createdById: 'created_by_id',
  createdAt: 'created_at',
} satisfies Record<keyof Project, string>;

/** Projects of a workspace, newest first. */
export const projectPlan: ListPlan = {
  order: 'projects',
  match: Prisma.sql`p.workspace_id = parent.id`,
  columns: columnsOf('p', projectColumns),
  from: Prisma.sql`project p`,
  where: null,
  keys: [
    { expression: Prisma.sql`p.created_at`, type: 'timestamptz', descending: true },
    { expression: Prisma.sql`p.id`, type: 'text', descending: true },
  ],
};
