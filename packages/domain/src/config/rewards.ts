/** @file Components of the reward. */
import { z } from 'zod';

import { BOUNDS } from '../bounds.ts';
import { filePath, nameOf, positiveInt } from './fields.ts';

const regExp = z
  .string()
  .min(1)
  .max(500)
  .refine((text) => isRegExp(text), 'is not a valid regular expression');

/** What every component has. */
const component = {
  name: nameOf('a component name'),
  weight: z.number().min(-1000).max(1000).default(1),
  clip: z
    .tuple([z.number(), z.number()])
    .refine(([low, high]) => low <= high, 'the lower bound is above the upper one')
    .nullable()
    .default(null)
    .describe('Bounds [low, high] that the value is cut to; null: none'),
  normalise: z
    .enum(['none', 'batch', 'group'])
    .default('none')
    .describe(
      'After clipping: subtract the mean and divide by the standard deviation over the step’s completions, or over each prompt’s',
    ),
};

const limits = {
  timeoutMs: positiveInt(600_000).default(30_000).describe('Time for one call; later answers count as null'),
};

/** A named component of the reward; the reward is the weighted sum of the components. */
export const rewardSchema = z.discriminatedUnion('kind', [
  z
    .strictObject({
      kind: z.literal('exact_match'),
      ...component,
    })
    .describe('1 if the completion is the answer (for countdown: any right expression), else 0'),
  z
    .strictObject({
      kind: z.literal('format'),
      ...component,
      pattern: regExp.describe('JavaScript regular expression the whole completion must match'),
    })
    .describe('1 if the completion has the required form, else 0'),
  z
    .strictObject({
      kind: z.literal('regex'),
      ...component,
      pattern: regExp.describe(
        'JavaScript regular expression looked for in the completion; its first group, if it has one, must be the answer',
      ),
    })
    .describe('1 if the pattern is found (and its first group is the answer), else 0'),
  z
    .strictObject({
      kind: z.literal('numeric'),
      ...component,
      tolerance: z.number().min(0).default(1e-6).describe('Largest |value − answer| that counts as right'),
      relative: z.boolean().default(false).describe('The tolerance is a share of |answer|'),
    })
    .describe('1 if the last number in the completion is the answer within a tolerance, else 0'),
  z
    .strictObject({
      kind: z.literal('math'),
      ...component,
    })
    .describe('1 if the completion’s last expression equals the answer mathematically, else 0'),
  z
    .strictObject({
      kind: z.literal('json_schema'),
      ...component,
      schema: z
        .record(z.string(), z.json())
        .describe('JSON Schema (draft 2020-12 or 7) that the completion, parsed as JSON, must satisfy'),
    })
    .describe('1 if the completion is JSON that satisfies a schema, else 0'),
  z
    .strictObject({
      kind: z.literal('countdown'),
      ...component,
    })
    .describe(
      '1 if the completion is an expression over the prompt’s numbers ("3 5 2:11"), each used at most once, that reaches the target',
    ),
  z
    .strictObject({ kind: z.literal('partial_credit'), ...component })
    .describe('Share of answer characters that are right at their place, less what is too long, in [0, 1]'),
  z
    .strictObject({
      kind: z.literal('length'),
      ...component,
      target: positiveInt(BOUNDS.maxNewTokens).describe('Tokens with full credit'),
      tolerance: positiveInt(BOUNDS.maxNewTokens)
        .default(1)
        .describe('Tokens off the target at which the credit reaches 0'),
    })
    .describe('1 − |tokens − target| / tolerance, at least 0'),
  z
    .strictObject({
      kind: z.literal('overlong'),
      ...component,
      buffer: positiveInt(BOUNDS.maxNewTokens).describe(
        'Tokens before maxNewTokens over which the penalty grows from 0 to −1',
      ),
    })
    .describe('Soft overlong penalty −min(len − (max − buffer), buffer) / buffer, 0 below (DAPO)'),
  z
    .strictObject({
      kind: z.literal('module'),
      ...component,
      ...limits,
      path: filePath.describe(
        'JavaScript or TypeScript module on the worker, relative to its rewards folder',
      ),
      memoryMb: z.int().min(16).max(65_536).default(512).describe('Memory that the module’s thread may take'),
      batch: z
        .boolean()
        .default(false)
        .describe('The function takes an array of all the step’s completions and gives an array of rewards'),
    })
    .describe('Default export ({ prompt, completion, answer }) => number | null'),
  z
    .strictObject({
      kind: z.literal('http'),
      ...component,
      ...limits,
      url: z
        .url({ protocol: /^https?$/ })
        .refine((url) => !/^https?:\/\/[^/?#]*@/i.test(url), 'must hold no user or password: use tokenEnv')
        .describe(
          'Gets POST { items: [{ prompt, completion, answer }] }, gives { rewards: [number | null] }',
        ),
      batchSize: positiveInt(BOUNDS.maxCompletionsPerStep).default(64).describe('Completions per request'),
      concurrency: positiveInt(64).default(4).describe('Requests at a time'),
      retries: z.int().min(0).max(10).default(3).describe('Tries again after network errors, 429 and 5xx'),
      tokenEnv: z
        .string()
        .regex(/^NABLA_REWARD_[A-Z0-9_]{1,60}$/, 'must be called NABLA_REWARD_…')
        .optional()
        .describe('Environment variable of the worker that holds a bearer token'),
    })
    .describe('An endpoint that rewards batches of completions'),
  z
    .strictObject({
      kind: z.literal('function'),
      ...component,
      version: z
        .string()
        .min(1)
        .max(200)
        .describe('Names what the function measures: another version is another configuration'),
    })
    .describe('A function given in code to train() of @nabla/trainer; no worker can run it'),
]);

export type RewardConfig = z.output<typeof rewardSchema>;

function isRegExp(text: string): boolean {
  try {
    new RegExp(text, 'u');
    return true;
  } catch {
    return false;
  }
}
