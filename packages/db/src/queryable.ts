/** @file What the hand-written SQL needs of node-postgres. */
import type pg from 'pg';

/** A pool, or a client inside a transaction. */
export type Queryable = pg.Pool | pg.ClientBase;

/**
 * Runs `work` in a transaction on a connection of its own. A failure rolls back and is thrown on; a connection that broke
 * is not given back to the pool.
 */
export async function inTransaction<T>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  let broken = false;
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {
      broken = true; // the server has rolled back already, by losing the connection
    });
    throw error;
  } finally {
    client.release(broken);
  }
}
