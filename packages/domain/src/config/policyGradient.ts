/** @file The estimator of the policy gradient and everything around it. `docs/estimators.md` derives each choice. */
import { z } from 'zod';

import { BOUNDS } from '../bounds.ts';
import { positiveInt, probability } from './fields.ts';
import { optimizerSchema } from './optimizer.ts';
import { refusals } from './refusals.ts';

export const ADVANTAGES = [
  'none',
  'constant',
  'ema',
  'batch_mean',
  'batch_norm',
  'rloo',
  'group_mean',
  'group_norm',
  'gae',
] as const;
export const LOSSES = ['reinforce', 'clip', 'gspo', 'cispo'] as const;
export const AGGREGATIONS = ['sequence_sum', 'token_mean', 'sequence_mean', 'constant'] as const;
export const KL_ESTIMATORS = ['k1', 'k2', 'k3'] as const;
export const KL_PLACEMENTS = ['signal', 'reward_to_go', 'token', 'loss', 'ratio_loss'] as const;
export const KL_REFERENCES = ['initial', 'previous', 'checkpoint'] as const;

const klSchema = z.strictObject({
  beta: z
    .number()
    .min(0)
    .max(100)
    .default(0)
    .describe('Weight of the KL penalty, which subtracts wherever it is placed; 0: none'),
  estimator: z
    .enum(KL_ESTIMATORS)
    .default('k1')
    .describe('k1 = log π − log π_ref, k2 = k1²/2, k3 = e^−k1 + k1 − 1'),
  placement: z
    .enum(KL_PLACEMENTS)
    .default('signal')
    .describe(
      'signal: k1 of the whole completion; reward_to_go: k1 from each token on; token: k1 of the token alone; loss: a term of the loss; ratio_loss: that term times the importance ratio',
    ),
  reference: z
    .enum(KL_REFERENCES)
    .default('initial')
    .describe(
      'initial: the policy at the start of this stage; previous: the policy one step before, or mixed from earlier ones, synchronised every so often; checkpoint: any checkpoint',
    ),
  checkpoint: z
    .string()
    .trim()
    .min(1)
    .max(1000)
    .optional()
    .describe(
      'Reference checkpoint: SHA-256 of one stored in Nabla, or the path of a file for `nabla train`',
    ),
  syncEverySteps: positiveInt(BOUNDS.maxStepsPerStage)
    .default(1)
    .describe('previous: steps between synchronisations'),
  mixing: z
    .number()
    .gt(0)
    .max(1)
    .default(1)
    .describe('previous: reference ← (1 − mixing)·reference + mixing·policy; 1 copies the policy'),
  adaptive: z
    .strictObject({
      target: z.number().gt(0).max(1000).describe('Mean KL per completion to keep to, in nats'),
      horizon: positiveInt(1_000_000)
        .default(10_000)
        .describe('Completions over which beta moves by the full proportional error'),
    })
    .nullable()
    .default(null)
    .describe('Proportional control of beta (arXiv 1909.08593); null: beta stays'),
});

