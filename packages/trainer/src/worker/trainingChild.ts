/**
 * @file The process that computes. Alone in it: the native engine blocks its event loop for whole steps, a user's reward module may
 * hang or crash it, and TensorFlow's memory goes with it when the run is over. Heartbeats, sending and pausing go on in the parent
 * meanwhile. It ends when the parent does.
 */
import { configHash } from '@nabla/domain';

import { openBackend, type Backend } from '../backend/backend.ts';
import { CheckpointError } from '../checkpoint/checkpointError.ts';
import {
  readCheckpoint,
  removeUnfinished,
  restoreLatest,
  saveCheckpoint,
  type SavedCheckpoint,
} from '../checkpoint/checkpointStore.ts';
import { TrainerError } from '../errors.ts';
import { eventLoopTurn } from '../eventLoopTurn.ts';
import { createSession, type Session } from '../session.ts';
import { inPolicyGradient } from '../sessionState.ts';
import {
  STEPS_IN_FLIGHT,
  isToTraining,
  type FromTraining,
  type TrainingFailure,
  type TrainingJob,
} from './protocol.ts';

const DISK_RETRY_MS = 2000;
/** For the last message of a process that ends. */
const GOODBYE_MS = 1000;
const MAX_UNCAUGHT_CHARS = 1000;

let credits = STEPS_IN_FLIGHT;
let stop: { checkpoint: boolean } | undefined;
/** Somebody asked for a checkpoint now. */
let asked = false;
let wake: () => void = () => undefined;
let start: (job: TrainingJob) => void;
const started = new Promise<TrainingJob>((resolve) => (start = resolve));

process.on('message', (message: unknown) => {
  if (!isToTraining(message)) return;
  switch (message.type) {
    case 'start':
      start(message.job);
      break;
    case 'go':
      credits++;
      break;
    case 'checkpoint':
      asked = true;
      break;
    case 'stop':
      stop = { checkpoint: message.checkpoint };
      break;
  }
  wake();
});
process.on('disconnect', () => process.exit(0));
// Ctrl-C reaches every process of the terminal; the parent decides what it means for the run.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);
process.on('SIGUSR2', () => undefined);

// Of code that nobody awaits: a reward module's timer, or a promise it let go of. The state is unknown, so the process ends.
process.on('uncaughtException', (error: unknown) => {
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const message = error instanceof Error ? `${error.name}: ${error.message}` : `threw ${String(error)}`;
  process.stderr.write(`${detail}\n`);
  setTimeout(() => process.exit(1), GOODBYE_MS).unref();
  send({
    type: 'uncaught',
    message: `an error that nothing caught, ${message}`.slice(0, MAX_UNCAUGHT_CHARS),
  }).then(
    () => process.exit(1),
    () => process.exit(1),
  );
});

/** Resolves when the message is handed over, so that a long step cannot hold it back. */
function send(message: FromTraining): Promise<void> {
  return new Promise((resolve, reject) => {
    if (process.send === undefined)
      return reject(new Error('a training process is started by a worker, not by hand'));
    process.send(message, undefined, {}, (error) => (error === null ? resolve() : reject(error)));
  });
}

/** Lets messages in, then waits until the condition holds. */
async function until(condition: () => boolean): Promise<void> {
  await eventLoopTurn();
  while (!condition()) await new Promise<void>((resolve) => (wake = resolve));
}

async function train(backend: Backend, job: TrainingJob): Promise<void> {
  const { session, restored } = await openSession(backend, job);
  const { everySteps } = job.config.checkpoint;
  let last: SavedCheckpoint | undefined = restored;
  /** A checkpoint never holds a step whose results are not yet on disk: resuming from it would leave a gap in the record. */
  const save = async (): Promise<void> => {
    await until(() => credits === STEPS_IN_FLIGHT || stop?.checkpoint === false);
    if (stop?.checkpoint === false || session.step === 0) return;
    if (last?.step !== session.step) last = await saveWithPatience(job, session);
    else if (!asked) return;
    // Told again where it is there already: whoever asks for one now is answered with it.
    asked = false;
    await send({ type: 'checkpoint', checkpoint: last });
  };
  await send({ type: 'started', step: session.step, totalSteps: session.totalSteps, stage: session.stage });
  // Whoever wrote it may have been killed before anybody heard of it.
  if (restored !== undefined) await send({ type: 'checkpoint', checkpoint: restored });
  while (session.step < session.totalSteps) {
    await until(() => credits > 0 || stop !== undefined);
    if (stop !== undefined) break;
    if (asked) await save();
    credits--;
    await send({ type: 'step', result: await session.next() });
    if (session.step % everySteps === 0) await save();
  }
  if (session.step === session.totalSteps) {
    await save();
    await send({ type: 'finished', step: session.step, weightsHash: await session.weightsHash() });
  } else {
    if (stop?.checkpoint === true) await save();
    await send({ type: 'stopped', step: session.step });
  }
  session.dispose();
}

