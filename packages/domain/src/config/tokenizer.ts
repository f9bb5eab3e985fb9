import { z } from 'zod';

/** Of a model trained from scratch. A Hugging Face model brings its own. */
export const tokenizerSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('char'),
    alphabet: z
      .string()
      .min(1)
      .max(512)
      .refine(
        (text) => new Set(text).size === Array.from(text).length,
        'a character stands in the alphabet twice',
      )
      .optional()
      .describe(
        'One token per character; the built-in task’s own, or printable ASCII and newline, when absent',
      ),
  }),
  z.strictObject({ kind: z.literal('byte') }),
  z
    .strictObject({ kind: z.literal('model') })
    .describe('That of the Hugging Face model, which is the only one it understands'),
]);

export type TokenizerConfig = z.output<typeof tokenizerSchema>;
