/** @file `nabla train` without a server: the same training, recorded in files. */
import path from 'node:path';

import type { RunConfig } from '@nabla/domain';

import { listCheckpoints } from '../checkpoint/checkpointStore.ts';
import { bringPrompts } from '../worker/bringPrompts.ts';
import { CheckpointRequest } from '../worker/checkpointRequest.ts';
import { ProcessPool } from '../worker/processPool.ts';
import { StopRequest } from '../worker/stopRequest.ts';
import { superviseTraining, type SupervisedOutcome } from '../worker/superviseTraining.ts';
import type { EngineChoice } from '../worker/trainingProcess.ts';
import { CliError, EXIT, type ExitCode } from './cliError.ts';
import { onInterrupt } from './interrupt.ts';
import type { Progress } from './progress.ts';
import { keepForkPoint, keptForkPoint, referenceFile } from './forkFrom.ts';
import { lineOfPrompt, localPromptReader } from './promptFiles.ts';
import { bringBackLater, removeLater, resumeAt } from './resumeAt.ts';
import { RunFiles, checkpointFolder, createRunFolder, lockRun, type RunPlace } from './runFiles.ts';

export interface LocalRunOptions {
  readonly config: RunConfig;
  /** Holds the run. */
  readonly folder: string;
  readonly place: RunPlace;
  /** The folder is not made yet. */
  readonly isNew: boolean;
  /** Go on from the checkpoint of this step instead of from the latest. */
  readonly resumeStep?: string | undefined;
  readonly rewardsDir: string;
  /** Where models downloaded by name are kept. */
  readonly modelsDir: string;
  readonly engine: EngineChoice;
  readonly progress: Progress;
}

export async function runLocally(options: LocalRunOptions): Promise<ExitCode> {
  const { config, folder, place, rewardsDir, modelsDir, progress } = options;
  const { baseFolder } = place;
  const { prompts, warmupPrompts, evaluationPrompts } = await bringPrompts(
    config,
    localPromptReader(baseFolder),
  );
  const fork = options.isNew ? place.forkedFrom?.file : keptForkPoint(folder, place);
  const reference = referenceFile(config, baseFolder);

  const stop = new StopRequest();
  const forget = onInterrupt(() => {
    progress.say('stopping after this step, with a checkpoint (Ctrl-C again to stop at once)');
    stop.ask('save', 'interrupted');
  });
  const checkpoints = new CheckpointRequest();
  let asked = false;
  const askCheckpoint = (): void => {
    asked = true;
    checkpoints.ask();
  };
  process.on('SIGUSR2', askCheckpoint);
  const pool = new ProcessPool(options.engine);
  let files: RunFiles | undefined;
  let lock = options.isNew ? undefined : await lockRun(folder);
  try {
    await bringBackLater(checkpointFolder(folder));
    if (options.resumeStep !== undefined)
      await resumeAt(checkpointFolder(folder), options.resumeStep, (message) => progress.say(message));
    const { description, ...engine } = await pool.warm();
    progress.say(description);
    const outcome = await superviseTraining(
      pool,
      {
        config,
        checkpointFolder: checkpointFolder(folder),
        rewardsDir,
        modelsDir,
        evaluationPrompts,
        ...(fork === undefined ? {} : { fork }),
        ...(reference === undefined ? {} : { reference }),
        ...(prompts === undefined ? {} : { prompts }),
        ...(warmupPrompts === undefined ? {} : { warmupPrompts }),
      },
      {
        async started(at) {
          if (files === undefined && options.isNew) {
            await keepForkPoint(folder, place);
            await createRunFolder(folder, config, { ...place, engine });
            lock = await lockRun(folder);
          }
          await removeLater(checkpointFolder(folder));
          await files?.close();
          files = await RunFiles.open(folder, at.step);
          progress.start(at);
        },
        async step(result) {
          await files?.append(result);
          progress.step(result);
        },
        checkpoint({ step }) {
          if (asked) progress.say(`the checkpoint of step ${step} is written`);
          asked = false;
        },
        log: (level, message) =>
          progress.say(level === 'INFO' ? message : `${level.toLowerCase()}: ${message}`),
        waiting: (reason) => progress.say(reason === null ? 'there is room again' : `waiting: ${reason}`),
      },
      stop,
      { checkpoints },
    );
    return await conclude(outcome, options);
  } finally {
    forget();
    process.off('SIGUSR2', askCheckpoint);
    await files?.close();
    await pool.close();
    // Of a start that failed: what was set aside for it is the latest again.
    await bringBackLater(checkpointFolder(folder));
    await lock?.release();
  }
}

async function conclude(
  outcome: SupervisedOutcome,
  { config, folder, place, progress }: LocalRunOptions,
): Promise<ExitCode> {
  const here = path.relative(process.cwd(), folder) || '.';
  switch (outcome.kind) {
    case 'finished':
      progress.say(`finished after step ${outcome.step}; weights ${outcome.weightsHash}`);
      progress.say(`metrics, completions and checkpoints are in ${here}`);
      return EXIT.ok;
    case 'stopped': {
      const [latest] = await listCheckpoints(checkpointFolder(folder));
      progress.say(
        latest === undefined
          ? 'stopped before the first checkpoint: a new start begins anew'
          : `stopped; the checkpoint of step ${latest.step} is kept. Go on with: nabla train --resume --out ${here}`,
      );
      return EXIT.interrupted;
    }
    case 'failed': {
      const file = config.task.kind === 'file' ? config.task.path : undefined;
      const line =
        file === undefined || outcome.promptIndex === null
          ? undefined
          : await lineOfPrompt(place.baseFolder, file, outcome.promptIndex);
      const where = line === undefined ? '' : `${file}:${line}: `;
      throw new CliError(
        EXIT.failed,
        `the run failed${outcome.step === null ? '' : ` in step ${outcome.step}`}: ${where}${outcome.message}`,
      );
    }
  }
}
