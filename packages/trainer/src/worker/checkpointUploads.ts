/** @file Brings checkpoints to the API behind the training: after the records they stand on, in order, through any outage. */
import { ConnectionError, RefusedError, backoffMs, pause, type Client, type RunChannel } from '@nabla/client';

import type { SavedCheckpoint } from '../checkpoint/checkpointStore.ts';

interface Waiting {
  readonly checkpoint: SavedCheckpoint;
  /** What must be committed first: whoever resumes from a checkpoint leaves no gap in the record. */
  readonly mark: number;
}

export interface CheckpointUploadsOptions {
  readonly client: Client;
  readonly channel: RunChannel;
  /** Called when the checkpoint that somebody asked for is recorded. */
  readonly onAnswered: (step: number) => void;
  readonly onProblem: (message: string) => void;
}

export class CheckpointUploads {
  readonly #client: Client;
  readonly #channel: RunChannel;
  readonly #onAnswered: (step: number) => void;
  readonly #onProblem: (message: string) => void;
  readonly #stopping = new AbortController();
  readonly #queue: Waiting[] = [];
  #working: Promise<void> | undefined;

  constructor({ client, channel, onAnswered, onProblem }: CheckpointUploadsOptions) {
    this.#client = client;
    this.#channel = channel;
    this.#onAnswered = onAnswered;
    this.#onProblem = onProblem;
  }

  add(checkpoint: SavedCheckpoint): void {
    this.#queue.push({ checkpoint, mark: this.#channel.mark });
    if (this.#working === undefined) this.#working = this.#work();
  }

  /** Resolves when all are recorded, or given up. */
  async settled(): Promise<void> {
    while (this.#working !== undefined) await this.#working;
  }

  /** Gives up what is not recorded yet. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.settled();
  }

  async #work(): Promise<void> {
    // The caller notes the promise before anything is awaited or resolved.
    await Promise.resolve();
    while (!this.#stopping.signal.aborted) {
      const next = this.#queue.shift();
      if (next === undefined) break;
      await this.#bring(next);
    }
    // In the same breath as the look at the queue: what is added now begins anew.
    this.#working = undefined;
  }

  async #bring({ checkpoint, mark }: Waiting): Promise<void> {
    const { signal } = this.#stopping;
    for (let attempt = 0; !signal.aborted; attempt++) {
      let held = this.#channel.lease.ref;
      try {
        if (!(await this.#channel.committed(mark, signal))) return;
        const { sha256, bytes, step, path, metrics } = checkpoint;
        await this.#client.artifacts.upload(path, { sha256, bytes }, { attempts: 1, signal });
        held = this.#channel.lease.ref;
        await this.#client.worker.recordCheckpoint(
          { ...held, step, sha256, bytes, metrics },
          { attempts: 1, signal },
        );
        // If one was asked for, this answers it: the next request is another one.
        if (this.#channel.lease.carriedOut('CHECKPOINT')) this.#onAnswered(step);
        return;
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof RefusedError && error.code === 'LEASE_LOST') {
          if (!(await this.#channel.lease.renew(error, held.leaseToken))) return;
        } else if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
          // Removed by retention while it waited: later ones are there, and come next.
          return;
        } else if (error instanceof ConnectionError) await pause(backoffMs(attempt), signal);
        else
          return this.#onProblem(
            `the checkpoint of step ${checkpoint.step} could not be recorded: ${error instanceof Error ? error.message : String(error)}`,
          );
      }
    }
  }
}
