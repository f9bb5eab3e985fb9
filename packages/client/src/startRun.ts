/** @file Runs of trainers that are not ours: a few calls around a loop that stays theirs. */
import { randomUUID } from 'node:crypto';
import { readdir, rm, rmdir } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunConfigInput } from '@nabla/domain';
import type { artifactsApi } from './api/artifacts.ts';
import type { projectsApi } from './api/projects.ts';
import type { RunInfo, runsApi } from './api/runs.ts';
import type { LeaseInfo, trainerApi } from './api/trainer.ts';
import { backoffMs, pause } from './backoff.ts';
import { ConnectionError, RefusedError } from './errors.ts';
import type { RunCommand } from './generated/operations.ts';
import type { StepLog } from './records/stepRecord.ts';
import { RunChannel } from './runChannel.ts';
import type { Watch, WatchHandlers } from './subscribe.ts';

interface HoldOptions {
  /** Where records wait until they are committed. Default: a folder of its own under the system's temporary folder. */
  readonly spoolFolder?: string;
  /** How long the API waits for a sign of life before it takes the run to be abandoned. They come from a thread of their own. Default 60. */
  readonly leaseSeconds?: number;
  /** Shown as the worker's name. */
  readonly workerName?: string;
  /** Sentences for people, for instance that the API is away. Default: to stderr. */
  readonly onProblem?: (message: string) => void;
}

export interface StartRunOptions extends HoldOptions {
  /** The project's slug. */
  readonly project: string;
  readonly config: RunConfigInput;
  readonly name?: string;
  readonly tags?: readonly string[];
  readonly note?: string;
}

export interface ResumeRunOptions extends HoldOptions {
  /** A run that `startRun` made and that no other process executes. */
  readonly runId: string;
}

export interface StartedRun {
  readonly info: RunInfo;
  /** What a resumed run goes on from; null where it begins. What was logged of later steps is logged again. */
  readonly resumedFrom: { readonly step: number; readonly sha256: string } | null;
  /** PAUSE or CANCEL once somebody asked for it; a loop looks between steps. Never CHECKPOINT: that does not end a loop. */
  readonly command: RunCommand;
  /** Somebody asked for a checkpoint; `checkpoint` answers. */
  readonly checkpointAsked: boolean;
  /** Why the run is not ours any more; undefined while it is. Then `log` throws. */
  readonly lost: string | undefined;
  /** Resolves when the step is flushed to disk; sending goes on behind. @throws SpoolFullError, RangeError for what is not valid */
  log(step: StepLog): Promise<void>;
  /** Resolves when everything logged is committed. */
  flush(): Promise<void>;
  /** Uploads a file as the run's checkpoint of a step, after everything logged before; `metrics` says how good it is. */
  checkpoint(
    path: string,
    about: { readonly step: number; readonly metrics?: Readonly<Record<string, number>> },
  ): Promise<void>;
  finish(): Promise<void>;
  fail(cause: string, step?: number): Promise<void>;
  /** Carries out a pause or cancel that was asked for. */
  release(reason?: string): Promise<void>;
}

/** A claim whose answer was lost leaves the run claimed: registering again gives it back, and it can be claimed anew. */
async function claimOwn(
  worker: ReturnType<typeof trainerApi>,
  claim: { workerId: string; runId: string; leaseSeconds: number },
  register: () => Promise<void>,
): Promise<LeaseInfo> {
  for (let attempt = 0; ; attempt++) {
    try {
      const lease = await worker.claim(claim);
      if (lease !== null) return lease;
      const message = `run ${claim.runId} was made but cannot be claimed`;
      throw new RefusedError('claimRun', [{ code: 'INVALID_STATE', message, path: [] }]);
    } catch (error) {
      if (!(error instanceof ConnectionError) || attempt + 1 >= CLAIM_ATTEMPTS) throw error;
      await pause(backoffMs(attempt));
      await register();
    }
  }
}

interface Doors {
  readonly projects: ReturnType<typeof projectsApi>;
  readonly runs: ReturnType<typeof runsApi> & {
    watch(runId: string, handlers: WatchHandlers<{ pendingCommand: RunCommand | null }>): Watch;
  };
  readonly worker: ReturnType<typeof trainerApi>;
  readonly artifacts: ReturnType<typeof artifactsApi>;
}

const CLAIM_ATTEMPTS = 5;
/** What the workers of such runs say that they compute with. */
const BACKEND = 'external';
const LEASE_SECONDS = 60;
const LEASE_MARGIN_MS = 2000;
const LEASE_POLL_MS = 500;

export async function startRun(doors: Doors, options: StartRunOptions): Promise<StartedRun> {
  const { config, name, tags, note } = options;
  const workerId = `wrk_${randomUUID()}`;
  const project = await doors.projects.get(options.project);
  await registerOwn(doors, workerId, options);
  const run = await doors.runs.create({
    projectId: project.id,
    config,
    workerId,
    ...(name === undefined ? {} : { name }),
    ...(tags === undefined ? {} : { tags }),
    ...(note === undefined ? {} : { note }),
  });
  return hold(doors, run.id, workerId, options);
}

