/**
 * @file Vitest global setup: one PostgreSQL server for all database tests of a run. Name it in `globalSetup` of a Vitest
 * project; test files then call `createTestDatabase()`. With NABLA_TEST_DATABASE_URL set beforehand (the URL of an
 * administrator on any PostgreSQL) that server is used instead.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openEmbeddedPostgres } from '../embedded/embeddedPostgres.ts';
import { silentLog } from '../log.ts';
import { TEST_SERVER_VARIABLE } from './createTestDatabase.ts';

/** Starts the server and names it in the environment, which test processes inherit. Returns the teardown. */
export default async function setup(): Promise<() => Promise<void>> {
  if (process.env[TEST_SERVER_VARIABLE] !== undefined) return async () => undefined;
  const dataDir = await mkdtemp(path.join(tmpdir(), 'nabla-test-'));
  // Without fsync: what a test database loses when the machine crashes is nobody's loss.
  const settings = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'max_connections=300'];
  const server = await openEmbeddedPostgres({ dataDir, port: 56_000, log: silentLog, settings });
  process.env[TEST_SERVER_VARIABLE] = server.url;
  return async () => {
    delete process.env[TEST_SERVER_VARIABLE];
    await server.close();
    await rm(dataDir, { recursive: true, force: true });
  };
}
