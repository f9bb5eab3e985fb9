import { z } from 'zod';

import { BOUNDS } from '../bounds.ts';
import { filePath, positiveInt } from './fields.ts';
import { optimizerSchema } from './optimizer.ts';

/** Supervised warm-up: next-token cross-entropy on the answers. */
export const warmupSchema = z.strictObject({
  steps: positiveInt(BOUNDS.maxStepsPerStage),
  batchSize: positiveInt(BOUNDS.maxCompletionsPerStep).default(64),
  optimizer: optimizerSchema.prefault({}),
  path: filePath.optional().describe('JSONL file with prompt and answer; the task’s own pairs when absent'),
});

export type WarmupConfig = z.output<typeof warmupSchema>;
