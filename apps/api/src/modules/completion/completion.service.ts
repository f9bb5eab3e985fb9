/** @file Completions of one step. */
import type { Context } from '../../context.ts';
import { refuse } from '../../errors.ts';
import { MAX_PAGE_SIZE } from '../../relay/page.ts';
import type { Completion, CompletionsAdded } from '../../sources.ts';

/** The first of a step by index, as many as a page holds when nothing is said. */
export async function completionsOfStep(
  ctx: Context,
  event: CompletionsAdded,
  first: number | null,
): Promise<Completion[]> {
  const limit = first ?? MAX_PAGE_SIZE;
  if (limit < 0 || limit > MAX_PAGE_SIZE) {
    throw refuse('TOO_LARGE', `"first" is ${limit}; a page holds 0 to ${MAX_PAGE_SIZE}.`, ['first']);
  }
  const { runId, step, evaluationSet } = event;
  return ctx.db.prisma.completion.findMany({
    where: { runId, step, evaluationSet },
    orderBy: { index: 'asc' },
    take: limit,
  });
}
