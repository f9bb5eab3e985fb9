/** @file A TCP line that can be cut and mended: what a database that goes away looks like from its clients' side. */
import { type Socket, connect, createServer } from 'node:net';

export interface Switch {
  readonly port: number;
  /** Breaks every connection, and refuses new ones until mended. */
  cut(): void;
  mend(): void;
  close(): Promise<void>;
}

/** Listens on a free port and passes everything on to the target. */
export function openSwitch(target: { host: string; port: number }): Promise<Switch> {
  const open = new Set<Socket>();
  let down = false;
  const server = createServer((client) => {
    if (down) {
      client.destroy();
      return;
    }
    const upstream = connect(target);
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      open.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        open.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  });
  const breakAll = (): void => open.forEach((socket) => socket.destroy());
  return new Promise((done, fail) => {
    server.once('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      done({
        port: typeof address === 'object' && address !== null ? address.port : 0,
        cut() {
          down = true;
          breakAll();
        },
        mend() {
          down = false;
        },
        close: () =>
          new Promise((closed) => {
            breakAll();
            server.close(() => closed());
          }),
      });
    });
  });
}
