/** @file Runs: make, look at, steer. */
import { randomUUID } from 'node:crypto';
import type { RunConfigInput, RunStatus } from '@nabla/domain';
import { pause } from '../backoff.ts';
import { NotFoundError, refusedError } from '../errors.ts';
import * as operations from '../generated/operations.ts';
import { base64ToFloat32, base64ToInt32 } from '../records/typedArrays.ts';
import type { CallOptions, Transport } from '../transport.ts';
import { pages } from './pages.ts';

export type RunInfo = operations.RunFieldsFragment;
export type Series = operations.SeriesFieldsFragment;
export type CompletionInfo = operations.CompletionFieldsFragment;
export type CheckpointInfo = NonNullable<
  operations.RunCheckpointsQuery['run']
>['checkpoints']['nodes'][number];
export type RunLogInfo = NonNullable<operations.RunLogsQuery['run']>['logs']['nodes'][number];
export type MetricSummaryInfo = NonNullable<operations.RunSummariesQuery['run']>['metricSummaries'][number];

export interface CreateRunOptions {
  readonly projectId: string;
  /** Takes the place of the configuration's name. */
  readonly name?: string;
  /** The configuration as data; or `yaml`. */
  readonly config?: RunConfigInput;
  readonly yaml?: string;
  readonly tags?: readonly string[];
  readonly note?: string;
  readonly clonedFromId?: string;
  /** The same key gives the same run back. A fresh one when absent, so that a retried request never makes two runs. */
  readonly idempotencyKey?: string;
  /** Only this worker may claim the run. */
  readonly workerId?: string;
}

/** Without `config` and `yaml` the fork has the configuration of its parent. */
export interface ForkRunOptions extends Omit<CreateRunOptions, 'projectId' | 'clonedFromId'> {
  /** The parent. */
  readonly runId: string;
  /** Which of its checkpoints: by id, or by step. */
  readonly checkpointId?: string;
  readonly step?: number;
}

export interface SeriesOptions {
  readonly names: readonly string[];
  readonly fromStep?: number;
  readonly toStep?: number;
  /** Buckets per series; raw points when there are fewer. Default 1000, at most 5000. */
  readonly maxPoints?: number;
}

/** Log-probabilities in nats, one per token. */
export interface CompletionTokenColumns {
  readonly tokenIds: Int32Array;
  readonly pieces: readonly string[];
  readonly logp: Float32Array;
  readonly refLogp: Float32Array | null;
  readonly updatedLogp: Float32Array | null;
}

