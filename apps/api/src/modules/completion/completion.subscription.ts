/** @file Steps that record completions. */
import { idArg, nonNull, stringArg, subscriptionField } from 'nexus';
import type { Context } from '../../context.ts';
import { subscribeTo } from '../../realtime/subscribe.ts';
import type { CompletionsAdded } from '../../sources.ts';
import { requireRun } from '../node/find.ts';

export const completionsAdded = subscriptionField('completionsAdded', {
  type: nonNull('CompletionsAdded'),
  description:
    'One message per recorded step, with the completions of that step when asked for: those trained on, or those of an evaluation set.',
  args: { runId: nonNull(idArg()), evaluationSet: stringArg() },
  subscribe: (_, { runId, evaluationSet }, ctx) => subscribeToCompletions(ctx, runId, evaluationSet ?? null),
  resolve: (event: CompletionsAdded) => event,
});

async function subscribeToCompletions(ctx: Context, runId: string, evaluationSet: string | null) {
  await requireRun(ctx, runId, ['runId']);
  const message = (step: number) => [String(step), { runId, step, evaluationSet }] as const;
  return subscribeTo<CompletionsAdded>(ctx, {
    *items(event) {
      if (event.type !== 'record' || event.runId !== runId) return;
      yield* (evaluationSet === null ? event.completionSteps : event.evaluationSteps).map(message);
    },
    async resync(since) {
      const { rows } = await ctx.db.pool.query<{ step: number }>(RECORDED_SINCE, [
        runId,
        since,
        evaluationSet,
      ]);
      return rows.map(({ step }) => message(step));
    },
  });
}

const RECORDED_SINCE = `
  SELECT DISTINCT s.step FROM step_record s
   WHERE s.run_id = $1 AND s.received_at >= $2 AND s.completion_count > 0
     AND EXISTS (SELECT 1 FROM completion c
                  WHERE c.run_id = s.run_id AND c.step = s.step AND c.evaluation_set IS NOT DISTINCT FROM $3::text)
   ORDER BY s.step`;
