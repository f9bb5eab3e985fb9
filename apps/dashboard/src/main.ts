/** @file The dashboard's process: Next behind a plain HTTP server that also carries the API's paths, so that all is one origin. */
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createApiProxy } from './server/apiProxy.ts';
import { readEnv } from './server/env.ts';
import { PATH_HEADER } from './server/pathHeader.ts';
import { applySecurityHeaders } from './server/securityHeaders.ts';

const dev = process.argv.includes('--dev');
const log = (message: string): void => console.error(`[dashboard] ${message}`);

async function main(): Promise<void> {
  const env = readEnv(process.env);
  // Next looks at NODE_ENV while it is being loaded.
  Object.assign(process.env, {
    NODE_ENV: dev ? 'development' : 'production',
    API_URL: env.apiUrl,
    NEXT_TELEMETRY_DISABLED: '1',
  });
  const { default: next } = await import('next');
  const server = createServer();
  // Whoever comes while Next is being prepared is answered then: a request that nobody listens for would hang.
  const early: [IncomingMessage, ServerResponse][] = [];
  const hold = (request: IncomingMessage, response: ServerResponse): void =>
    void early.push([request, response]);
  server.on('request', hold);
  await listen(server, env.host, env.port);
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : env.port;

  const app = next({
    dev,
    dir: fileURLToPath(new URL('..', import.meta.url)),
    hostname: env.host,
    port,
    httpServer: server,
  });
  const handle = app.getRequestHandler();
  await app.prepare();
  const nextUpgrade = app.getUpgradeHandler();
  const api = createApiProxy(env.apiUrl, log);
  const sockets = new Set<Socket>();

  server.off('request', hold);
  server.on('request', (request, response) => {
    if (api.handles(request.url)) {
      void api.web(request, response);
      return;
    }
    applySecurityHeaders(request, response, dev);
    request.headers[PATH_HEADER] = request.url ?? '/';
    handle(request, response).catch((error: unknown) => {
      log(
        `${request.method ?? ''} ${request.url ?? ''}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      );
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  for (const [request, response] of early.splice(0)) server.emit('request', request, response);
  server.on('upgrade', (request, socket, head) => {
    if (!(socket instanceof Socket)) return;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    if (api.handles(request.url)) void api.upgrade(request, socket, head);
    else if (dev) nextUpgrade(request, socket, head).catch((error: unknown) => log(String(error)));
    else socket.destroy();
  });

  const stop = (signal: string): void => {
    log(`${signal}: stopping`);
    for (const socket of sockets) socket.destroy();
    server.close(() => process.exit(0));
    server.closeIdleConnections();
    // Answers under way get two seconds.
    setTimeout(() => server.closeAllConnections(), 2000).unref();
    setTimeout(() => process.exit(0), 4000).unref();
  };
  process.once('SIGTERM', () => stop('SIGTERM'));
  process.once('SIGINT', () => stop('SIGINT'));
  console.log(
    JSON.stringify({
      ready: true,
      port,
      url: `http://${env.host.includes(':') ? `[${env.host}]` : env.host}:${port}`,
    }),
  );
}

function listen(server: ReturnType<typeof createServer>, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? new Error(`port ${port} on ${host} is taken: set DASHBOARD_PORT to a free one`)
          : new Error(`cannot listen on ${host}:${port}: ${error.message}`, { cause: error }),
      ),
    );
    server.listen(port, host, () => resolve());
  });
}

main().catch((error: unknown) => {
  log(error instanceof Error ? error.message : String(error));
  process.exit(1);
});
