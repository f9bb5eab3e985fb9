/** @file Loaders keyed by completion: the three parts of the key travel as three arrays. */
import { type CompletionKey, completionId } from '@nabla/db';
import DataLoader from 'dataloader';

/** $1, $2, $3 of a query: run ids, steps, indices; use as `unnest($1::text[], $2::int[], $3::int[]) AS k(run_id, step, index)`. */
export type KeyColumns = [string[], number[], number[]];

/** @param read rows of all keys, each with its key's columns. */
export function completionBatchLoader<Row extends { run_id: string; step: number; index: number }, Value>(
  read: (columns: KeyColumns) => Promise<Row[]>,
  valueOf: (rows: Row[]) => Value | Error,
) {
  return new DataLoader<CompletionKey, Value, string>(
    async (keys) => {
      const rows = await read([
        keys.map((key) => key.runId),
        keys.map((key) => key.step),
        keys.map((key) => key.index),
      ]);
      const byCompletion = new Map<string, Row[]>();
      for (const row of rows) {
        const id = completionId({ runId: row.run_id, step: row.step, index: row.index });
        const group = byCompletion.get(id);
        if (group === undefined) byCompletion.set(id, [row]);
        else group.push(row);
      }
      return keys.map((key) => valueOf(byCompletion.get(completionId(key)) ?? []));
    },
    { cacheKeyFn: completionId },
  );
}
