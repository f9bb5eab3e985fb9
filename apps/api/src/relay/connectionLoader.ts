/** @file Connections below a list: all parents that ask for the same page share one query, and one more if they count. */
import type { Database } from '@nabla/db';
import DataLoader from 'dataloader';
import { countRows, type KeyedRow, type ListPlan, readPages } from './listPlan.ts';
import { type Connection, connectionOf, type PageArgs, pageRequest } from './page.ts';

export interface ConnectionLoader<Args extends PageArgs, Row> {
  load(parentId: string, args: Args): Promise<Connection<Row>>;
}

/** @param planOf throws a Refusal when the arguments cannot be used. */
export function connectionLoader<Args extends PageArgs, Row extends object>(
  pool: Database['pool'],
  planOf: (args: Args) => ListPlan,
): ConnectionLoader<Args, Row> {
  interface Key {
    parentId: string;
    args: Args;
  }
  const cacheKeyFn = ({ parentId, args }: Key) => `${parentId} ${JSON.stringify(args)}`;

  const counts = new DataLoader<Key, number, string>(
    (keys) =>
      byArguments(keys, async (args, parentIds) => {
        const found = await countRows(pool, planOf(args), parentIds);
        return (parentId) => found.get(parentId) ?? 0;
      }),
    { cacheKeyFn },
  );

  const pages = new DataLoader<Key, Connection<Row>, string>(
    (keys) =>
      byArguments(keys, async (args, parentIds) => {
        const plan = planOf(args);
        const request = pageRequest(args, plan.order, plan.keys.length);
        const found = await readPages<Row>(pool, plan, parentIds, request);
        return (parentId) => {
          const rows = found.get(parentId) ?? [];
          const keyed = new Map<Row, KeyedRow<Row>>(rows.map((row) => [row.row, row]));
          return connectionOf(
            request,
            rows.map(({ row }) => row),
            (row) => keyed.get(row)?.key ?? [],
            () => counts.load({ parentId, args }),
          );
        };
      }),
    { cacheKeyFn },
  );

  return { load: (parentId, args) => pages.load({ parentId, args }) };
}

/** Answers each key from one call per distinct arguments; a call that fails fails its own keys only. */
export async function byArguments<Args, Value>(
  keys: readonly { parentId: string; args: Args }[],
  read: (args: Args, parentIds: string[]) => Promise<(parentId: string) => Value>,
): Promise<(Value | Error)[]> {
  const groups = new Map<string, { args: Args; parentIds: Set<string> }>();
  for (const { parentId, args } of keys) {
    const name = JSON.stringify(args);
    const group = groups.get(name) ?? { args, parentIds: new Set() };
    group.parentIds.add(parentId);
    groups.set(name, group);
  }
  const answers = new Map<string, ((parentId: string) => Value) | Error>();
  for (const [name, { args, parentIds }] of groups) {
    try {
      answers.set(name, await read(args, [...parentIds]));
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      answers.set(name, error);
    }
  }
  return keys.map(({ parentId, args }) => {
    const answer = answers.get(JSON.stringify(args));
    if (answer === undefined) throw new Error('an answer is missing for arguments that were read');
    return answer instanceof Error ? answer : answer(parentId);
  });
}

/** A loader of one value per id, from one query for all ids asked together. */
export function valueLoader<Value>(
  read: (ids: string[]) => Promise<Map<string, Value>>,
  absent: (id: string) => Value,
) {
  return new DataLoader<string, Value>(async (ids) => {
    const found = await read([...ids]);
    return ids.map((id) => found.get(id) ?? absent(id));
  });
}
