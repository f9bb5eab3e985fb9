/** @file What a run draws at random, each purpose from a stream of its own: pure functions of (seed, stream, counter). */
import { permutation, randomBits } from './ops/random.ts';
import type { Draw } from './tasks/draw.ts';

/** Numbers of the streams. Never reuse or change one: runs replay from them. */
export const STREAMS = {
  /** Initial weights; the counter is the parameter's place in the list. */
  weights: 1,
  /** Noise of the sampler; the counter is the step of the run. Round n of dynamic sampling takes this + n · ROUND_STREAMS. */
  sampling: 2,
  /** Pairs of the warm-up; the counter is the pair's cursor, or the epoch. */
  warmup: 3,
  /** Prompts of the policy gradient; the same. */
  prompts: 4,
  /** Which prompts make a mini-batch; the counter is step · maxInnerEpochs + epoch. */
  miniBatches: 5,
  /** Prompts of evaluation sets that a built-in task draws; the counter is that of `evaluation/openEvaluationSets`. */
  evaluationPrompts: 6,
  /** Noise of the samples of evaluations; the counter is set and chunk, never the step: every evaluation draws with the same noise. */
  evaluationSampling: 7,
} as const;
/** Streams between two rounds of dynamic sampling. */
export const ROUND_STREAMS = 65_536;
export type Stream = (typeof STREAMS)[keyof typeof STREAMS];

/** Whole numbers for one item, however many it takes. */
export function drawAt(seed: number, stream: Stream, counter: number): Draw {
  let words = randomBits({ seed, stream, counter }, 32);
  let used = 0;
  return {
    int(min, max) {
      // More words of the same block sequence: the first ones stay what they were.
      if (used >= words.length) words = randomBits({ seed, stream, counter }, words.length * 2);
      const word = words[used++] ?? 0;
      const count = max - min + 1;
      return min + Math.min(count - 1, Math.floor((word * count) / 2 ** 32));
    },
  };
}

/** A random order of 0 … count − 1. */
export function orderAt(seed: number, stream: Stream, counter: number, count: number): readonly number[] {
  return Array.from(permutation({ seed, stream, counter }, count));
}