/**
 * After a process that was killed, waits until its lease has run out: another `leaseSeconds` of it, at most.
 * @throws Error when it is over, is still executed, or was never one of `startRun`; RefusedError when it cannot be claimed
 */
export async function resumeRun(doors: Doors, options: ResumeRunOptions): Promise<StartedRun> {
  const { runId } = options;
  const { status, backend } = await doors.runs.get(runId);
  if (status === 'FINISHED' || status === 'FAILED' || status === 'CANCELLED')
    throw new Error(`run ${runId} cannot be resumed: it is ${status.toLowerCase()}`);
  const workerId = await doors.runs.workerOf(runId);
  if (workerId === null || backend !== BACKEND)
    throw new Error(`run ${runId} is not one of a trainer's own: a worker goes on with it`);
  await leaseOver(doors, options);
  // The same worker again: what it held goes back to the queue, where only it may take it.
  await registerOwn(doors, workerId, options);
  if ((await doors.runs.get(runId)).status === 'PAUSED') await doors.runs.resume(runId);
  // Of a process that was killed: what it could not send is logged again.
  if (options.spoolFolder === undefined) await rm(ownSpool(workerId), { recursive: true, force: true });
  return hold(doors, runId, workerId, options);
}

/** Only a process that lives renews its lease. */
async function leaseOver(
  { runs }: Doors,
  { runId, leaseSeconds = LEASE_SECONDS, onProblem }: ResumeRunOptions,
): Promise<void> {
  const end = Date.now() + leaseSeconds * 1000 + LEASE_MARGIN_MS;
  for (let told = false; (await runs.get(runId)).leaseLive; told = true) {
    if (Date.now() > end)
      throw new Error(
        `run ${runId} cannot be resumed: another process still executes it. End that one first`,
      );
    if (!told) onProblem?.(`run ${runId} was not let go of: waiting until its lease has run out`);
    await pause(LEASE_POLL_MS);
  }
}

function registerOwn({ worker }: Doors, id: string, { workerName }: HoldOptions): Promise<void> {
  return worker.register({
    id,
    name: workerName ?? `${hostname()} (own trainer)`,
    backend: BACKEND,
    host: hostname(),
    version: process.version,
    device: `${process.platform} ${process.arch}`,
  });
}

function ownSpool(workerId: string): string {
  return join(tmpdir(), `nabla-spool-${workerId}`);
}

/** Claims the run and keeps it. */
async function hold(
  doors: Doors,
  runId: string,
  workerId: string,
  options: HoldOptions,
): Promise<StartedRun> {
  const { runs, worker, artifacts } = doors;
  const { leaseSeconds = LEASE_SECONDS } = options;
  const onProblem =
    options.onProblem ?? ((message: string) => void process.stderr.write(`nabla: ${message}\n`));
  const lease = await claimOwn(worker, { workerId, runId, leaseSeconds }, () =>
    registerOwn(doors, workerId, options),
  );
  const root = options.spoolFolder ?? ownSpool(workerId);
  const channel = await RunChannel.open({
    trainer: worker,
    runs,
    lease,
    workerId,
    spool: { root },
    onProblem,
  });
  // Commands arrive as they are given; the heartbeats, every few seconds, bring what was missed.
  const commands = runs.watch(runId, {
    onData: ({ pendingCommand }) => channel.lease.told(pendingCommand),
    holdsProcess: false,
  });
  const held = (): RunChannel => {
    if (channel.lease.lost !== undefined)
      throw new Error(`run ${runId} is not this process's any more: ${channel.lease.lost}`);
    return channel;
  };
  /** A folder that was made for this run only goes with it, unless something had to be kept in it. */
  const over = async (ending: Promise<unknown>): Promise<void> => {
    await ending.finally(() => commands.stop());
    if (options.spoolFolder === undefined && (await readdir(root)).length === 0) await rmdir(root);
  };
  return {
    info: lease.run,
    resumedFrom: lease.checkpoint,
    get command() {
      const { command } = channel.lease;
      return command === 'CHECKPOINT' ? 'CONTINUE' : command;
    },
    get checkpointAsked() {
      return channel.lease.command === 'CHECKPOINT';
    },
    get lost() {
      return channel.lease.lost;
    },
    log: async (step) => held().append(step),
    async flush() {
      if (!(await held().drained())) held();
    },
    async checkpoint(path, { step, metrics = {} }) {
      if (!(await held().drained())) held();
      const { sha256, bytes } = await artifacts.upload(path);
      await worker.recordCheckpoint({ ...held().lease.ref, step, sha256, bytes, metrics });
      channel.lease.carriedOut('CHECKPOINT');
    },
    finish: async () => over(held().finish()),
    fail: async (cause, step) => over(held().fail(cause, step)),
    release: async (reason) => over(held().release(reason ?? null)),
  };
}
