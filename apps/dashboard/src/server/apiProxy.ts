import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createProxyServer } from 'httpxy';

export interface ApiProxy {
  /** True for the paths that the API answers. */
  handles(url: string | undefined): boolean;
  web(request: IncomingMessage, response: ServerResponse): Promise<void>;
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer): Promise<void>;
}

const API_PATHS = /^\/(graphql|artifacts)([/?]|$)/;

/** Puts the API on the dashboard's own origin: HTTP and WebSocket of /graphql and /artifacts. */
export function createApiProxy(apiUrl: string, log: (message: string) => void): ApiProxy {
  const proxy = createProxyServer({
    target: apiUrl,
    xfwd: true,
    changeOrigin: false,
    proxyTimeout: 10 * 60_000,
  });
  const refuse = (target: ServerResponse | Duplex | undefined, error: unknown): void => {
    if (target instanceof ServerResponse) answerUnavailable(target, error);
    else if (target && !target.destroyed)
      target.end('HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\n\r\n');
  };
  // With a listener the proxy reports failures here and leaves the answer to it.
  proxy.on('error', (error, request, target) => {
    log(`API proxy: ${request?.url ?? ''} ${error.message}`);
    refuse(target, error);
  });
  return {
    handles: (url) => url !== undefined && API_PATHS.test(url),
    web: (request, response) =>
      proxy.web(request, response).catch((error: unknown) => refuse(response, error)),
    upgrade(request, socket, head) {
      socket.on('error', () => socket.destroy());
      return proxy.ws(request, socket, {}, head).catch((error: unknown) => refuse(socket, error));
    },
  };
}

function answerUnavailable(response: ServerResponse, error: unknown): void {
  if (response.headersSent || response.writableEnded) {
    response.destroy();
    return;
  }
  const cause = error instanceof Error ? error.message : String(error);
  response.writeHead(503, { 'content-type': 'application/json; charset=utf-8', 'retry-after': '1' });
  response.end(
    JSON.stringify({
      errors: [{ message: `The API cannot be reached (${cause}).`, extensions: { code: 'UNAVAILABLE' } }],
    }),
  );
}
