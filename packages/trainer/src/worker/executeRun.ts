/** @file One claimed run from claim to end: brings it what it needs, trains it, and carries out what people ask of it meanwhile. */
import type { PromptRecord } from '@nabla/domain';
import {
  type Client,
  type LeaseInfo,
  type LogLevel,
  RunChannel,
  type RunChannelOptions,
  SpoolFullError,
  type StepLog,
  pause,
} from '@nabla/client';

import type { StepResult } from '../stepResult.ts';
import { CheckpointRequest } from './checkpointRequest.ts';
import { CheckpointUploads } from './checkpointUploads.ts';
import { RunImpossible, prepareJob } from './prepareJob.ts';
import type { ProcessPool } from './processPool.ts';
import { RunFolder } from './runFolder.ts';
import { StopRequest } from './stopRequest.ts';
import { type SupervisedOutcome, superviseTraining } from './superviseTraining.ts';

export interface RunContext {
  readonly client: Client;
  readonly workerId: string;
  /** Spools and checkpoints. */
  readonly folder: string;
  readonly pool: ProcessPool;
  readonly rewardsDir?: string;
  /** Where downloaded models are kept. */
  readonly modelsDir?: string;
  /** Step records of the run's last attempt by this worker were refused: its local checkpoints may be ahead of the record. */
  readonly untrusted: boolean;
  /** Reads a prompt file of the configuration. Absent where paths are not the caller's own: then such a run fails with the reason. */
  readonly readPromptFile?: (file: string) => Promise<readonly PromptRecord[]>;
  /** Where a checkpoint file of the configuration lies. Absent in the same case. */
  readonly checkpointFile?: (file: string) => string;
  readonly log: (level: LogLevel, message: string, runId?: string) => void;
  /** Ends the run soon, with a checkpoint, and gives it back. */
  readonly shutdown: AbortSignal;
  /** Ends it now, whatever waits: what is on disk is sent and resumed by the next start. Comes some time after `shutdown`. */
  readonly abandon: AbortSignal;
  readonly spoolMaxBytes?: number;
  readonly onStarted?: (at: { step: number; totalSteps: number }) => void;
  readonly onStep?: (result: StepResult, waitingRecords: number) => void;
}

export type RunEnd =
  | { readonly kind: 'finished'; readonly step: number; readonly weightsHash: string }
  | { readonly kind: 'failed'; readonly cause: string }
  /** Given up because it was asked for: by a person (PAUSED, CANCELLED) or by this worker's shutdown (QUEUED, or unknown if it ran out of time). */
  | { readonly kind: 'released'; readonly status: string; readonly step: number }
  | { readonly kind: 'lost'; readonly why: string };

const FULL_RETRY_MS = 1000;

/** What the run's log says when a command arrives. */
const COMMAND_WORDS = {
  PAUSE: 'a pause was asked for: the run stops after the step under way, with a checkpoint',
  CHECKPOINT: 'a checkpoint was asked for: it is made after the step under way',
  CANCEL: 'cancelling was asked for: the run stops after the step under way',
} as const;

/**
 * Resolves when the run is over for this worker, however it ended.
 * @throws Error when this machine can take no run at the moment (a full disk); the run was given back.
 */
