// @ts-check
/**
 * @file The thread of `threadHeart.ts`: sends the same request again and again. It imports nothing and decides nothing, so that
 * no work of the program it belongs to can hold it up; answers go back as they came.
 */
import { parentPort, workerData } from 'node:worker_threads';

/** @typedef {import('./threadHeart.ts').ToHeart} ToHeart */

/** @type {{ everyMs: number, timeoutMs: number }} */
const { everyMs, timeoutMs } = workerData;
/** @type {Extract<ToHeart, { type: 'say' }> | undefined} */
let current;
let stopWaiting = () => {};
let beating = false;
/** Something new was said, or asked, while a beat was on its way. */
let again = false;

parentPort?.on('message', (/** @type {ToHeart} */ message) => {
  if (message.type === 'say') current = message;
  if (beating) again = true;
  else void beat();
});

async function beat() {
  if (current === undefined) return;
  const { id, exchange } = current;
  stopWaiting();
  beating = true;
  again = false;
  const answer = await send(exchange);
  beating = false;
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, no window
  parentPort?.postMessage({ id, answer });
  const timer = setTimeout(() => void beat(), again ? 0 : everyMs);
  stopWaiting = () => clearTimeout(timer);
}

/**
 * @param {import('./transport.ts').Exchange} exchange
 * @returns {Promise<{ status: number, body: string } | { failure: string }>}
 */
async function send({ url, headers, body }) {
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await fetch(url, { method: 'POST', headers, body, signal });
    return { status: response.status, body: await response.text() };
  } catch (error) {
    return { failure: deepest(error) };
  }
}

/**
 * "fetch failed" says nothing; the cause below it does.
 * @param {unknown} error
 * @returns {string}
 */
function deepest(error) {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? deepest(error.cause) : error.message;
}