export function runsApi(transport: Transport) {
  const found = <T>(run: T | null | undefined, id: string): T => {
    if (run === null || run === undefined)
      throw new NotFoundError(`there is no run ${id}, or this key may not see it`);
    return run;
  };
  const answered = (
    operation: string,
    payload: { run: RunInfo | null; errors: operations.ErrorFieldsFragment[] },
  ): RunInfo => {
    const refused = refusedError(operation, payload.errors);
    if (refused !== undefined) throw refused;
    return found(payload.run, operation);
  };
  return {
    /** @throws RefusedError with the path of every field of the configuration that is not valid. */
    async create(options: CreateRunOptions, call?: CallOptions): Promise<RunInfo> {
      const { tags, ...rest } = options;
      const input = {
        idempotencyKey: randomUUID(),
        ...rest,
        ...(tags === undefined ? {} : { tags: [...tags] }),
      };
      const { createRun } = await transport.request(operations.CreateRunDocument, { input }, call);
      return answered('createRun', createRun);
    },
    /**
     * A new run that begins with the weights of a checkpoint of another one.
     * @throws RefusedError NOT_FOUND when the checkpoint is gone, INVALID_INPUT naming each setting of the model that differs.
     */
    async fork(options: ForkRunOptions, call?: CallOptions): Promise<RunInfo> {
      const { tags, ...rest } = options;
      const input = {
        idempotencyKey: randomUUID(),
        ...rest,
        ...(tags === undefined ? {} : { tags: [...tags] }),
      };
      const { forkRun } = await transport.request(operations.ForkRunDocument, { input }, call);
      return answered('forkRun', forkRun);
    },
    /** Who claimed it last; null before the first claim. @throws NotFoundError */
    async workerOf(id: string, call?: CallOptions): Promise<string | null> {
      const { run } = await transport.request(operations.RunWorkerDocument, { id }, call);
      return found(run, id).worker?.id ?? null;
    },
    /** @throws NotFoundError */
    async get(id: string, call?: CallOptions): Promise<RunInfo> {
      return found((await transport.request(operations.GetRunDocument, { id }, call)).run, id);
    },
    /** Every run that the filter lets through, page by page. */
    list(
      options: { filter?: operations.RunFilter; orderBy?: operations.RunOrder; pageSize?: number } = {},
    ): AsyncGenerator<RunInfo> {
      const { pageSize = 100, ...rest } = options;
      return pages(
        async (after) =>
          (await transport.request(operations.ListRunsDocument, { first: pageSize, after, ...rest })).runs,
      );
    },
    /** The named series of one run, or of up to 50, as columns. */
    async series(
      ids: string | readonly string[],
      options: SeriesOptions,
      call?: CallOptions,
    ): Promise<Series[]> {
      const runIds = typeof ids === 'string' ? [ids] : [...ids];
      const variables = { runIds, ...options, names: [...options.names] };
      return (await transport.request(operations.RunSeriesDocument, variables, call)).series;
    },
    /** Last, lowest and highest value of the named metrics; of all when names is absent. */
    async summaries(id: string, names?: readonly string[], call?: CallOptions): Promise<MetricSummaryInfo[]> {
      const variables = names === undefined ? { id } : { id, names: [...names] };
      return found((await transport.request(operations.RunSummariesDocument, variables, call)).run, id)
        .metricSummaries;
    },
    /** Completions, page by page, newest step last unless ordered otherwise. */
    completions(
      id: string,
      options: {
        filter?: operations.CompletionFilter;
        orderBy?: operations.CompletionOrder;
        pageSize?: number;
      } = {},
    ): AsyncGenerator<CompletionInfo> {
      const { pageSize = 100, ...rest } = options;
      return pages(async (after) => {
        const answer = await transport.request(operations.RunCompletionsDocument, {
          id,
          first: pageSize,
          after,
          ...rest,
        });
        return found(answer.run, id).completions;
      });
    },
    /** Per-token columns of one completion; null when its run did not record them. */
    async completionTokens(completionId: string, call?: CallOptions): Promise<CompletionTokenColumns | null> {
      const { completion } = await transport.request(
        operations.CompletionTokensDocument,
        { id: completionId },
        call,
      );
      if (completion === null)
        throw new NotFoundError(`there is no completion ${completionId}, or this key may not see it`);
      if (completion.tokens === null) return null;
      const { tokenIds, pieces, logp, refLogp, updatedLogp } = completion.tokens;
      return {
        tokenIds: base64ToInt32(tokenIds),
        pieces,
        logp: base64ToFloat32(logp),
        refLogp: refLogp === null ? null : base64ToFloat32(refLogp),
        updatedLogp: updatedLogp === null ? null : base64ToFloat32(updatedLogp),
      };
    },
    checkpoints(id: string): AsyncGenerator<CheckpointInfo> {
      return pages(async (after) => {
        const answer = await transport.request(operations.RunCheckpointsDocument, { id, first: 100, after });
        return found(answer.run, id).checkpoints;
      });
    },
    /** The last `last` log lines. */
    async logs(id: string, last = 100, call?: CallOptions): Promise<RunLogInfo[]> {
      return found((await transport.request(operations.RunLogsDocument, { id, last }, call)).run, id).logs
        .nodes;
    },
    async pause(id: string, call?: CallOptions): Promise<RunInfo> {
      return answered(
        'pauseRun',
        (await transport.request(operations.PauseRunDocument, { id }, call)).pauseRun,
      );
    },
    /** Asks for a checkpoint now: the worker makes one after the step under way, and goes on. */
    async checkpoint(id: string, call?: CallOptions): Promise<RunInfo> {
      return answered(
        'checkpointRun',
        (await transport.request(operations.CheckpointRunDocument, { id }, call)).checkpointRun,
      );
    },
    async resume(id: string, call?: CallOptions): Promise<RunInfo> {
      return answered(
        'resumeRun',
        (await transport.request(operations.ResumeRunDocument, { id }, call)).resumeRun,
      );
    },
    async cancel(id: string, call?: CallOptions): Promise<RunInfo> {
      return answered(
        'cancelRun',
        (await transport.request(operations.CancelRunDocument, { id }, call)).cancelRun,
      );
    },
    /** Asks every `everyMs` until the run has one of the states. */
    async waitFor(
      id: string,
      statuses: readonly RunStatus[],
      options: { everyMs?: number; signal?: AbortSignal } = {},
    ): Promise<RunInfo> {
      const { everyMs = 1000, signal } = options;
      for (;;) {
        signal?.throwIfAborted();
        const run = await this.get(id, signal === undefined ? {} : { signal });
        if (statuses.includes(run.status)) return run;
        await pause(everyMs, signal);
      }
    },
  };
}
