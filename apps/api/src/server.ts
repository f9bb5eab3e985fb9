/** @file The HTTP server of the API: GraphQL, subscriptions, artifacts, health. */
import { createServer, type Server } from 'node:http';
import { startLeaseSweeper, type Database, type DatabaseLog } from '@nabla/db';
import express from 'express';
import type { Logger } from 'pino';
import { rateLimit } from './auth/rateLimit.ts';
import type { Services } from './context.ts';
import { startArtifactSweeper } from './artifacts/sweepArtifacts.ts';
import { artifactRoutes, removeLeftovers } from './http/artifacts.ts';
import { requestAuthenticator } from './http/authenticateRequest.ts';
import { errorResponse, notFound } from './http/errorResponse.ts';
import { graphqlRoutes } from './http/graphql.ts';
import { serveWebsocket } from './http/websocket.ts';
import { EXECUTION_LIMIT_MS } from './limits/deadline.ts';
import { openHub } from './realtime/hub.ts';
import { buildSchema } from './schema.ts';

/** How often leases are looked at: well under the shortest one. */
const SWEEP_MS = 2_000;
const ARTIFACT_SWEEP_MS = 600_000;
/** What a request in flight gets to finish when the server stops. */
const GRACE_MS = 2_500;

export interface ServerOptions {
  db: Database;
  log: Logger;
  host: string;
  /** 0 takes any free port. */
  port: number;
  publicUrl: string;
  artifactsDir: string;
  trustProxy: string;
}

export interface ApiServer {
  port: number;
  /** Stops HTTP, subscriptions and the lease sweep; the database stays the caller's. */
  close: () => Promise<void>;
}

/** @throws Error naming the port when it is taken. */
export async function startServer(options: ServerOptions): Promise<ApiServer> {
  const { db, log, publicUrl, artifactsDir } = options;
  const schema = buildSchema();
  limitStatements(db);
  await removeLeftovers(artifactsDir);
  const hub = await openHub(db.url, databaseLog(log));
  const services: Services = { db, hub, log, publicUrl, artifactsDir, linkAttempts: rateLimit(20, 600_000) };
  const authenticate = requestAuthenticator(db, publicUrl);
  const graphql = await graphqlRoutes(schema, services, authenticate);

  const app = express();
  app.disable('x-powered-by');
  app.set('trust proxy', options.trustProxy);
  app.get('/healthz', (_req, res) => void res.json({ ok: true }));
  app.get('/readyz', async (_req, res) => {
    await db.pool.query('SELECT 1');
    res.json({ ok: true });
  });
  app.use('/artifacts', artifactRoutes({ db, dir: artifactsDir, authenticate }));
  app.use('/graphql', graphql.router);
  app.use(notFound);
  app.use(errorResponse(log));

  const server = createServer(app);
  // A checkpoint of gigabytes may take longer than Node's five minutes; bodies are bounded by size instead.
  server.requestTimeout = 0;
  const closeWebsocket = serveWebsocket(server, '/graphql', schema, services);
  try {
    await listen(server, options.host, options.port);
  } catch (error) {
    await hub.close();
    throw error;
  }
  const sweeper = startLeaseSweeper(db.pool, { intervalMs: SWEEP_MS, log: databaseLog(log) });
  const artifactSweeper = startArtifactSweeper(db, {
    dir: artifactsDir,
    intervalMs: ARTIFACT_SWEEP_MS,
    log: databaseLog(log),
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server listens on no port');
  return {
    port: address.port,
    async close() {
      await closeWebsocket();
      await closeServer(server);
      await graphql.close();
      await sweeper.close();
      await artifactSweeper.close();
      await hub.close();
    },
  };
}

/** The database layer's lines in the process's log. */
export function databaseLog(log: Logger): DatabaseLog {
  return (level, message) => log[level](message);
}

/** No statement outlives the request it belongs to by much. Connections made before this have served migrations only. */
function limitStatements(db: Database): void {
  db.pool.options.statement_timeout = EXECUTION_LIMIT_MS;
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') {
        reject(
          new Error(`Port ${port} on ${host} is taken; stop what uses it or set API_PORT to another one.`, {
            cause: error,
          }),
        );
      } else {
        reject(error);
      }
    });
    server.listen(port, host, resolve);
  });
}

async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), GRACE_MS);
  await closed;
  clearTimeout(timer);
}
