/** @file One run in training processes: hands stop requests on, and begins again from the last checkpoint when a process is lost. */
import type { ProcessPool } from './processPool.ts';
import type { TrainingJob } from './protocol.ts';
import type { StopRequest } from './stopRequest.ts';
import type { TrainingHandlers, TrainingOutcome } from './trainingProcess.ts';

/** A process that dies this often without getting further dies of the run, not of bad luck. */
const CRASHES_WITHOUT_PROGRESS = 3;
/** Time that a run nobody wants any more has to end by itself; a long step or a hanging reward module may not. */
const DROP_GRACE_MS = 3000;

export type SupervisedOutcome = Exclude<TrainingOutcome, { kind: 'crashed' }>;

export async function superviseTraining(
  pool: ProcessPool,
  job: TrainingJob,
  handlers: TrainingHandlers,
  stop: StopRequest,
): Promise<SupervisedOutcome> {
  let crashes = 0;
  let furthest = 0;
  for (;;) {
    let step = 0;
    const outcome = await runOnce(pool, job, stop, {
      ...handlers,
      async step(result) {
        await handlers.step(result);
        step = result.step;
        if (step > furthest) crashes = 0;
        furthest = Math.max(furthest, step);
      },
    });
    if (outcome.kind !== 'crashed') return outcome;
    if (stop.kind === 'drop') return { kind: 'stopped', step };
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
      `the training process was lost after step ${step} (${outcome.detail}); it begins again from the last checkpoint`,
    );
  }
}

async function runOnce(
  pool: ProcessPool,
  job: TrainingJob,
  stop: StopRequest,
  handlers: TrainingHandlers,
): Promise<TrainingOutcome> {
  let process;
  try {
    process = await pool.take(job.config.backend);
  } catch (error) {
    return {
      kind: 'failed',
      code: 'BACKEND',
      message: error instanceof Error ? error.message : String(error),
      step: null,
      promptIndex: null,
    };
  }
  const running = process;
  let deadline: NodeJS.Timeout | undefined;
  const unlisten = stop.listen((kind) => {
    running.stop(kind === 'save');
    if (kind === 'drop') deadline ??= setTimeout(() => running.kill(), DROP_GRACE_MS);
  });
  try {
    return await running.run(job, handlers);
  } finally {
    unlisten();
    clearTimeout(deadline);
    await running.close();
  }
}
