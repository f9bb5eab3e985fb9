/** @file What a module's thread and the training process say to each other, through the thread's own process. */
import { z } from 'zod';

export const threadDataSchema = z.object({
  /** file: URL of the module. */
  href: z.string(),
  batch: z.boolean(),
});

export const itemSchema = z.object({
  prompt: z.string(),
  completion: z.string(),
  answer: z.string().nullable(),
});
export type ModuleItem = z.output<typeof itemSchema>;

/** To the thread: score these, in this order. */
export const scoreRequestSchema = z.object({ items: z.array(itemSchema) });

const answer = { value: z.number().nullable(), error: z.string().nullable() };

/** From the thread. Positions are those of the request. */
export const threadMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  /** The module cannot be used. */
  z.object({ type: z.literal('unusable'), reason: z.string() }),
  /** The function returned a promise; its answer comes later, in any order. */
  z.object({ type: z.literal('promised'), position: z.int() }),
  z.object({ type: z.literal('answered'), position: z.int(), ...answer }),
  /** From the thread's process: the thread is gone. */
  z.object({ type: z.literal('ended'), reason: z.string() }),
  /** Of a batch: one for each item. */
  z.object({ type: z.literal('batch'), answers: z.array(z.object(answer)) }),
]);
export type ThreadMessage = z.output<typeof threadMessageSchema>;