export const policyGradientSchema = z
  .strictObject({
    steps: positiveInt(BOUNDS.maxStepsPerStage),
    promptsPerStep: positiveInt(BOUNDS.maxPromptsPerStep).default(8),
    groupSize: positiveInt(BOUNDS.maxGroupSize).default(8).describe('Completions per prompt G'),
    maxNewTokens: positiveInt(BOUNDS.maxNewTokens)
      .default(16)
      .describe('Completion tokens at most, end of sequence included'),
    temperature: z
      .number()
      .gt(0)
      .max(10)
      .default(1)
      .describe('Divides the logits in sampling and in training alike'),
    topK: positiveInt(1_000_000)
      .nullable()
      .default(null)
      .describe('Sample among the k most likely tokens: another distribution, needs importanceCap'),
    topP: z
      .number()
      .gt(0)
      .max(1)
      .nullable()
      .default(null)
      .describe('Sample among the likeliest tokens that together have this probability; needs importanceCap'),
    minP: probability
      .nullable()
      .default(null)
      .describe('Sample among tokens at least this share as likely as the likeliest; needs importanceCap'),
    advantage: z.enum(ADVANTAGES).default('rloo'),
    baseline: z
      .number()
      .min(-1e6)
      .max(1e6)
      .default(0)
      .describe('advantage constant: A = r − baseline; ema begins with it'),
    baselineDecay: z
      .number()
      .min(0)
      .lt(1)
      .default(0.95)
      .describe('advantage ema: b ← decay·b + (1 − decay)·mean reward, after each step'),
    gae: z
      .strictObject({
        gamma: z.number().gt(0).max(1).default(1).describe('Discount per token'),
        lambda: probability.default(0.95).describe('0: one-step, 1: Monte Carlo'),
        valueCoefficient: z.number().gt(0).max(100).default(0.5).describe('Weight of the value loss'),
        valueClip: z
          .number()
          .gt(0)
          .max(100)
          .nullable()
          .default(0.2)
          .describe('A value may move this far per step before its loss stops pulling; null: any'),
        normalise: z
          .boolean()
          .default(true)
          .describe('Give the step’s token advantages mean 0 and deviation 1'),
      })
      .prefault({})
      .describe('Generalised advantage estimation with a value head (advantage gae)'),
    loss: z.enum(LOSSES).default('reinforce'),
    aggregation: z
      .enum(AGGREGATIONS)
      .optional()
      .describe(
        'sequence_sum for reinforce, sequence_mean for clip and gspo, token_mean for cispo, when absent',
      ),
    epsilonLow: probability.default(0.2).describe('The ratio is clipped below at 1 − epsilonLow'),
    epsilonHigh: z
      .number()
      .min(0)
      .max(10)
      .default(0.2)
      .describe('The ratio is clipped above at 1 + epsilonHigh'),
    dualClip: z
      .number()
      .gt(1)
      .max(100)
      .nullable()
      .default(null)
      .describe('clip: bounds the loss by this many times |A| where A < 0 (arXiv 1912.09729); null: off'),
    importanceCap: z
      .number()
      .min(1)
      .max(1000)
      .nullable()
      .default(null)
      .describe(
        'Truncated importance weights min(π_trainer / π_sampler, cap) per token on the loss; null: off',
      ),
    entropyBonus: z
      .number()
      .min(0)
      .max(10)
      .default(0)
      .describe('Weight of the mean next-token entropy, added to the objective with its gradient'),
    dynamicSampling: z
      .strictObject({
        maxRounds: positiveInt(64).default(4).describe('Rollouts at most until every group has a signal'),
      })
      .nullable()
      .default(null)
      .describe('Draw other prompts in the place of groups whose rewards are all equal (DAPO); null: off'),
    innerEpochs: positiveInt(BOUNDS.maxInnerEpochs)
      .default(1)
      .describe('Passes over the same completions; more than 1 needs a loss with a ratio'),
    miniBatches: positiveInt(BOUNDS.maxCompletionsPerStep)
      .default(1)
      .describe(
        'Optimizer updates per pass: the prompts are split evenly; more than 1 needs a loss with a ratio',
      ),
    microBatchSize: positiveInt(BOUNDS.maxCompletionsPerStep)
      .optional()
      .describe('Completions per backward pass (gradient accumulation); changes memory, never the gradient'),
    kl: klSchema.prefault({}),
    // A rate that suits cross-entropy lets a sampled gradient destroy the policy within a few steps.
    optimizer: optimizerSchema.prefault({ learningRate: 3e-4 }),
  })
  .superRefine((pg, context) => {
    const completions = pg.promptsPerStep * pg.groupSize;
    if (completions > BOUNDS.maxCompletionsPerStep)
      context.addIssue({
        code: 'custom',
        path: ['groupSize'],
        message: `promptsPerStep × groupSize is ${completions}; the bound is ${BOUNDS.maxCompletionsPerStep} completions per step`,
      });
    for (const { path, message } of refusals(pg))
      context.addIssue({ code: 'custom', path: [...path], message });
  });

export type PolicyGradientConfig = z.output<typeof policyGradientSchema>;
export type KlConfig = z.output<typeof klSchema>;
export type Advantage = (typeof ADVANTAGES)[number];
export type Loss = (typeof LOSSES)[number];
export type Aggregation = (typeof AGGREGATIONS)[number];
export type KlEstimator = (typeof KL_ESTIMATORS)[number];
export type KlPlacement = (typeof KL_PLACEMENTS)[number];

/** The aggregation in force: the chosen one, else the loss's usual one. */
export function aggregationOf(config: Pick<PolicyGradientConfig, 'aggregation' | 'loss'>): Aggregation {
  return config.aggregation ?? USUAL[config.loss];
}

const USUAL: Readonly<Record<Loss, Aggregation>> = {
  reinforce: 'sequence_sum',
  clip: 'sequence_mean',
  gspo: 'sequence_mean',
  cispo: 'token_mean',
};
