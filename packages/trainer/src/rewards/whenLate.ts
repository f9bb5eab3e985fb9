/** @file A time limit for answers from outside that does not run out while this thread is too busy to take them. */
import { eventLoopTurn } from '../eventLoopTurn.ts';

/** Time is counted in slices, each at most once however late its timer comes: a busy thread costs one of them. */
const SLICES = 8;

/**
 * Calls `late` after `ms`, later where this thread was busy, and never before what had arrived by then was delivered.
 * @returns ends the waiting
 */
export function whenLate(ms: number, late: () => void): () => void {
  let left = SLICES;
  let isOver = false;
  let timer: NodeJS.Timeout | undefined;

  function next(): void {
    timer = setTimeout(() => {
      left -= 1;
      if (left > 0) return next();
      void eventLoopTurn().then(() => {
        if (!isOver) late();
      });
    }, ms / SLICES);
  }

  next();
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}
