/** @file One run in training processes: hands stop requests on, and begins again from the last checkpoint when a process is lost. */
import type { CheckpointRequest } from './checkpointRequest.ts';
import type { TrainingJob } from './protocol.ts';
import type { StopRequest } from './stopRequest.ts';
import type { EngineChoice, TrainingHandlers, TrainingOutcome, TrainingProcess } from './trainingProcess.ts';

/** A process that dies this often without getting further dies of the run, not of bad luck. */
const CRASHES_WITHOUT_PROGRESS = 3;
/** Time that a run nobody wants any more has to end by itself; a long step or a hanging reward module may not. */
const DROP_GRACE_MS = 3000;
/**
 * Time without a word that a run has to end its step and keep a checkpoint; then the step is abandoned. At least this, and where its steps
 * are long, several of them: what hangs is given up, what is slow is not.
 */
const SAVE_GRACE_MS = 20_000;
const SAVE_GRACE_STEPS = 3;

/** A `ProcessPool`, or what a test puts in its place. */
export interface TrainingProcesses {
  take(
    engine: EngineChoice,
  ): Promise<Pick<TrainingProcess, 'run' | 'checkpoint' | 'stop' | 'kill' | 'close'>>;
}

export interface SuperviseOptions {
  readonly checkpoints?: CheckpointRequest;
  readonly saveMs?: number;
}

export type SupervisedOutcome = Exclude<TrainingOutcome, { kind: 'crashed' }>;

export async function superviseTraining(
  pool: TrainingProcesses,
  job: TrainingJob,
  handlers: TrainingHandlers,
  stop: StopRequest,
  { checkpoints, saveMs = SAVE_GRACE_MS }: SuperviseOptions = {},
): Promise<SupervisedOutcome> {
  let crashes = 0;
  let furthest = 0;
  let [longestMs, lastWord] = [0, NaN];
  const graceMs = () => Math.max(saveMs, SAVE_GRACE_STEPS * longestMs);
  for (;;) {
    let step = 0;
    const { outcome, abandoned } = await runOnce(
      pool,
      job,
      { stop, checkpoints, graceMs },
      {
        ...handlers,
        async started(at) {
          lastWord = performance.now();
          step = at.step;
          furthest = Math.max(furthest, step);
          await handlers.started(at);
        },
        async step(result) {
          longestMs = Math.max(longestMs, performance.now() - lastWord);
          await handlers.step(result);
          lastWord = performance.now();
          step = result.step;
          if (step > furthest) crashes = 0;
          furthest = Math.max(furthest, step);
        },
        async checkpoint(checkpoint) {
          checkpoints?.made();
          await handlers.checkpoint(checkpoint);
        },
      },
    );
    if (outcome.kind !== 'crashed') return outcome;
    if (stop.kind === 'drop') return { kind: 'stopped', step };
    if (abandoned) {
      await handlers.log(
        'WARN',
        `step ${step + 1} did not end within ${Math.round(graceMs() / 100) / 10} s and was abandoned; the run goes on later from its last checkpoint`,
      );
      return { kind: 'stopped', step };
    }
    if (++crashes >= CRASHES_WITHOUT_PROGRESS)
      return {
        kind: 'failed',
        code: 'CRASHED',
        message: `the training process was lost ${crashes} times without getting past step ${furthest}: ${outcome.detail}`,
        step: furthest,
        promptIndex: null,
      };
    await handlers.log(
      'WARN',
      `the training process was lost after step ${step} (${outcome.detail}); it begins again from the last checkpoint, or anew where there is none`,
    );
  }
}

async function runOnce(
  pool: TrainingProcesses,
  job: TrainingJob,
  {
    stop,
    checkpoints,
    graceMs,
  }: { stop: StopRequest; checkpoints: CheckpointRequest | undefined; graceMs: () => number },
  handlers: TrainingHandlers,
): Promise<{ outcome: TrainingOutcome; abandoned: boolean }> {
  let process;
  try {
    process = await pool.take(job.config.backend);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return {
      outcome: { kind: 'failed', code: 'BACKEND', message, step: null, promptIndex: null },
      abandoned: false,
    };
  }
  const running = process;
  let deadline: NodeJS.Timeout | undefined;
  let abandoned = false;
  const unlisten = stop.listen((kind) => {
    running.stop(kind === 'save');
    clearTimeout(deadline);
    deadline = setTimeout(
      () => {
        abandoned = kind === 'save';
        running.kill();
      },
      kind === 'save' ? graceMs() : DROP_GRACE_MS,
    );
  });
  const unlistenCheckpoints = checkpoints?.listen(() => running.checkpoint());
  try {
    const outcome = await running.run(job, {
      ...handlers,
      async step(result) {
        await handlers.step(result);
        // A word from it: the checkpoint that follows has its time too.
        if (stop.kind === 'save' && !abandoned) deadline?.refresh();
      },
    });
    return { outcome, abandoned };
  } finally {
    unlisten();
    unlistenCheckpoints?.();
    clearTimeout(deadline);
    await running.close();
  }
}
