/** @file Who sees which verdicts: the one place that decides it, for every way that leads to a verdict. */
import type { CompletionKey } from '@nabla/db';
import { includesRole } from '../../access/roles.ts';
import { actorOf, type Context } from '../../context.ts';
import type { Verdict } from '../../sources.ts';

export interface VisibleVerdicts {
  own: Verdict | null;
  verdicts: Verdict[];
  /** Others' verdicts are kept back until the viewer has given an own one. */
  hidden: boolean;
  /** Current verdicts in all, seen or not. */
  count: number;
}

/**
 * Whoever may judge sees others' verdicts only after an own one, so that nobody judges under another's influence.
 * What the person may do decides, not the key it uses: a key of a low role is no way around.
 */
export async function visibleVerdicts(ctx: Context, completion: CompletionKey): Promise<VisibleVerdicts> {
  const actor = actorOf(ctx);
  const all = await ctx.loaders.completionVerdicts.load(completion);
  const own = all.find((verdict) => verdict.authorId === actor.userId) ?? null;
  const hidden = own === null && includesRole(actor.memberRole, 'REVIEWER');
  return { own, verdicts: hidden ? [] : all, hidden, count: all.length };
}
