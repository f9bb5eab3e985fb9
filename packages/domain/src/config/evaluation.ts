/** @file Evaluation on held-out prompts while a run trains. */
import { z } from 'zod';

import { BOUNDS } from '../bounds.ts';
import { nameOf, positiveInt } from './fields.ts';
import { taskSchema } from './task.ts';

export const evaluationSetSchema = z.strictObject({
  name: nameOf('the name of an evaluation set').describe('Metrics are called eval/<name>/accuracy and so on'),
  task: taskSchema
    .optional()
    .describe(
      'Where the prompts come from; other draws of the run’s own task when absent, which a file or prompt set does not have',
    ),
  prompts: positiveInt(BOUNDS.maxCompletionsPerStep)
    .default(64)
    .describe('How many prompts; the first ones of a file or prompt set, always the same'),
  samples: positiveInt(BOUNDS.maxGroupSize)
    .default(1)
    .describe(
      'Completions sampled per prompt, for pass@k and the mean reward; with 1 nothing is sampled: the greedy completion serves for both',
    ),
  passAt: z
    .array(positiveInt(BOUNDS.maxGroupSize))
    .max(8)
    .default([])
    .describe('Each k of pass@k, at most as many as samples'),
  temperature: z
    .number()
    .gt(0)
    .max(10)
    .default(1)
    .describe(
      'Of the samples, which are drawn from all tokens whatever topK, topP and minP say; accuracy is greedy',
    ),
});

export const evaluationSchema = z
  .strictObject({
    everySteps: positiveInt(BOUNDS.maxStepsPerStage).default(50),
    sets: z.array(evaluationSetSchema).min(1).max(8),
  })
  .superRefine(({ sets }, context) => {
    const names = sets.map(({ name }) => name);
    sets.forEach((set, index) => {
      if (names.indexOf(set.name) !== index)
        context.addIssue({
          code: 'custom',
          path: ['sets', index, 'name'],
          message: `two evaluation sets are called "${set.name}"`,
        });
      const beyond = set.passAt.find((k) => k > set.samples);
      if (beyond !== undefined)
        context.addIssue({
          code: 'custom',
          path: ['sets', index, 'passAt'],
          message: `pass@${beyond} needs at least ${beyond} samples per prompt; there are ${set.samples}`,
        });
      if (set.prompts * set.samples > BOUNDS.maxEvaluationCompletions)
        context.addIssue({
          code: 'custom',
          path: ['sets', index, 'samples'],
          message: `prompts × samples is ${set.prompts * set.samples}; the bound is ${BOUNDS.maxEvaluationCompletions}`,
        });
    });
  });

export type EvaluationConfig = z.output<typeof evaluationSchema>;
export type EvaluationSetConfig = z.output<typeof evaluationSetSchema>;
