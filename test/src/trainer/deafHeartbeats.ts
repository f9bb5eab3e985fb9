/** @file A way to the API on which no heartbeat ever hears a command: what reaches a worker then came by its subscription. */
import { createServer, request, type IncomingMessage, type RequestOptions } from 'node:http';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';

export interface DeafApi {
  readonly url: string;
  /** Heartbeats that were answered so far. */
  readonly heartbeats: number;
  close(): Promise<void>;
}

/** Passes everything on to the API at `url`, but every answer to a heartbeat says that nothing is asked. */
export async function deafHeartbeats(url: string): Promise<DeafApi> {
  const { hostname, port } = new URL(url);
  const sockets = new Set<Socket>();
  let heartbeats = 0;
  const optionsOf = ({ method, url: path, headers }: IncomingMessage): RequestOptions => ({
    hostname,
    port,
    ...(method === undefined ? {} : { method }),
    ...(path === undefined ? {} : { path }),
    // Plain answers: their text is looked at.
    headers: { ...headers, 'accept-encoding': 'identity' },
  });
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.once('end', () => {
      const body = Buffer.concat(chunks);
      const upstream = request(optionsOf(incoming), (answer) => {
        const { 'content-length': _, ...headers } = answer.headers;
        outgoing.writeHead(answer.statusCode ?? 502, headers);
        if (!body.includes('mutation Heartbeat')) return void answer.pipe(outgoing);
        heartbeats++;
        void text(answer).then((said) =>
          outgoing.end(said.replace(/"command":"[A-Z_]+"/, '"command":"CONTINUE"')),
        );
      });
      upstream.once('error', () => outgoing.destroy());
      upstream.end(body);
    });
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  // Subscriptions: the same bytes both ways.
  server.on('upgrade', (incoming: IncomingMessage, socket: Socket, head: Buffer) => {
    const upstream = connect(Number(port), hostname, () => {
      const lines = [`${incoming.method} ${incoming.url} HTTP/1.1`];
      for (let i = 0; i < incoming.rawHeaders.length; i += 2)
        lines.push(`${incoming.rawHeaders[i]}: ${incoming.rawHeaders[i + 1]}`);
      upstream.write(`${lines.join('\r\n')}\r\n\r\n`);
      upstream.write(head);
      upstream.pipe(socket).pipe(upstream);
    });
    sockets.add(upstream);
    for (const [one, other] of [
      [socket, upstream],
      [upstream, socket],
    ] as const) {
      one.on('error', () => other.destroy());
      one.once('close', () => other.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    get heartbeats() {
      return heartbeats;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
