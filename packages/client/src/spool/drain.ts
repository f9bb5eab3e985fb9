/**
 * @file Sends what waits in a spool, oldest first, in batches of bounded size, for as long as it takes. An API that is away is
 * waited for; a lost lease is told to the owner, who may get another; a record that is refused for itself is kept aside and said.
 */
import { backoffMs, pause } from '../backoff.ts';
import { ApiError, AuthenticationError, ConnectionError, RefusedError } from '../errors.ts';
import type { RunSpool } from './runSpool.ts';
import type { Batch, BatchBounds } from './spool.ts';

export interface DrainOptions {
  readonly runSpool: RunSpool;
  /** Sends one batch of records (JSON texts) under the spool's present lease; resolves when all are committed. */
  readonly send: (runSpool: RunSpool, payloads: readonly Uint8Array[]) => Promise<void>;
  /** The API says that the lease, whose token is given, is over. 'retry' when the spool has a new one, 'stop' to leave what waits. */
  readonly onLeaseLost: (error: RefusedError, leaseToken: string) => Promise<'retry' | 'stop'>;
  /** Sentences for people: what was kept aside, why sending waits. Repeated attempts are said once. */
  readonly onProblem?: (message: string) => void;
  readonly bounds?: BatchBounds;
  readonly random?: () => number;
}

export interface Drain {
  /** Resolves when nothing waits (true), or when draining has ended with something left (false). */
  empty(signal?: AbortSignal): Promise<boolean>;
  /** Resolves when the first `appended` records since the spool was opened are committed (true); false as for `empty`. */
  reached(appended: number, signal?: AbortSignal): Promise<boolean>;
  /** Ends sending; resolves when no request is under way. */
  stop(): Promise<void>;
  /** Why nothing goes out at the moment; undefined when it does. */
  readonly waitingFor: string | undefined;
}

const DEFAULT_BOUNDS: BatchBounds = { maxBytes: 4 * 1024 * 1024, maxRecords: 256 };
/** A failure of the API itself may pass; a record that still fails after this many attempts is refused by it. */
const ATTEMPTS_PER_FAILING_RECORD = 6;

export function startDrain(options: DrainOptions): Drain {
  const { runSpool, onProblem = () => undefined, bounds = DEFAULT_BOUNDS } = options;
  const { spool } = runSpool;
  const stopping = new AbortController();
  const backoff = options.random === undefined ? {} : { random: options.random };
  let waitingFor: string | undefined;

  const wait = async (attempt: number, why: string): Promise<void> => {
    if (waitingFor === undefined)
      onProblem(`step records of run ${runSpool.runId} wait in the spool: ${why}`);
    waitingFor = why;
    await pause(backoffMs(attempt, backoff), stopping.signal);
  };

  /** True when the batch is dealt with; false when draining ends. */
  const deliver = async (payloads: readonly Uint8Array[]): Promise<boolean> => {
    for (let attempt = 0; !stopping.signal.aborted; attempt++) {
      const { leaseToken } = runSpool;
      try {
        await options.send(runSpool, payloads);
        if (waitingFor !== undefined) onProblem(`step records of run ${runSpool.runId} are going out again`);
        waitingFor = undefined;
        return true;
      } catch (error) {
        if (error instanceof RefusedError && error.code === 'LEASE_LOST') {
          if ((await options.onLeaseLost(error, leaseToken)) === 'stop') return false;
        } else if (error instanceof ConnectionError || error instanceof AuthenticationError) {
          await wait(attempt, error.message);
        } else if (error instanceof RefusedError || error instanceof ApiError) {
          if (payloads.length > 1) return deliverSingly(payloads);
          const passing = error instanceof ApiError && error.code === 'INTERNAL';
          if (passing && attempt + 1 < ATTEMPTS_PER_FAILING_RECORD) await wait(attempt, error.message);
          else {
            const path = await runSpool.keepRefused(payloads, error.message);
            onProblem(
              `a step record of run ${runSpool.runId} was refused and is kept in ${path}: ${error.message}`,
            );
            return true;
          }
        } else throw error;
      }
    }
    return false;
  };

  const deliverSingly = async (payloads: readonly Uint8Array[]): Promise<boolean> => {
    for (const payload of payloads) if (!(await deliver([payload]))) return false;
    return true;
  };

  const run = async (): Promise<void> => {
    for (;;) {
      const changed = spool.changed(stopping.signal);
      if (stopping.signal.aborted) return;
      const batch = await spool.readBatch(bounds);
      if (batch === undefined) await changed;
      else if (await deliver(batch.payloads)) await acknowledge(batch);
      else return;
    }
  };

  const acknowledge = async (batch: Batch): Promise<void> => {
    try {
      await spool.acknowledge(batch);
    } catch (error) {
      // The batch is committed; a position that is not on disk only means that it may be sent, and ignored, once more.
      onProblem(`the position of the spool ${spool.folder} cannot be written: ${String(error)}`);
    }
  };

  let ended = false;
  const finished = run()
    .catch((error: unknown) => {
      waitingFor = `sending ended: ${String(error)}`;
      onProblem(`step records of run ${runSpool.runId} are not sent any more: ${String(error)}`);
    })
    .finally(() => {
      ended = true;
    });

  /** Waits until at most `allowed()` records wait. */
  const settled = async (allowed: () => number, signal?: AbortSignal): Promise<boolean> => {
    while (spool.pendingRecords > allowed() && !ended && signal?.aborted !== true)
      await Promise.race([spool.changed(signal), finished]);
    return spool.pendingRecords <= allowed();
  };

  return {
    empty: (signal) => settled(() => 0, signal),
    reached: (appended, signal) => settled(() => spool.appendedRecords - appended, signal),
    async stop() {
      stopping.abort();
      await finished;
    },
    get waitingFor() {
      return waitingFor;
    },
  };
}
