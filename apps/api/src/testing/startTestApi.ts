/** @file The real API on a random port over a fresh database, for tests of this and other packages. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Database, newId, type Role } from '@nabla/db';
import { createTestDatabase } from '@nabla/db/testing';
import pino, { type Logger } from 'pino';
import { API_KEY_PREFIX, hashToken, newToken, visiblePrefix } from '../auth/tokens.ts';
import { SESSION_COOKIE } from '../auth/cookie.ts';
import { firstStart } from '../bootstrap/firstStart.ts';
import { type ApiServer, startServer } from '../server.ts';
import { type GraphqlResult, sendGraphql } from './sendGraphql.ts';

export interface TestApiOptions {
  /** Whether the demo project and run are made. Default: no. */
  demo?: boolean;
  /** A fixed port, to start a second API where the first was. Default: any free one. */
  port?: number;
  /** A database of the caller's, which then also closes it. Default: a fresh one of `@nabla/db/testing`. */
  db?: Database;
  /** Default: the API's own origin. */
  publicUrl?: string;
  log?: Logger;
}

/** A person with a role, a session and an API key of the same role. */
export interface TestPerson {
  userId: string;
  name: string;
  role: Role;
  /** `name=value` of the session's cookie. */
  cookie: string;
  sessionToken: string;
  /** Secret of an API key. */
  key: string;
}

export interface TestApi {
  url: string;
  /** Where GraphQL is asked. */
  graphqlUrl: string;
  wsUrl: string;
  port: number;
  publicUrl: string;
  db: Database;
  dataDir: string;
  artifactsDir: string;
  workspaceId: string;
  ownerId: string;
  signInUrl: string;
  /** The key that `firstStart` wrote for the local worker. */
  workerKey: string;
  /** Makes a person of a role. */
  addPerson: (role: Role, name?: string) => Promise<TestPerson>;
  /** Asks GraphQL as the bearer of an API key (default: the local worker's), or as nobody with null. */
  gql: <Data = Record<string, unknown>>(
    query: string,
    variables?: Record<string, unknown>,
    key?: string | null,
  ) => Promise<GraphqlResult<Data>>;
  close: () => Promise<void>;
}

/** Needs the Vitest global setup `@nabla/db/testing/globalSetup`, unless a database is given. */
export async function startTestApi(options: TestApiOptions = {}): Promise<TestApi> {
  const db = options.db ?? (await createTestDatabase());
  const dataDir = await mkdtemp(join(tmpdir(), 'nabla-api-test-'));
  const artifactsDir = join(dataDir, 'artifacts');
  const log = options.log ?? pino({ level: 'silent' });
  const publicUrl = options.publicUrl ?? 'http://localhost:3000';
  let server: ApiServer | null = null;
  const close = async () => {
    await server?.close();
    if (options.db === undefined) await db.close();
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    const first = await firstStart({ db, log, dataDir, publicUrl, demo: options.demo ?? false });
    server = await startServer({
      db,
      log,
      host: '127.0.0.1',
      port: options.port ?? 0,
      publicUrl,
      artifactsDir,
      trustProxy: 'loopback',
    });
    const url = `http://127.0.0.1:${server.port}`;
    const graphqlUrl = `${url}/graphql`;
    const workerKey = (await readFile(join(dataDir, 'worker-key'), 'utf8')).trim();
    return {
      url,
      graphqlUrl,
      wsUrl: `ws://127.0.0.1:${server.port}/graphql`,
      port: server.port,
      publicUrl,
      db,
      dataDir,
      artifactsDir,
      workspaceId: first.workspaceId,
      ownerId: first.ownerId,
      signInUrl: first.signInUrl ?? '',
      workerKey,
      addPerson: (role, name) => addPerson(db, first.workspaceId, role, name ?? `Test ${role.toLowerCase()}`),
      gql: (query, variables = {}, key = workerKey) =>
        sendGraphql(graphqlUrl, { query, variables }, key === null ? {} : { authorization: `Bearer ${key}` }),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function addPerson(db: Database, workspaceId: string, role: Role, name: string): Promise<TestPerson> {
  const userId = newId('user');
  const sessionToken = newToken();
  const key = newToken(API_KEY_PREFIX);
  await db.prisma.user.create({ data: { id: userId, name, memberships: { create: { workspaceId, role } } } });
  await db.prisma.session.create({
    data: {
      id: newId('session'),
      tokenHash: hashToken(sessionToken),
      userId,
      workspaceId,
      expiresAt: new Date(Date.now() + 3_600_000),
    },
  });
  await db.prisma.apiKey.create({
    data: {
      id: newId('apiKey'),
      workspaceId,
      name: `key of ${name}`,
      prefix: visiblePrefix(key),
      hash: hashToken(key),
      role,
      createdById: userId,
    },
  });
  return { userId, name, role, sessionToken, cookie: `${SESSION_COOKIE}=${sessionToken}`, key };
}
