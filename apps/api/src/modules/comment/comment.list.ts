/** @file The lists of comments. */
import { type Comment, parseCompletionId, Prisma } from '@nabla/db';
import { columnsOf, type ListPlan } from '../../relay/listPlan.ts';

const commentColumns = {
  id: 'id',
  subject: 'subject',
  runId: 'run_id',
  step: 'step',
  index: 'index',
  authorId: 'author_id',
  body: 'body',
  createdAt: 'created_at',
  editedAt: 'edited_at',
  deletedAt: 'deleted_at',
} satisfies Record<keyof Comment, string>;

const common = {
  order: 'comments',
  columns: columnsOf('m', commentColumns),
  from: Prisma.sql`comment m`,
  where: null,
  keys: [
    { expression: Prisma.sql`m.created_at`, type: 'timestamptz', descending: false },
    { expression: Prisma.sql`m.id`, type: 'text', descending: false },
  ],
} satisfies Partial<ListPlan>;

/** Comments on runs themselves, oldest first. */
export const runCommentPlan: ListPlan = {
  ...common,
  match: Prisma.sql`m.run_id = parent.id AND m.step IS NULL`,
};

/** Comments on completions, oldest first; parents are ids of completions. */
export const completionCommentPlan: ListPlan = {
  ...common,
  parents(ids) {
    const keys = ids.map((id) => {
      const key = parseCompletionId(id);
      if (key === null) throw new Error(`${id} is not the id of a completion`);
      return key;
    });
    return Prisma.sql`unnest(${[...ids]}::text[], ${keys.map((key) => key.runId)}::text[],
      ${keys.map((key) => key.step)}::int[], ${keys.map((key) => key.index)}::int[]) AS parent(id, run_id, step, index)`;
  },
  match: Prisma.sql`m.run_id = parent.run_id AND m.step = parent.step AND m.index = parent.index`,
};
