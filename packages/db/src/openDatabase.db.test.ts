import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from './ids.ts';
import type { Database } from './openDatabase.ts';
import { createTestDatabase } from './testing/index.ts';

let db: Database;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.close());

test('Prisma and the pool see the same migrated database', async () => {
  const id = newId('workspace');
  await db.prisma.workspace.create({ data: { id, name: 'Laboratory' } });
  const { rows } = await db.pool.query('SELECT name FROM workspace WHERE id = $1', [id]);
  expect(rows).toEqual([{ name: 'Laboratory' }]);
});
