/**
 * @file The trainer as a function: a run in this process, with rewards given as functions. The native engine blocks the event loop
 * for most of a step: timers, servers and signals of the same process wait that long. `nabla train` and workers use a process of
 * their own instead, which cannot be given functions.
 */
import { configHash, type RunConfig } from '@nabla/domain';

import { openBackend, type Backend } from '../backend/backend.ts';
import {
  readCheckpoint,
  removeUnfinished,
  restoreLatest,
  saveCheckpoint,
} from '../checkpoint/checkpointStore.ts';
import { referenceFile } from '../cli/forkFrom.ts';
import { readPromptFile } from '../cli/promptFiles.ts';
import { checkpointFolder } from '../cli/runFiles.ts';
import { eventLoopTurn } from '../eventLoopTurn.ts';
import { hasCode } from '../huggingFace/modelFile.ts';
import { createSession, type Session } from '../session.ts';
import { inPolicyGradient, type SessionState } from '../sessionState.ts';
import type { StepResult } from '../stepResult.ts';
import { bringPrompts } from '../worker/bringPrompts.ts';
import { fileRecorder, openOut, type RecordedEnd, type Recorder } from './recorder.ts';
import { serverRecorder, type ServerRecorder } from './serverRecorder.ts';
import { TrainResult } from './trainResult.ts';
import { planOf, type TrainOptions, type TrainPlan, type TrainServer } from './trainOptions.ts';

const DEFAULT_MODELS_DIR = '.nabla/models';

/**
 * Trains, and resolves with the trained policy.
 * @throws RangeError for options that are not valid, before anything is made.
 * @throws TrainerError for what goes wrong in a step; checkpoints made before it stay in `out`.
 */
export async function train(options: TrainOptions): Promise<TrainResult> {
  const steps = trainSteps(options);
  for (;;) {
    const next = await steps.next();
    if (next.done === true) return next.value;
    try {
      await options.onStep?.(next.value);
    } catch (error) {
      // Ends the run where it stands, as an error of the run's own would.
      await steps.throw(error);
    }
  }
}

/**
 * The same, one step at a time: `for await (const step of trainSteps(options))`. A step is made when it is asked for; leaving the
 * loop ends the run, with a checkpoint if there is an `out`. The generator's return value is the result. `onStep` is not called.
 */
export async function* trainSteps(options: TrainOptions): AsyncGenerator<StepResult, TrainResult, undefined> {
  const plan = planOf(options);
  const { out, signal } = options;
  const modelsDir = options.modelsDir ?? DEFAULT_MODELS_DIR;
  const warn = options.warn ?? ((message: string) => void process.stderr.write(`nabla: ${message}\n`));
  if (out !== undefined) await openOut(out, plan.config, plan.prompts);
  const backend = await openBackend(options.backend ?? plan.config.backend);
  const connect = (to: TrainServer): Promise<ServerRecorder> =>
    serverRecorder(to, plan.config, { out, warn });
  const resumed = options.server?.resume === undefined ? undefined : await connect(options.server);
  const session = await openSession(options, plan, backend, { warn, resumed });
  const recorders: Recorder[] = [];
  let end: RecordedEnd = { kind: 'stopped' };
  const keeper = checkpointKeeper(out, plan.config, session);
  try {
    if (resumed !== undefined) recorders.push(resumed);
    else if (options.server !== undefined && session.step > 0 && session.step < session.totalSteps)
      throw new Error(
        `train: ${out} holds step ${session.step} of this run already, and a new run on a server begins with step 1: name that run as \`server.resume\` to go on with it there, leave \`server\` away to go on without, or give another folder as \`out\` to begin anew`,
      );
    if (out !== undefined) recorders.push(await fileRecorder(out, session.step));
    // One that is over has nothing to tell: no empty run is made.
    if (resumed === undefined && options.server !== undefined && session.step < session.totalSteps)
      recorders.push(await connect(options.server));
    const asked = (): boolean => signal?.aborted === true || recorders.some((recorder) => recorder.stopAsked);
    while (session.step < session.totalSteps && !asked()) {
      const result = await session.next();
      for (const recorder of recorders) await recorder.step(result);
      await keeper.due();
      for (const recorder of recorders) await recorder.checkpointIfDue?.(session);
      yield result;
      // A signal, a timer, a command from the server: before the next step blocks the event loop again.
      await eventLoopTurn();
    }
    end = { kind: session.step === session.totalSteps ? 'finished' : 'stopped' };
    const state = await session.snapshot();
    await keeper.last(state);
    return new TrainResult({
      config: plan.config,
      state,
      weightsHash: await session.weightsHash(),
      isFinished: end.kind === 'finished',
      modelsDir,
    });
  } catch (error) {
    end = {
      kind: 'failed',
      cause: error instanceof Error ? error.message : String(error),
      step: session.step + 1,
    };
    throw error;
  } finally {
    try {
      // A loop that was left gets here without the lines above.
      if (end.kind === 'stopped') {
        await keeper.last();
        for (const recorder of recorders) await recorder.keep?.(session);
      }
    } finally {
      session.dispose();
      await endAll(recorders, end);
    }
  }
}