async function openSession(
  backend: Backend,
  job: TrainingJob,
): Promise<{ session: Session; restored: SavedCheckpoint | undefined }> {
  const { config, prompts, warmupPrompts, evaluationPrompts, rewardsDir, modelsDir, checkpointFolder } = job;
  await removeUnfinished(checkpointFolder);
  const warn = (message: string): void => void send({ type: 'log', level: 'WARN', message });
  const log = (message: string): void => void send({ type: 'log', level: 'INFO', message });
  const own = await restoreLatest(checkpointFolder, configHash(config), warn);
  const fork = own === undefined && job.fork !== undefined ? await readCheckpoint(job.fork) : undefined;
  const needsReference = own === undefined || !inPolicyGradient(own.state);
  const session = await createSession({
    config,
    backend,
    prompts,
    warmupPrompts,
    evaluationPrompts,
    rewardsDir,
    modelsDir,
    log,
    warn,
    restore: own?.state,
    fork,
    reference:
      needsReference && job.reference !== undefined ? await readCheckpoint(job.reference) : undefined,
  });
  const from =
    own !== undefined
      ? `resumed after step ${session.step} from checkpoint ${own.checkpoint.sha256.slice(0, 12)}`
      : fork !== undefined
        ? `begins with the weights of step ${fork.step} of another run`
        : undefined;
  if (from !== undefined) await send({ type: 'log', level: 'INFO', message: from });
  return { session, restored: own && { ...own.checkpoint, metrics: own.state.metrics } };
}

/** A full disk is waited out: the run stands still, says why, and loses nothing. */
async function saveWithPatience(job: TrainingJob, session: Session): Promise<SavedCheckpoint> {
  const state = await session.snapshot();
  for (let attempt = 0; ; attempt++) {
    try {
      const checkpoint = await saveCheckpoint(job.checkpointFolder, state, job.config.checkpoint);
      if (attempt > 0) await send({ type: 'waiting', reason: null });
      return checkpoint;
    } catch (error) {
      if (!isDiskFull(error) || stop?.checkpoint === false) throw error;
      if (attempt === 0)
        await send({
          type: 'waiting',
          reason: `no room on the disk for the checkpoint of step ${state.step} in ${job.checkpointFolder}`,
        });
      await new Promise((resolve) => setTimeout(resolve, DISK_RETRY_MS));
    }
  }
}

function isDiskFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
}

function describeFailure(error: unknown): TrainingFailure {
  const nowhere = { step: null, promptIndex: null };
  if (error instanceof TrainerError) {
    const { step, promptIndex } = error.place;
    return { code: error.code, message: error.message, step: step ?? null, promptIndex: promptIndex ?? null };
  }
  if (error instanceof CheckpointError)
    return { code: `CHECKPOINT_${error.code}`, message: error.message, ...nowhere };
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: 'INTERNAL', message: `the trainer met a fault of its own: ${detail}`, ...nowhere };
}

const [kind] = process.argv.slice(2);
try {
  const backend = await openBackend(kind === 'native' || kind === 'wasm' ? kind : 'auto');
  await send({
    type: 'ready',
    engine: {
      backend: backend.kind,
      device: backend.device,
      description: backend.describe(),
      version: backend.version.tensorflow ?? backend.version.tfjs,
    },
  });
  await train(backend, await started);
} catch (error) {
  await send({ type: 'failed', ...describeFailure(error) });
}
process.disconnect();
