/** @file Completions with their reward components and tokens, many at a time. */
import { cleanText } from '../cleanText.ts';
import type { Queryable } from '../queryable.ts';
import type { CompletionEntry, TokensEntry } from './stepRecord.ts';

export type StepCompletion = CompletionEntry & { step: number };

/**
 * A resumed run writes completions that are there already: they are replaced. `xmax <> 0` tells a replaced row from a new
 * one, so that the old reward components are looked for only where there are some.
 */
const UPSERT = `
  WITH written AS (
    INSERT INTO completion (run_id, step, index, "group", prompt_text, answer, text, token_count, truncated,
                            reward, advantage, signal, kl, logp, ref_logp, updated_logp, evaluation_set)
    SELECT $1, * FROM unnest($2::int[], $3::int[], $4::int[], $5::text[], $6::text[], $7::text[], $8::int[], $9::bool[],
                             $10::float8[], $11::float8[], $12::float8[], $13::float8[], $14::float8[], $15::float8[],
                             $16::float8[], $17::text[])
    ON CONFLICT (run_id, step, index) DO UPDATE SET
      "group" = excluded."group", prompt_text = excluded.prompt_text, answer = excluded.answer, text = excluded.text,
      token_count = excluded.token_count, truncated = excluded.truncated, reward = excluded.reward,
      advantage = excluded.advantage, signal = excluded.signal, kl = excluded.kl, logp = excluded.logp,
      ref_logp = excluded.ref_logp, updated_logp = excluded.updated_logp,
      evaluation_set = excluded.evaluation_set, created_at = excluded.created_at
    RETURNING step, index, xmax <> 0 AS replaced)
  SELECT step, index FROM written WHERE replaced`;

const DELETE_REWARDS = `
  DELETE FROM reward USING unnest($2::int[], $3::int[]) AS t (step, index)
   WHERE reward.run_id = $1 AND reward.step = t.step AND reward.index = t.index`;

const INSERT_REWARDS = `
  INSERT INTO reward (run_id, step, index, component, position, value, used, weight, version, error)
  SELECT $1, * FROM unnest($2::int[], $3::int[], $4::text[], $5::int[], $6::float8[], $7::float8[], $8::float8[], $9::text[],
                           $10::text[])`;

/** As for metric chunks, all bytes travel as one binary parameter; a length of -1 stands for null. */
const UPSERT_TOKENS = `
  INSERT INTO completion_tokens (run_id, step, index, pieces, token_ids, logp, ref_logp, updated_logp)
  SELECT $1, step, index, pieces::jsonb,
         substring($2::bytea FROM at FOR ids),
         substring($2::bytea FROM at + ids FOR logp),
         CASE WHEN ref >= 0 THEN substring($2::bytea FROM at + ids + logp FOR ref) END,
         CASE WHEN updated >= 0 THEN substring($2::bytea FROM at + ids + logp + greatest(ref, 0) FOR updated) END
    FROM unnest($3::int[], $4::int[], $5::text[], $6::int[], $7::int[], $8::int[], $9::int[], $10::int[])
      AS t (step, index, pieces, at, ids, logp, ref, updated)
  ON CONFLICT (run_id, step, index) DO UPDATE SET
    pieces = excluded.pieces, token_ids = excluded.token_ids, logp = excluded.logp, ref_logp = excluded.ref_logp,
    updated_logp = excluded.updated_logp`;

/** Writes completions of one run. Of two with the same step and index the later one is taken. */
export async function writeCompletions(
  db: Queryable,
  runId: string,
  given: readonly StepCompletion[],
): Promise<void> {
  const rows = [...new Map(given.map((row) => [`${row.step}:${row.index}`, row])).values()];
  if (rows.length === 0) return;
  const replaced = await db.query<{ step: number; index: number }>({
    name: 'completion-upsert',
    text: UPSERT,
    values: [
      runId,
      rows.map((row) => row.step),
      rows.map((row) => row.index),
      rows.map((row) => row.group),
      rows.map((row) => cleanText(row.promptText)),
      rows.map((row) => (row.answer === null ? null : cleanText(row.answer))),
      rows.map((row) => cleanText(row.text)),
      rows.map((row) => row.tokenCount),
      rows.map((row) => row.truncated),
      rows.map((row) => row.reward),
      rows.map((row) => row.advantage),
      rows.map((row) => row.signal),
      rows.map((row) => row.kl),
      rows.map((row) => row.logp),
      rows.map((row) => row.refLogp),
      rows.map((row) => row.updatedLogp),
      rows.map((row) => row.evaluationSet),
    ],
  });
  if (replaced.rows.length > 0) {
    const keys = [replaced.rows.map((row) => row.step), replaced.rows.map((row) => row.index)];
    await db.query({ name: 'reward-delete', text: DELETE_REWARDS, values: [runId, ...keys] });
  }
  await insertRewards(db, runId, rows);
  await writeTokens(db, runId, rows);
}

async function insertRewards(
  db: Queryable,
  runId: string,
  completions: readonly StepCompletion[],
): Promise<void> {
  const rows = completions.flatMap(({ step, index, rewards }) =>
    [...new Map(rewards.map((reward) => [reward.name, reward])).values()].map((reward, position) => ({
      ...reward,
      step,
      index,
      position,
    })),
  );
  if (rows.length === 0) return;
  await db.query({
    name: 'reward-insert',
    text: INSERT_REWARDS,
    values: [
      runId,
      rows.map((row) => row.step),
      rows.map((row) => row.index),
      rows.map((row) => cleanText(row.name)),
      rows.map((row) => row.position),
      rows.map((row) => row.value),
      rows.map((row) => row.used),
      rows.map((row) => row.weight),
      rows.map((row) => cleanText(row.version)),
      rows.map((row) => (row.error === null ? null : cleanText(row.error))),
    ],
  });
}

async function writeTokens(
  db: Queryable,
  runId: string,
  completions: readonly StepCompletion[],
): Promise<void> {
  const bytes: Uint8Array[] = [];
  let at = 1; // SQL counts bytes from 1
  const rows = completions.flatMap(({ step, index, tokens }) => {
    if (tokens === null) return [];
    const place = { step, index, pieces: tokens.pieces, at, lengths: lengthsOf(tokens) };
    for (const array of [tokens.tokenIds, tokens.logp, tokens.refLogp, tokens.updatedLogp]) {
      if (array === null) continue;
      bytes.push(array);
      at += array.byteLength;
    }
    return [place];
  });
  if (rows.length === 0) return;
  await db.query({
    name: 'completion-tokens-upsert',
    text: UPSERT_TOKENS,
    values: [
      runId,
      Buffer.concat(bytes),
      rows.map((row) => row.step),
      rows.map((row) => row.index),
      rows.map((row) => JSON.stringify(row.pieces.map(cleanText))),
      rows.map((row) => row.at),
      rows.map((row) => row.lengths.ids),
      rows.map((row) => row.lengths.logp),
      rows.map((row) => row.lengths.ref),
      rows.map((row) => row.lengths.updated),
    ],
  });
}

function lengthsOf({ tokenIds, logp, refLogp, updatedLogp }: TokensEntry) {
  return {
    ids: tokenIds.byteLength,
    logp: logp.byteLength,
    ref: refLogp?.byteLength ?? -1,
    updated: updatedLogp?.byteLength ?? -1,
  };
}