/** Each of them, whatever the others say: a server that is away keeps no file open. @throws the first error */
async function endAll(recorders: readonly Recorder[], end: RecordedEnd): Promise<void> {
  const ended = await Promise.allSettled(recorders.map((recorder) => recorder.end(end)));
  const failed = ended.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

async function openSession(
  options: TrainOptions,
  { config, functions, prompts }: TrainPlan,
  backend: Backend,
  { warn, resumed }: { warn: (message: string) => void; resumed: ServerRecorder | undefined },
): Promise<Session> {
  try {
    const restored = resumed === undefined ? await restorable(options.out, config, warn) : resumed.restore;
    return await sessionOf(options, { config, functions, prompts }, backend, { warn, restored });
  } catch (error) {
    // What hinders this process says nothing against the run: it is paused again.
    await resumed?.end({ kind: 'stopped' });
    throw error;
  }
}

async function sessionOf(
  options: TrainOptions,
  { config, functions, prompts }: TrainPlan,
  backend: Backend,
  { warn, restored }: { warn: (message: string) => void; restored: SessionState | undefined },
): Promise<Session> {
  const brought = await bringPrompts(config, {
    file: (file) =>
      prompts !== undefined && config.task.kind === 'file' && file === config.task.path
        ? Promise.resolve(prompts)
        : readPromptFile('.', file),
    promptSet(versionId, where) {
      throw new RangeError(
        `train: config.${where} ${versionId} names prompts on a server: give them as \`prompts\`, or a file (kind file)`,
      );
    },
  });
  const reference = referenceFile(config, process.cwd());
  const needsReference = restored === undefined || !inPolicyGradient(restored);
  return createSession({
    config,
    backend,
    ...brought,
    rewardsDir: options.rewardsDir ?? process.cwd(),
    rewardFunctions: functions,
    modelsDir: options.modelsDir ?? DEFAULT_MODELS_DIR,
    warn,
    restore: restored,
    reference: reference !== undefined && needsReference ? await readCheckpoint(reference) : undefined,
  });
}

async function restorable(
  out: string | undefined,
  config: RunConfig,
  warn: (message: string) => void,
): Promise<SessionState | undefined> {
  if (out === undefined) return undefined;
  const folder = checkpointFolder(out);
  await removeUnfinished(folder);
  return (await restoreLatest(folder, configHash(config), warn))?.state;
}

/** Writes checkpoints as the configuration says, never the same step twice. */
function checkpointKeeper(out: string | undefined, config: RunConfig, session: Session) {
  let saved = session.step;
  const save = async (given?: SessionState): Promise<void> => {
    if (out === undefined || saved === session.step) return;
    const state = given ?? (await session.snapshot());
    await saveCheckpoint(checkpointFolder(out), state, config.checkpoint).catch((cause: unknown) => {
      if (!hasCode(cause, 'ENOSPC') && !hasCode(cause, 'EDQUOT')) throw cause;
      throw new Error(
        `train: no room on the disk for the checkpoint of step ${session.step} in ${out}. Those before it stay: make room, and the same script goes on`,
        { cause },
      );
    });
    saved = session.step;
  };
  return {
    async due(): Promise<void> {
      if (session.step % config.checkpoint.everySteps === 0) await save();
    },
    last: save,
  };
}
