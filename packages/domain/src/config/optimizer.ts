import { z } from 'zod';

import { BOUNDS } from '../bounds.ts';
import { probability } from './fields.ts';

export const scheduleSchema = z.strictObject({
  kind: z.enum(['constant', 'linear', 'cosine']).default('constant').describe('Shape after the warm-up'),
  warmupSteps: z.int().min(0).max(BOUNDS.maxStepsPerStage).default(0).describe('Steps of linear rise from 0'),
  finalFraction: probability
    .default(0.1)
    .describe('Last learning rate as a fraction of the peak (linear, cosine)'),
});

export const optimizerSchema = z.strictObject({
  kind: z.literal('adamw').default('adamw'),
  learningRate: z.number().gt(0).max(1).default(1e-3),
  beta1: z.number().min(0).lt(1).default(0.9),
  beta2: z.number().min(0).lt(1).default(0.99),
  epsilon: z.number().gt(0).max(1).default(1e-8),
  weightDecay: z.number().min(0).max(1).default(0).describe('Decoupled weight decay, on matrices only'),
  gradClip: z
    .number()
    .gt(0)
    .max(1e6)
    .nullable()
    .default(1)
    .describe('Global gradient norm above which the gradient is scaled down; null: never'),
  schedule: scheduleSchema.prefault({}),
});

export type OptimizerConfig = z.output<typeof optimizerSchema>;
