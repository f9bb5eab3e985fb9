/** @file A verdict is added, never changed: a new one takes the place of one's own older one. */
import { newId, type VerdictValue } from '@nabla/db';
import { BOUNDS } from '@nabla/domain';
import { actorOf, type Context } from '../../context.ts';
import { boundedText } from '../../input.ts';
import { publishIn } from '../../realtime/publish.ts';
import { requireCompletion } from '../node/find.ts';
import { transact } from '../../transact.ts';

export interface GiveVerdictInput {
  completionId: string;
  value: VerdictValue;
  note?: string | null | undefined;
}

/** The same verdict again (a retry, a double click) changes nothing. */
export async function giveVerdict(ctx: Context, input: GiveVerdictInput) {
  const { userId, workspaceId } = actorOf(ctx);
  const completion = await requireCompletion(ctx, input.completionId, ['input', 'completionId']);
  const note = boundedText(input.note ?? '', BOUNDS.maxNoteChars, ['input', 'note']);
  const { runId, step, index } = completion;
  const verdict = await transact(ctx.db, async (tx) => {
    // One person's two requests at once take turns, so that only one verdict is current.
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`${input.completionId} ${userId}`}, 7))`;
    const current = await tx.verdict.findFirst({
      where: { runId, step, index, authorId: userId, supersededAt: null },
    });
    if (current !== null && current.value === input.value && current.note === note) return current;
    if (current !== null) {
      await tx.verdict.update({ where: { id: current.id }, data: { supersededAt: new Date() } });
    }
    const created = await tx.verdict.create({
      data: { id: newId('verdict'), runId, step, index, authorId: userId, value: input.value, note },
    });
    await publishIn(tx, {
      type: 'verdict',
      runId,
      step,
      index,
      verdictId: created.id,
      authorId: userId,
      workspaceId,
    });
    return created;
  });
  ctx.loaders.completionVerdicts.clear(completion);
  return { verdict, completion };
}
