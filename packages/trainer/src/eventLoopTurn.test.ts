import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createConnection, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { eventLoopTurn } from './eventLoopTurn.ts';

let folder: string;
const open: Socket[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nabla-messages-'));
});
afterEach(async () => {
  for (const socket of open.splice(0)) socket.destroy();
  await rm(folder, { recursive: true, force: true });
});

/** Both ends of a local socket: what one has written lies ready for the other at once, as in the pipe between worker and training. */
async function connected(name: string): Promise<[Socket, Socket]> {
  const server = createServer().listen(join(folder, name));
  await once(server, 'listening');
  const accepted = once(server, 'connection');
  const near = createConnection(join(folder, name));
  const [far]: Socket[] = await accepted;
  server.close();
  if (far === undefined) throw new Error('nobody came');
  open.push(near, far);
  return [near, far];
}

it('hears what arrived during a step that ended in the phase of the event loop that reads', async () => {
  const [near, far] = await connected('messages');
  const [trigger, triggered] = await connected('rewards');
  let heard = '';
  far.setEncoding('utf8').on('data', (text: string) => (heard += text));
  // Runs in the reading phase, as a step does that goes on when a reward's answer arrives.
  const step = new Promise<string>((resolve, reject) => {
    triggered.once('data', () => {
      // Handed to the kernel at once: it has arrived before the step ends.
      near.write('stop');
      eventLoopTurn().then(() => resolve(heard), reject);
    });
  });
  trigger.write('the answer of a reward');
  expect(await step).toBe('stop');
});
