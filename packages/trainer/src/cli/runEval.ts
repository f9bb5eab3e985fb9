/** @file `nabla eval`, from its options to the table it prints. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';

import { evaluationMetric, type EvaluationSetConfig, type RunConfig } from '@nabla/domain';

import { openBackend } from '../backend/backend.ts';
import { TrainerError } from '../errors.ts';
import { openEvaluationSets } from '../evaluation/evaluationSets.ts';
import { createEvaluator, type EvaluationResult } from '../evaluation/evaluator.ts';
import { closeRewards, openRewards } from '../rewards/openRewards.ts';
import { bringPrompts } from '../worker/bringPrompts.ts';
import { CliError, EXIT } from './cliError.ts';
import { evaluationPlan, type EvalOptions } from './evaluationPlan.ts';
import { findChosenPolicy, openChosenPolicy } from './chosenPolicy.ts';
import type { PolicyOptions } from './policyOptions.ts';
import type { OpenPolicy } from './policySource.ts';
import { localPromptReader, readPromptFile } from './promptFiles.ts';
import { completionLine } from './runFiles.ts';

export interface EvalCommandOptions extends EvalOptions, PolicyOptions {
  readonly rewards?: string;
  readonly out?: string;
  readonly json?: boolean;
}

/** Completions decoded at a time where no run says how many fit. */
const USUAL_ROWS = 32;

export async function runEval(given: string, options: EvalCommandOptions): Promise<void> {
  const say = (message: string): void => void process.stderr.write(`${message}\n`);
  const source = await findChosenPolicy(given, options);
  const brought = await Promise.all(options.prompts.map((file) => readPromptFile('.', file)));
  const backend = await openBackend(options.backend);
  const policy = await openChosenPolicy(source, options, say);
  try {
    say(`${policy.description}; ${backend.describe()}`);
    const run = policy.step === null ? null : policy.config;
    const config = evaluationPlan(run, policy.config, options, brought);
    const found = await evaluate({ config, policy, backend, options, baseFolder: source.baseFolder, say });
    if (options.out !== undefined) {
      const lines = found.completions.map(
        (completion) => `${JSON.stringify(completionLine(policy.step ?? 0, completion))}\n`,
      );
      await writeFile(options.out, lines.join(''));
      say(`${lines.length} completions are in ${options.out}`);
    }
    const sets = config.evaluation?.sets ?? [];
    process.stdout.write(
      options.json === true
        ? `${JSON.stringify({ policy: policy.description, step: policy.step, seed: config.seed, metrics: Object.fromEntries(found.metrics) }, null, 2)}\n`
        : table(sets, found),
    );
  } finally {
    policy.dispose();
  }
}

interface EvaluateParts {
  readonly config: RunConfig;
  readonly policy: OpenPolicy;
  readonly backend: Awaited<ReturnType<typeof openBackend>>;
  readonly options: EvalCommandOptions;
  readonly baseFolder: string;
  readonly say: (message: string) => void;
}

async function evaluate(parts: EvaluateParts): Promise<EvaluationResult> {
  const { config, policy, backend, options, baseFolder, say } = parts;
  try {
    // The sets' prompts alone: those of training are not wanted.
    const own = options.prompts.length > 0 || options.task.length > 0 ? '.' : baseFolder;
    const { evaluationPrompts } = await bringPrompts(
      { ...config, task: { kind: 'addition', digits: { min: 1, max: 1 } }, warmup: undefined },
      localPromptReader(own),
    );
    const sets = openEvaluationSets(config, policy.model, evaluationPrompts);
    const rewards = await openRewards(config, {
      rewardsDir: path.resolve(options.rewards ?? baseFolder),
      log: say,
      warn: say,
    });
    const { promptsPerStep, groupSize } = config.policyGradient;
    const evaluator = createEvaluator({
      backend,
      model: policy.model,
      sets,
      rewards,
      rewardConfigs: config.rewards,
      seed: config.seed,
      maxNewTokens: config.policyGradient.maxNewTokens,
      rowsAtATime: policy.step === null ? USUAL_ROWS : promptsPerStep * groupSize,
      recordTokens: options.out !== undefined,
      // One evaluation alone does not win the compile time back: only where the configuration asks for it.
      xla: config.xla === 'on' && backend.kind === 'native',
      warn: say,
    });
    try {
      return await evaluator.evaluate(policy.weights);
    } finally {
      evaluator.dispose();
      await closeRewards(rewards);
    }
  } catch (error) {
    if (error instanceof TrainerError) throw new CliError(EXIT.failed, error.message, { cause: error });
    throw error;
  }
}

/** A row a set: what was measured, numbers under their names. */
export function table(
  sets: readonly Pick<EvaluationSetConfig, 'name' | 'passAt' | 'samples'>[],
  { metrics, completions }: EvaluationResult,
): string {
  const ks = [...new Set(sets.flatMap(({ passAt }) => passAt))].sort((a, b) => a - b);
  const header = ['set', 'prompts', 'samples', 'accuracy', 'reward', ...ks.map((k) => `pass@${k}`), 'tokens'];
  const rows = sets.map(({ name, samples }) => {
    const value = (statistic: Parameters<typeof evaluationMetric>[1]) =>
      metrics.get(evaluationMetric(name, statistic));
    const halfWidth = value('reward_ci95');
    const reward = value('reward_mean');
    const prompts = new Set(
      completions.filter(({ evaluationSet }) => evaluationSet === name).map(({ group }) => group),
    ).size;
    return [
      name,
      String(prompts),
      String(samples),
      fixed(value('accuracy')),
      reward === undefined || halfWidth === undefined
        ? fixed(reward)
        : `${fixed(reward)} ± ${fixed(halfWidth)}`,
      ...ks.map((k) => fixed(value(`pass_at_${k}`))),
      fixed(value('length_mean'), 1),
    ];
  });
  return aligned([header, ...rows]);
}

/** Columns as wide as their widest cell; the first to the left, numbers to the right. */
function aligned(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('');
}

/** "–" where it could not be measured: no answer is known, or every reward is null. */
function fixed(value: number | undefined, digits = 3): string {
  return value === undefined ? '–' : value.toFixed(digits);
}
