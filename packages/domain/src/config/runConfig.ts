/** @file The run configuration: one zod schema for the API, the dashboard's form, the worker and the command line. */
import { z } from 'zod';

import { BOUNDS } from '../bounds.ts';
import { evaluationSchema } from './evaluation.ts';
import { positiveInt } from './fields.ts';
import { modelSchema } from './model.ts';
import { policyGradientSchema } from './policyGradient.ts';
import { rewardSchema } from './rewards.ts';
import { taskSchema } from './task.ts';
import { tokenizerSchema } from './tokenizer.ts';
import { warmupSchema } from './warmup.ts';

export const checkpointPolicySchema = z.strictObject({
  everySteps: positiveInt(BOUNDS.maxStepsPerStage).default(50),
  keepLast: positiveInt(1000).default(3).describe('Older checkpoints are removed, the last of the run never'),
  keepEvery: positiveInt(BOUNDS.maxStepsPerStage)
    .nullable()
    .default(null)
    .describe('Checkpoints of every n-th step stay for good; null: none'),
  keepBest: z.int().min(0).max(1000).default(0).describe('The best n by a metric stay too'),
  bestMetric: z
    .string()
    .min(1)
    .max(120)
    .refine(
      (name) => !/^(time|throughput|system)\//.test(name),
      'differs from one execution of the run to the next, so that the same checkpoint would not be the best twice',
    )
    .default('reward/mean')
    .describe('Metric of keepBest, for instance eval/held_out/accuracy: its last value at the checkpoint'),
  bestIs: z.enum(['highest', 'lowest']).default('highest'),
});

/** What a run is. Validated once, by whoever makes the run; stored with its canonical hash. */
export const runConfigSchema = z
  .strictObject({
    name: z.string().trim().min(1).max(BOUNDS.maxNameChars).describe('Name of the run'),
    seed: z
      .int()
      .min(0)
      .max(2 ** 31 - 1)
      .default(1)
      .describe('Seeds weights, prompts and sampling: the same seed replays the run'),
    backend: z
      .enum(['auto', 'native', 'wasm'])
      .default('auto')
      .describe('auto: native where the worker has it'),
    xla: z
      .enum(['auto', 'on', 'off'])
      .default('auto')
      .describe(
        'Compile each step with XLA (native only). auto: where the run is long enough to win back the compile time',
      ),
    model: modelSchema.prefault({ kind: 'scratch' }),
    tokenizer: tokenizerSchema.default({ kind: 'char' }),
    task: taskSchema,
    rewards: z
      .array(rewardSchema)
      .min(1)
      .max(BOUNDS.maxRewards)
      .prefault([{ kind: 'exact_match', name: 'exact' }]),
    warmup: warmupSchema.optional().describe('Optional supervised stage before the policy gradient'),
    policyGradient: policyGradientSchema,
    evaluation: evaluationSchema.optional().describe('Held-out prompts, every so many steps'),
    checkpoint: checkpointPolicySchema.prefault({}),
    record: z
      .strictObject({
        completionsEverySteps: positiveInt(BOUNDS.maxStepsPerStage)
          .default(1)
          .describe('Completions are stored for every n-th step'),
        tokens: z.boolean().default(true).describe('Store token ids and per-token log-probabilities too'),
      })
      .prefault({}),
  })
  .superRefine((config, context) => {
    const issue = (path: (string | number)[], message: string) =>
      context.addIssue({ code: 'custom', path, message });
    const names = config.rewards.map((reward) => reward.name);
    names.forEach((name, index) => {
      if (names.indexOf(name) !== index)
        issue(['rewards', index, 'name'], `two reward components are called "${name}"`);
    });
    config.rewards.forEach((reward, index) => {
      if (reward.kind === 'overlong' && reward.buffer > config.policyGradient.maxNewTokens)
        issue(
          ['rewards', index, 'buffer'],
          `is longer than maxNewTokens (${config.policyGradient.maxNewTokens})`,
        );
      if (reward.normalise === 'group' && config.policyGradient.groupSize < 2)
        issue(['rewards', index, 'normalise'], 'normalising within a group needs a groupSize of at least 2');
    });
    const { task } = config;
    config.evaluation?.sets.forEach((set, index) => {
      if (set.task === undefined && (task.kind === 'file' || task.kind === 'prompt_set'))
        issue(
          ['evaluation', 'sets', index, 'task'],
          `the run trains on its whole ${task.kind}: name another one here (or, to look at what it trains on, the same)`,
        );
    });
    const room = roomOf(config.model);
    if (config.policyGradient.maxNewTokens >= room)
      issue(['policyGradient', 'maxNewTokens'], `leaves no room for a prompt in ${room} tokens`);
    if (config.model.kind === 'hugging_face' && config.tokenizer.kind !== 'model')
      issue(
        ['tokenizer', 'kind'],
        `a Hugging Face model brings its own tokenizer: use kind model, not ${config.tokenizer.kind}`,
      );
    if (config.model.kind === 'scratch' && config.tokenizer.kind === 'model')
      issue(['tokenizer', 'kind'], 'a model from scratch brings no tokenizer: use char or byte');
  });

/** Longest sequence, prompt and completion, that a model may be asked for before its files are seen. */
export function roomOf(model: RunConfig['model']): number {
  return model.kind === 'hugging_face' && model.maxContextTokens !== undefined
    ? model.maxContextTokens
    : BOUNDS.maxContextTokens;
}

/** A validated configuration, all defaults filled in. */
export type RunConfig = z.output<typeof runConfigSchema>;
/** What a person writes: defaults may be left out. */
export type RunConfigInput = z.input<typeof runConfigSchema>;
export type CheckpointPolicy = z.output<typeof checkpointPolicySchema>;

/** Steps of all stages. Step numbers run from 1 through the warm-up into the policy gradient without a gap. */
export function totalSteps(config: Pick<RunConfig, 'warmup' | 'policyGradient'>): number {
  return (config.warmup?.steps ?? 0) + config.policyGradient.steps;
}
