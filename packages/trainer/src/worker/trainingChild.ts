/**
 * @file The process that computes. Alone in it: the native engine blocks its event loop for whole steps, a user's reward module may
 * hang or crash it, and TensorFlow's memory goes with it when the run is over. Heartbeats, sending and pausing go on in the parent
 * meanwhile. It ends when the parent does.
 */
import { configHash } from '@nabla/domain';

import { openBackend, type Backend } from '../backend/backend.ts';
import { CheckpointError } from '../checkpoint/checkpointError.ts';
import { removeUnfinished, restoreLatest, saveCheckpoint } from '../checkpoint/checkpointStore.ts';
import { TrainerError } from '../errors.ts';
import { createSession, type Session } from '../session.ts';
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

/** Lets messages in, then waits until the condition holds or the run is to stop. */
async function until(condition: () => boolean): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  while (!condition() && stop === undefined) await new Promise<void>((resolve) => (wake = resolve));
}

async function train(backend: Backend, job: TrainingJob): Promise<void> {
  const session = await openSession(backend, job);
  const { everySteps } = job.config.checkpoint;
  let saved = session.step;
  const save = async (): Promise<void> => {
    if (saved === session.step) return;
    await saveWithPatience(job, session);
    saved = session.step;
  };
  await send({ type: 'started', step: session.step, totalSteps: session.totalSteps, stage: session.stage });
  while (session.step < session.totalSteps) {
    await until(() => credits > 0);
    if (stop !== undefined) break;
    credits--;
    await send({ type: 'step', result: await session.next() });
    if (session.step % everySteps === 0) await saveWhenSafe(save);
  }
  if (session.step === session.totalSteps) {
    await saveWhenSafe(save);
    await send({ type: 'finished', step: session.step, weightsHash: await session.weightsHash() });
  } else {
    if (stop?.checkpoint === true) await save();
    await send({ type: 'stopped', step: session.step });
  }
  session.dispose();
}

/** A checkpoint never holds a step whose results are not yet on disk: resuming from it would leave a gap in the record. */
async function saveWhenSafe(save: () => Promise<void>): Promise<void> {
  await until(() => credits === STEPS_IN_FLIGHT);
  if (credits === STEPS_IN_FLIGHT) await save();
}

async function openSession(backend: Backend, job: TrainingJob): Promise<Session> {
  const { config, prompts, warmupPrompts, rewardsDir, checkpointFolder } = job;
  await removeUnfinished(checkpointFolder);
  const warn = (message: string): void => void send({ type: 'log', level: 'WARN', message });
  const restored = await restoreLatest(checkpointFolder, configHash(config), warn);
  const session = await createSession({
    config,
    backend,
    ...(prompts === undefined ? {} : { prompts }),
    ...(warmupPrompts === undefined ? {} : { warmupPrompts }),
    ...(rewardsDir === undefined ? {} : { rewardsDir }),
    warn,
    ...(restored === undefined ? {} : { restore: restored.state }),
  });
  if (restored !== undefined)
    await send({
      type: 'log',
      level: 'INFO',
      message: `resumed after step ${session.step} from checkpoint ${restored.checkpoint.sha256.slice(0, 12)}`,
    });
  return session;
}

/** A full disk is waited out: the run stands still, says why, and loses nothing. */
async function saveWithPatience(job: TrainingJob, session: Session): Promise<void> {
  const state = await session.snapshot();
  for (let attempt = 0; ; attempt++) {
    try {
      const checkpoint = await saveCheckpoint(job.checkpointFolder, state, job.config.checkpoint.keepLast);
      if (attempt > 0) await send({ type: 'waiting', reason: null });
      return await send({ type: 'checkpoint', checkpoint });
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
