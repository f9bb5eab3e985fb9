/** @file Signs of life of a held run, at regular times, from the event loop or from a thread of their own. */
import { pause } from './backoff.ts';
import type { trainerApi } from './api/trainer.ts';
import type { HeartbeatInput, RunCommand } from './generated/operations.ts';

export interface Heart {
  /** What is said from now on, beginning at once. */
  say(input: HeartbeatInput): void;
  /** Asks now instead of at the next beat. */
  soon(): void;
  /** Ends it. Resolves when nothing is on its way any more. */
  stop(): Promise<void>;
}

export interface HeartOptions {
  readonly trainer: ReturnType<typeof trainerApi>;
  readonly first: HeartbeatInput;
  readonly everyMs: number;
  /** Time for one answer. */
  readonly timeoutMs: number;
  /** Called after each beat. `answer` rejects like `trainer.heartbeat`. */
  readonly onBeat: (said: HeartbeatInput, answer: Promise<RunCommand>) => Promise<void>;
}

/** Beats as long as nothing blocks the event loop. */
export function eventLoopHeart({ trainer, first, everyMs, timeoutMs, onBeat }: HeartOptions): Heart {
  const stopping = new AbortController();
  let soon = new AbortController();
  let said = first;
  const beating = (async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      soon = new AbortController();
      const input = said;
      await onBeat(input, trainer.heartbeat(input, { timeoutMs, signal: stopping.signal }));
      await pause(everyMs, AbortSignal.any([stopping.signal, soon.signal]));
    }
  })();
  return {
    say(input) {
      said = input;
      soon.abort();
    },
    soon: () => soon.abort(),
    async stop() {
      stopping.abort();
      await beating;
    },
  };
}
