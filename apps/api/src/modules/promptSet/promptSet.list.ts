/** @file The lists of prompt sets and prompts. */
import { Prisma, type Prompt, type PromptSet } from '@nabla/db';
import type { PageArgs } from '../../relay/page.ts';
import { columnsOf, type ListPlan } from '../../relay/listPlan.ts';
import { containsPattern } from '../../relay/likePattern.ts';

const promptSetColumns = {
  id: 'id',
  projectId: 'project_id',
  name: 'name',
  description: 'description',
  createdById: 'created_by_id',
  createdAt: 'created_at',
} satisfies Record<keyof PromptSet, string>;

const promptColumns = {
  versionId: 'version_id',
  index: 'index',
  text: 'text',
  answer: 'answer',
  metadata: 'metadata',
} satisfies Record<keyof Prompt, string>;

/** Prompt sets of a project, newest first. */
export const promptSetPlan: ListPlan = {
  order: 'promptSets',
  match: Prisma.sql`s.project_id = parent.id`,
  columns: columnsOf('s', promptSetColumns),
  from: Prisma.sql`prompt_set s`,
  where: null,
  keys: [
    { expression: Prisma.sql`s.created_at`, type: 'timestamptz', descending: true },
    { expression: Prisma.sql`s.id`, type: 'text', descending: true },
  ],
};

export interface PromptListArgs extends PageArgs {
  search?: string | null | undefined;
}

/** Prompts of a version in the order of the file. */
export function promptPlan({ search }: PromptListArgs): ListPlan {
  const pattern = search == null || search === '' ? null : containsPattern(search);
  return {
    order: 'prompts',
    match: Prisma.sql`p.version_id = parent.id`,
    columns: columnsOf('p', promptColumns),
    from: Prisma.sql`prompt p`,
    where: pattern === null ? null : Prisma.sql`(p.text ILIKE ${pattern} OR p.answer ILIKE ${pattern})`,
    keys: [{ expression: Prisma.sql`p.index`, type: 'int4', descending: false }],
  };
}
