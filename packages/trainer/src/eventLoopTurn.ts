/** @file Lets the event loop run: whoever computes holds this thread, and what others wait for (requests, answers) stands still. */

/**
 * A request over a new connection is on its way after four, over a kept one after one, and its answer is read in one or two (undici 6).
 * A message that arrived while the thread computed takes two: a step that ended in a callback of the phase that reads is followed by
 * the rest of that turn, which reads no more.
 */
const TURNS = 4;

/** Takes what has arrived, sends what is to be sent, and goes on; microseconds where there is nothing. */
export async function eventLoopTurn(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await new Promise<void>((resolve) => void setImmediate(resolve));
}
