/** @file The heart that beats on while the event loop is blocked: a thread sends, and hears the answers when there is time for them. */
import { Worker } from 'node:worker_threads';
import { z } from 'zod';
import { ConnectionError } from './errors.ts';
import type { HeartbeatInput } from './generated/operations.ts';
import type { Heart, HeartOptions } from './heart.ts';
import type { Exchange } from './transport.ts';

/** To the thread. `id` tells which input a beat was made with. */
export type ToHeart =
  { readonly type: 'say'; readonly id: number; readonly exchange: Exchange } | { readonly type: 'soon' };

const fromHeart = z.object({
  id: z.int(),
  answer: z.union([
    z.object({ status: z.int(), body: z.string() }),
    /** Why there is none. */
    z.object({ failure: z.string() }),
  ]),
});

/** Plain JavaScript: it needs no loader, whatever the program was started with. */
const ENTRY = new URL('./heartbeatThread.mjs', import.meta.url);

/**
 * @param requestOf what the thread sends for an input.
 * @param onDied called once if the thread ends by itself; it beats no more then.
 */
export function threadHeart(
  { trainer, first, everyMs, timeoutMs, onBeat }: HeartOptions,
  requestOf: (input: HeartbeatInput) => Exchange,
  onDied: (why: string) => void,
): Heart {
  const said = new Map<number, HeartbeatInput>();
  let latest = 0;
  let stopped = false;
  let heard: Promise<unknown> = Promise.resolve();
  const thread = new Worker(ENTRY, { workerData: { everyMs, timeoutMs }, execArgv: [] });
  // A program that has nothing else to do is over, whatever it forgot to finish.
  thread.unref();
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, no window
  const send = (message: ToHeart): void => thread.postMessage(message);
  const say = (input: HeartbeatInput): void => {
    latest++;
    said.set(latest, input);
    send({ type: 'say', id: latest, exchange: requestOf(input) });
  };
  thread.on('message', (message: unknown) => {
    if (stopped) return;
    const { id, answer } = fromHeart.parse(message);
    const input = said.get(id);
    if (input === undefined) return;
    // Answers come in order: what was said before this one is not heard of again.
    for (const older of said.keys()) if (older < id) said.delete(older);
    const settled =
      'failure' in answer
        ? Promise.reject(new ConnectionError(`the API cannot be reached: ${answer.failure}`))
        : trainer.readHeartbeat(new Response(answer.body, { status: answer.status }));
    heard = Promise.all([heard, onBeat(input, settled)]);
  });
  const died = (why: string): void => {
    if (stopped) return;
    stopped = true;
    onDied(why);
  };
  thread.on('error', (error) => died(error instanceof Error ? error.message : String(error)));
  thread.on('exit', (code) => died(`it exited with code ${code}`));
  say(first);
  return {
    say,
    soon: () => send({ type: 'soon' }),
    async stop() {
      stopped = true;
      await thread.terminate();
      await heard;
    },
  };
}
