/** @file Counts what goes to PostgreSQL, whoever sends it: Prisma and hand-written SQL share one pool. */
import type { Database } from '@nabla/db';

/** Not what the request asked: transaction brackets, the listener's check, the lease sweep, when a key was last used. */
const OF_THE_PROCESS = /^\s*(BEGIN|COMMIT|ROLLBACK|SELECT 1$|WITH gone AS|UPDATE (lease|api_key) )/;

/** Runs `work` alone on the pool and answers its result with the statements it sent, BEGIN and COMMIT left out. */
export async function countQueries<T>(
  db: Database,
  work: () => Promise<T>,
): Promise<{ result: T; statements: string[] }> {
  const client = await db.pool.connect();
  // All connections are objects of one class: its method is the one place that every statement passes.
  const prototype: object = Object.getPrototypeOf(client);
  client.release();
  const original: unknown = Reflect.get(prototype, 'query');
  if (typeof original !== 'function') throw new Error('a connection without query()');
  const statements: string[] = [];
  Reflect.set(prototype, 'query', function query(this: unknown, ...args: unknown[]): unknown {
    const [first] = args;
    const text: unknown = typeof first === 'string' ? first : Reflect.get(Object(first), 'text');
    if (typeof text === 'string' && !OF_THE_PROCESS.test(text)) statements.push(text);
    return Reflect.apply(original, this, args);
  });
  try {
    return { result: await work(), statements };
  } finally {
    Reflect.set(prototype, 'query', original);
  }
}
