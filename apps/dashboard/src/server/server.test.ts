import { type IncomingMessage, type Server, createServer, request } from 'node:http';
import { type AddressInfo, Socket, connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createApiProxy } from './apiProxy.ts';
import { readEnv } from './env.ts';
import { applySecurityHeaders } from './securityHeaders.ts';

const open: Server[] = [];
afterEach(async () => {
  await Promise.all(
    open.splice(0).map(
      (server) =>
        new Promise<void>((resolve) => {
          server.close(() => resolve());
          server.closeAllConnections();
        }),
    ),
  );
});

function start(server: Server): Promise<number> {
  open.push(server);
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
  );
}

function get(
  port: number,
  path: string,
  body?: string,
): Promise<{ response: IncomingMessage; text: string }> {
  return new Promise((resolve, reject) => {
    const call = request(
      { port, path, host: '127.0.0.1', method: body === undefined ? 'GET' : 'POST' },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (text += chunk));
        response.on('end', () => resolve({ response, text }));
      },
    );
    call.on('error', reject);
    call.end(body);
  });
}

/** A server that hands everything to the proxy, as main.ts does for the API's paths. */
function behind(apiUrl: string): Server {
  const proxy = createApiProxy(apiUrl, () => undefined);
  const server = createServer((incoming, outgoing) => void proxy.web(incoming, outgoing));
  server.on('upgrade', (incoming, socket, head) => {
    if (socket instanceof Socket) void proxy.upgrade(incoming, socket, head);
  });
  return server;
}

describe('the proxy of the API', () => {
  it('takes the API’s paths and no others', () => {
    const proxy = createApiProxy('http://127.0.0.1:1', () => undefined);
    for (const path of ['/graphql', '/graphql?x=1', '/artifacts/abc'])
      expect(proxy.handles(path), path).toBe(true);
    for (const path of ['/', '/graphiql', '/graphqlx', '/artifactsx', undefined])
      expect(proxy.handles(path), path).toBe(false);
  });

  it('carries requests to the API with the browser’s Host, so that the API can check the origin', async () => {
    const api = await start(
      createServer((incoming, outgoing) => {
        let body = '';
        incoming.on('data', (chunk: Buffer) => (body += chunk.toString()));
        incoming.on('end', () =>
          outgoing.end(JSON.stringify({ host: incoming.headers.host, url: incoming.url, body })),
        );
      }),
    );
    const port = await start(behind(`http://127.0.0.1:${api}`));
    const { text } = await get(port, '/graphql?a=b', '{"query":"{ viewer { role } }"}');
    expect(JSON.parse(text)).toEqual({
      host: `127.0.0.1:${port}`,
      url: '/graphql?a=b',
      body: '{"query":"{ viewer { role } }"}',
    });
  });

  it('carries WebSocket upgrades both ways', async () => {
    const apiServer = createServer();
    apiServer.on('upgrade', (_incoming, socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n');
      socket.on('data', (chunk: Buffer) => socket.end(`echo ${chunk.toString()}`));
    });
    const api = await start(apiServer);
    const port = await start(behind(`http://127.0.0.1:${api}`));
    const answer = await new Promise<string>((resolve) => {
      let text = '';
      const socket = connect(port, '127.0.0.1', () =>
        socket.write('GET /graphql HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n'),
      );
      let sent = false;
      socket.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        if (!sent && text.includes('\r\n\r\n')) {
          sent = true;
          socket.write('hello');
        }
      });
      socket.on('close', () => resolve(text));
    });
    expect(answer).toMatch(/^HTTP\/1\.1 101 /);
    expect(answer).toMatch(/echo hello$/);
  });

  it('answers as GraphQL does when the API is away, and refuses upgrades', async () => {
    // Port 1 of this machine has no listener.
    const port = await start(behind('http://127.0.0.1:1'));
    const { response, text } = await get(port, '/graphql', '{}');
    expect(response.statusCode).toBe(503);
    expect(JSON.parse(text)).toMatchObject({ errors: [{ extensions: { code: 'UNAVAILABLE' } }] });
    const answer = await new Promise<string>((resolve) => {
      let received = '';
      const socket = connect(port, '127.0.0.1', () =>
        socket.write('GET /graphql HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n'),
      );
      socket.on('data', (chunk: Buffer) => (received += chunk.toString()));
      socket.on('close', () => resolve(received));
    });
    expect(answer).toMatch(/^HTTP\/1\.1 503 /);
  });
});

describe('security headers', () => {
  it('gives every page a policy of its own nonce, without inline scripts, and tells Next of it', async () => {
    const seen: Array<string | undefined> = [];
    const port = await start(
      createServer((incoming, outgoing) => {
        applySecurityHeaders(incoming, outgoing, false);
        const own = incoming.headers['content-security-policy'];
        seen.push(typeof own === 'string' ? own : undefined);
        outgoing.end();
      }),
    );
    const first = (await get(port, '/projects')).response.headers;
    const second = (await get(port, '/projects')).response.headers;
    expect(first['content-security-policy']).toMatch(
      /script-src 'self' 'nonce-[A-Za-z0-9+/=]{24}' 'strict-dynamic';/,
    );
    expect(first['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(first['content-security-policy']).not.toContain('unsafe-eval');
    expect(first['content-security-policy']).not.toBe(second['content-security-policy']);
    expect(seen[0]).toBe(first['content-security-policy']);
    expect(first).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'x-frame-options': 'DENY',
    });
  });
});

describe('environment', () => {
  it('has defaults and takes a trailing slash off the API’s address', () => {
    expect(readEnv({})).toEqual({ port: 3000, host: '127.0.0.1', apiUrl: 'http://127.0.0.1:4000' });
    expect(readEnv({ API_URL: 'http://api:4000/', DASHBOARD_PORT: '8080', HOST: '0.0.0.0' })).toEqual({
      port: 8080,
      host: '0.0.0.0',
      apiUrl: 'http://api:4000',
    });
  });
  it('names each wrong variable', () => {
    expect(() => readEnv({ API_URL: 'ftp://x', DASHBOARD_PORT: '70000' })).toThrow(
      /DASHBOARD_PORT[\s\S]*API_URL/,
    );
  });
});
