import { z } from 'zod';

import { filePath, positiveInt } from './fields.ts';

const digits = positiveInt(8);
const range = (value: { min: number; max: number }) => value.min <= value.max;
const rangeMessage = { error: 'min is larger than max', path: ['max'] };

/** Where prompts come from. Built-in tasks generate theirs, with verifiable answers, from the run's seed. */
export const taskSchema = z.discriminatedUnion('kind', [
  z
    .strictObject({
      kind: z.literal('addition'),
      digits: z
        .strictObject({ min: digits, max: digits })
        .refine(range, rangeMessage)
        .default({ min: 1, max: 2 }),
    })
    .describe('"12+34=" → "46"'),
  z
    .strictObject({
      kind: z.literal('sort_digits'),
      length: z
        .strictObject({ min: positiveInt(32), max: positiveInt(32) })
        .refine(range, rangeMessage)
        .default({ min: 3, max: 6 }),
    })
    .describe('"3142>" → "1234"'),
  z
    .strictObject({
      kind: z.literal('reverse_text'),
      length: z
        .strictObject({ min: positiveInt(32), max: positiveInt(32) })
        .refine(range, rangeMessage)
        .default({ min: 3, max: 6 }),
    })
    .describe('"abc>" → "cba"'),
  z
    .strictObject({
      kind: z.literal('countdown'),
      numbers: z.int().min(2).max(5).default(3).describe('How many numbers are given'),
      maxNumber: z.int().min(2).max(99).default(9),
    })
    .describe(
      '"3 5 2:11>" → an expression over the given numbers, each used at most once, that reaches the target',
    ),
  z
    .strictObject({ kind: z.literal('prompt_set'), promptSetVersionId: z.string().min(1) })
    .describe('A version of a prompt set stored in Nabla'),
  z
    .strictObject({ kind: z.literal('file'), path: filePath })
    .describe('A JSONL file with prompt and answer, for `nabla train`'),
]);

export type TaskConfig = z.output<typeof taskSchema>;
