// The process of a reward module, which runs in a thread of it. The thread has the limits and can be ended whatever it is doing; the
// process keeps what ends more than a thread (one allocation beyond all bounds, a fault in native code) away from the training, and
// ends with it: its own thread is never busy, and so hears of the parent's end. Started by moduleThread.ts.
import { inspect } from 'node:util';
import { Worker } from 'node:worker_threads';

const { href, batch, memoryMb, name } = JSON.parse(process.argv[2] ?? '{}');

process.on('disconnect', () => process.exit());
// Ctrl-C reaches every process of the terminal; the run decides what it means.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);

const worker = new Worker(new URL('./moduleThread.boot.mjs', import.meta.url), {
  workerData: { href, batch },
  name,
  execArgv: [],
  argv: [],
  resourceLimits: { maxOldGenerationSizeMb: memoryMb },
});
worker.on('message', (message) => process.send?.(message));
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread of Node, not a window
process.on('message', (message) => worker.postMessage(message));

/** @type {string | undefined} */
let reason;
worker.once('error', (/** @type {unknown} */ error) => {
  if (error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY') {
    reason = `the module needed more than ${memoryMb} MiB`;
    return;
  }
  // Anything can be thrown.
  const thrown = error instanceof Error ? `${error.name}: ${error.message}` : inspect(error);
  reason = `an error that nothing caught, ${thrown}`.slice(0, 500);
});
// Said at the exit only: an error comes by a way of its own and may overtake answers, which have all arrived before the exit.
worker.once('exit', (code) => {
  reason ??= `the module ended its thread with code ${code}`;
  process.send?.({ type: 'ended', reason }, () => process.exit());
});
