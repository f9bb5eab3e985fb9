/** @file The list of completions: columns, orderings. */
import { Prisma } from '@nabla/db';
import { columnsOf, type ListKey, type ListPlan } from '../../relay/listPlan.ts';
import type { PageArgs } from '../../relay/page.ts';
import type { Completion } from '../../sources.ts';
import { type CompletionFilter, completionScope } from './completion.filter.ts';

export interface CompletionOrder {
  field: 'STEP' | 'REWARD' | 'ADVANTAGE' | 'KL' | 'DELTA_LOGP';
  direction: 'ASC' | 'DESC';
}

export interface CompletionListArgs extends PageArgs {
  filter?: CompletionFilter | null | undefined;
  orderBy?: CompletionOrder | null | undefined;
}

const completionColumns = {
  runId: 'run_id',
  step: 'step',
  index: 'index',
  group: 'group',
  promptText: 'prompt_text',
  answer: 'answer',
  text: 'text',
  tokenCount: 'token_count',
  truncated: 'truncated',
  reward: 'reward',
  advantage: 'advantage',
  signal: 'signal',
  kl: 'kl',
  logp: 'logp',
  refLogp: 'ref_logp',
  updatedLogp: 'updated_logp',
  evaluationSet: 'evaluation_set',
} satisfies Record<keyof Completion, string>;

/** Select list of a completion aliased `c`. */
export const completionColumnsSql = columnsOf('c', completionColumns);
export const completionSelect = completionColumnsSql.text;

/** Completions of a run, those trained on unless the filter names an evaluation set; by step and index, ascending, when nothing else is said. */
export function completionPlan(args: CompletionListArgs, viewerId: string): ListPlan {
  const order = args.orderBy ?? { field: 'STEP', direction: 'ASC' };
  const descending = order.direction === 'DESC';
  const place: ListKey[] = [
    { expression: Prisma.sql`c.step`, type: 'int4', descending },
    { expression: Prisma.sql`c.index`, type: 'int4', descending },
  ];
  const value = valueOf(order);
  return {
    order: `completions:${order.field}:${order.direction}`,
    match: Prisma.sql`c.run_id = parent.id`,
    columns: completionColumnsSql,
    from: Prisma.sql`completion c`,
    where: completionScope(args.filter, viewerId),
    keys: value === null ? place : [{ expression: value, type: 'float8', descending }, ...place],
  };
}

/** Completions without the value come last either way. */
function valueOf(order: CompletionOrder): Prisma.Sql | null {
  const orLast = (expression: Prisma.Sql) =>
    order.direction === 'DESC'
      ? Prisma.sql`coalesce(${expression}, '-Infinity'::float8)`
      : Prisma.sql`coalesce(${expression}, 'Infinity'::float8)`;
  switch (order.field) {
    case 'STEP':
      return null;
    case 'REWARD':
      return orLast(Prisma.sql`c.reward`);
    case 'ADVANTAGE':
      return orLast(Prisma.sql`c.advantage`);
    case 'KL':
      return orLast(Prisma.sql`c.kl`);
    case 'DELTA_LOGP':
      return orLast(Prisma.sql`(c.updated_logp - c.logp)`);
  }
}
