/**
 * @file Everything that flows between a trainer and the API while one run is executed: durable records one way, commands the other.
 * Whoever trains appends steps and ends the run; the rest (sending, waiting for an API that is away, keeping the lease) happens here.
 */
import { backoffMs, pause } from './backoff.ts';
import { type LeaseInfo, type LeaseRef, sendFrom, type trainerApi } from './api/trainer.ts';
import type { runsApi } from './api/runs.ts';
import { ConnectionError, RefusedError } from './errors.ts';
import type { RunCommand, RunStatus } from './generated/operations.ts';
import { HeldLease } from './lease.ts';
import type { StepLog } from './records/stepRecord.ts';
import { type Drain, startDrain } from './spool/drain.ts';
import { RunSpool, type RunSpoolOptions } from './spool/runSpool.ts';

export interface RunChannelOptions {
  readonly trainer: ReturnType<typeof trainerApi>;
  readonly runs: ReturnType<typeof runsApi>;
  readonly lease: LeaseInfo;
  readonly workerId: string;
  readonly spool: RunSpoolOptions;
  readonly heartbeatMs?: number;
  readonly onCommand?: (command: RunCommand) => void;
  /** The run is not this worker's any more; what was not sent lies in the spool's `rejected` folder. */
  readonly onLost?: (why: string) => void;
  /** The run was claimed again, before anybody else had it, as its attempt number `attempt`. */
  readonly onRenewed?: (attempt: number) => Promise<void>;
  readonly onProblem?: (message: string) => void;
}

export class RunChannel {
  readonly lease: HeldLease;
  readonly #options: RunChannelOptions;
  readonly #spool: RunSpool;
  readonly #drain: Drain;

  private constructor(options: RunChannelOptions, spool: RunSpool) {
    this.#options = options;
    this.#spool = spool;
    const { trainer, lease, workerId, onCommand, onLost, onProblem, heartbeatMs } = options;
    this.lease = new HeldLease({
      trainer,
      lease,
      workerId,
      async onRenewed(token, attempt) {
        await spool.setLeaseToken(token);
        await options.onRenewed?.(attempt);
      },
      ...(onCommand === undefined ? {} : { onCommand }),
      ...(onLost === undefined ? {} : { onLost }),
      ...(onProblem === undefined ? {} : { onProblem }),
      ...(heartbeatMs === undefined ? {} : { heartbeatMs }),
    });
    this.#drain = startDrain({
      runSpool: spool,
      send: sendFrom(trainer),
      onLeaseLost: async (error, token) => ((await this.lease.renew(error, token)) ? 'retry' : 'stop'),
      ...(onProblem === undefined ? {} : { onProblem }),
    });
  }

  static async open(options: RunChannelOptions): Promise<RunChannel> {
    const { lease } = options;
    return new RunChannel(
      options,
      await RunSpool.create(options.spool, { runId: lease.run.id, leaseToken: lease.token }),
    );
  }

  get runId(): string {
    return this.#spool.runId;
  }

  /** Records flushed but not yet committed by the API. */
  get pendingRecords(): number {
    return this.#spool.spool.pendingRecords;
  }

  /** Why records wait in the spool; undefined when they go out. */
  get waitingFor(): string | undefined {
    return this.#drain.waitingFor;
  }

  /** Resolves once the step is flushed to disk. @throws SpoolFullError; appending the same step again is right. */
  append(log: StepLog): Promise<void> {
    return this.#spool.append(log);
  }

  /** Resolves when everything appended is committed (true), or when it will not be: lease lost, or signal aborted (false). */
  drained(signal?: AbortSignal): Promise<boolean> {
    return this.#drain.empty(signal);
  }

  /** What was appended so far, for `committed`. */
  get mark(): number {
    return this.#spool.spool.appendedRecords;
  }

  /** Resolves when everything appended before the mark is committed (true), or when it will not be (false). */
  committed(mark: number, signal?: AbortSignal): Promise<boolean> {
    return this.#drain.reached(mark, signal);
  }

  /** After the last record: the run is finished. Waits for the API as long as it takes. */
  finish(signal?: AbortSignal): Promise<RunStatus> {
    return this.#end(['FINISHED'], (held) => this.#options.trainer.finish(held), signal);
  }

  /** The run failed, for the cause given. */
  fail(cause: string, step?: number, signal?: AbortSignal): Promise<RunStatus> {
    return this.#end(['FAILED'], (held) => this.#options.trainer.fail(held, cause, step), signal);
  }

  /** Lets go of the run: paused or cancelled if that was asked, else back to the queue. */
  release(reason: string | null, signal?: AbortSignal): Promise<RunStatus> {
    return this.#end(['PAUSED', 'CANCELLED'], (held) => this.#options.trainer.release(held, reason), signal);
  }

  /** Sends what waits, then ends the hold; a lost answer is recognised by the state the run then has. */
  async #end(
    expected: readonly RunStatus[],
    request: (held: LeaseRef) => Promise<RunStatus>,
    signal?: AbortSignal,
  ): Promise<RunStatus> {
    await this.drained(signal);
    for (let attempt = 0; ; attempt++) {
      signal?.throwIfAborted();
      const held = this.lease.ref;
      try {
        const status = await request(held);
        await this.close();
        return status;
      } catch (error) {
        if (error instanceof RefusedError && error.code === 'LEASE_LOST') {
          if (await this.lease.renew(error, held.leaseToken)) continue;
          const { status } = await this.#options.runs.get(this.runId, signal === undefined ? {} : { signal });
          if (!expected.includes(status)) throw error;
          await this.close();
          return status;
        }
        if (!(error instanceof ConnectionError)) throw error;
        await pause(backoffMs(attempt), signal);
      }
    }
  }

  /** Ends heartbeats and sending. What waits stays on disk: for the next start, or, if the lease is lost, in `rejected`. */
  async close(): Promise<void> {
    await Promise.all([this.lease.stop(), this.#drain.stop()]);
    if (this.lease.lost !== undefined && this.pendingRecords > 0) {
      const records = this.pendingRecords;
      const folder = await this.#spool.reject(`the lease is lost: ${this.lease.lost}`);
      this.#options.onProblem?.(
        `${records} step records of run ${this.runId} were not recorded and are kept in ${folder}`,
      );
    } else await this.#spool.close();
  }
}