export async function executeRun(context: RunContext, lease: LeaseInfo): Promise<RunEnd> {
  const { client, workerId, log } = context;
  const runId = lease.run.id;
  const stop = new StopRequest();
  const checkpoints = new CheckpointRequest();
  const folder = new RunFolder(context.folder, runId);
  let step = lease.checkpoint?.step ?? 0;

  const channel = await openChannel({
    trainer: client.worker,
    runs: client.runs,
    lease,
    workerId,
    spool: {
      root: `${context.folder}/spool`,
      ...(context.spoolMaxBytes === undefined ? {} : { maxBytes: context.spoolMaxBytes }),
    },
    onCommand(command) {
      // One request may be told several times: a heartbeat that was on its way before it says that nothing is asked.
      if (command !== 'CONTINUE' && carryOut(command)) void note('INFO', COMMAND_WORDS[command]);
    },
    onLost: (why) => stop.ask('drop', `the lease was lost: ${why}`),
    onRenewed: (attempt) => folder.setAttempt(attempt),
    onProblem: (message) => log('WARN', message, runId),
  });
  const uploads = new CheckpointUploads({
    client,
    channel,
    onAnswered: (made) => void note('INFO', `the checkpoint that was asked for is recorded: step ${made}`),
    onProblem: (message) => void note('WARN', message),
  });
  const watch = client.runs.watch(runId, {
    onData: ({ pendingCommand }) => {
      if (pendingCommand !== null) channel.lease.told(pendingCommand);
    },
  });
  const { abandon } = context;
  const unlisten = [
    whenAborted(context.shutdown, () => stop.ask('save', 'the worker is shutting down')),
    whenAborted(abandon, () => {
      stop.ask('drop', 'the worker ends now');
      void uploads.stop();
    }),
  ];

  /** @returns whether it is news. */
  function carryOut(command: keyof typeof COMMAND_WORDS): boolean {
    switch (command) {
      case 'PAUSE':
        return stop.ask('save', 'a pause was asked for');
      case 'CHECKPOINT':
        return checkpoints.ask();
      case 'CANCEL':
        return stop.ask('drop', 'cancelling was asked for');
    }
  }

  /** Said on the run's page and in the worker's log. */
  function note(level: LogLevel, message: string): Promise<void> {
    log(level, message, runId);
    return channel
      .append({ step, logs: [{ level, message }] })
      .catch((error: unknown) => log('WARN', `a log line of the run was not kept: ${String(error)}`, runId));
  }

  /** Resolves when the step is on disk. A full disk or spool is waited out, and said on the run's page. */
  async function append(record: StepLog): Promise<void> {
    for (;;) {
      try {
        await channel.append(record);
        channel.lease.setReason(null);
        return;
      } catch (error) {
        if (!(error instanceof SpoolFullError) || stop.kind === 'drop') throw error;
        const why =
          error.reason === 'disk'
            ? 'the worker’s disk is full'
            : `the worker’s spool is full${channel.waitingFor === undefined ? '' : `: ${channel.waitingFor}`}`;
        if (channel.lease.setReason(`Waiting: ${why}; the run goes on when there is room`))
          log('WARN', error.message, runId);
        await pause(FULL_RETRY_MS);
      }
    }
  }

  async function train(): Promise<SupervisedOutcome> {
    const job = await prepareJob(context, lease, folder, stop);
    // A process that goes on tells first where from: news only where the worker before was killed in between.
    let known = lease.checkpoint?.sha256;
    return superviseTraining(
      context.pool,
      job,
      {
        started(at) {
          step = at.step;
          context.onStarted?.(at);
          void note('INFO', at.step === 0 ? 'training began' : `training goes on after step ${at.step}`);
        },
        async step(result) {
          await append(result);
          step = result.step;
          context.onStep?.(result, channel.pendingRecords);
        },
        checkpoint(checkpoint) {
          if (checkpoint.sha256 !== known) uploads.add(checkpoint);
          known = undefined;
        },
        log: note,
        waiting: (reason) => void channel.lease.setReason(reason),
      },
      stop,
      { checkpoints },
    );
  }

  async function end(outcome: SupervisedOutcome): Promise<RunEnd> {
    if (channel.lease.lost !== undefined) return lost(channel.lease.lost);
    switch (outcome.kind) {
      case 'finished':
        await note('INFO', `training is finished after step ${outcome.step}`);
        await uploads.settled();
        if (channel.lease.lost !== undefined) return lost(channel.lease.lost);
        await channel.finish(abandon);
        await folder.remove();
        return { kind: 'finished', step: outcome.step, weightsHash: outcome.weightsHash };
      case 'failed':
        // The API writes the cause into the run's log.
        await uploads.settled();
        await channel.fail(outcome.message, outcome.step ?? undefined, abandon);
        await folder.remove();
        return { kind: 'failed', cause: outcome.message };
      case 'stopped': {
        if (stop.kind === 'save') await uploads.settled();
        else await uploads.stop();
        await note('INFO', `training stopped after step ${outcome.step}: ${stop.why ?? 'it was asked to'}`);
        const status = await channel.release(context.shutdown.aborted ? (stop.why ?? null) : null, abandon);
        if (status === 'CANCELLED') await folder.remove();
        return { kind: 'released', status, step: outcome.step };
      }
    }
  }

  async function lost(why: string): Promise<RunEnd> {
    await uploads.stop();
    await folder.remove();
    return { kind: 'lost', why };
  }

  try {
    return await end(await train());
  } catch (error) {
    if (channel.lease.lost !== undefined) return await lost(channel.lease.lost);
    if (abandon.aborted) return { kind: 'released', status: 'unknown', step };
    if (stop.kind === 'drop') return await end({ kind: 'stopped', step });
    const cause = error instanceof Error ? error.message : String(error);
    if (!(error instanceof RunImpossible))
      log('ERROR', error instanceof Error ? (error.stack ?? cause) : cause, runId);
    try {
      return await end({ kind: 'failed', code: 'WORKER', message: cause, step: null, promptIndex: null });
    } catch (second) {
      if (!abandon.aborted) throw second;
      return { kind: 'released', status: 'unknown', step };
    }
  } finally {
    for (const forget of unlisten) forget();
    watch.stop();
    await channel.close();
  }
}

async function openChannel(options: RunChannelOptions): Promise<RunChannel> {
  try {
    return await RunChannel.open(options);
  } catch (error) {
    const { trainer, lease } = options;
    await trainer.release(
      { runId: lease.run.id, leaseToken: lease.token },
      'the worker has no room for its records',
    );
    throw error;
  }
}

/** Calls back when the signal is aborted, at once if it is. Returns how to stop listening. */
function whenAborted(signal: AbortSignal, callback: () => void): () => void {
  if (signal.aborted) callback();
  signal.addEventListener('abort', callback);
  return () => signal.removeEventListener('abort', callback);
}
