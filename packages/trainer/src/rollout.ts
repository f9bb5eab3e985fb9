/**
 * @file Sampling completions. Tokens are drawn in blocks (`rollout/blocks.ts`); between blocks they are read, rows whose
 * completions have ended are dropped, and when all have ended the rest is not drawn.
 */
import * as tf from '@tensorflow/tfjs-core';

import { at } from './at.ts';
import type { Backend } from './backend/backend.ts';
import type { PaddedPrompts } from './batch.ts';
import type { Decoder } from './model/decoder.ts';
import { uniforms, UNIFORMS_PER_TOKEN } from './ops/index.ts';
import { compileBlocks, uniformsTensor, type BlockOutput } from './rollout/blocks.ts';
import { createDrawnRows, rowsToKeep, type Completions, type EndedCompletion } from './rollout/drawnRows.ts';
import { ROUND_STREAMS, STREAMS } from './streams.ts';

export type { Completions, EndedCompletion } from './rollout/drawnRows.ts';

export interface RolloutSettings {
  /** C: tokens at most, end of sequence included. */
  readonly maxNewTokens: number;
  /** G: completions of each prompt. */
  readonly groupSize: number;
  /** Divides the logits. */
  readonly temperature: number;
  /** Sample among the k likeliest tokens, … */
  readonly topK?: number | null;
  /** … then among the likeliest that together have this probability, … */
  readonly topP?: number | null;
  /** … then among those at least this share as likely as the likeliest. `Completions.logp` is under what is left. */
  readonly minP?: number | null;
  /** Always the likeliest token, and its log-probability at the temperature: for evaluation. Truncation changes nothing then. */
  readonly greedy?: boolean;
  /** A completion ends with the first of these, which belongs to it. Empty: never. */
  readonly eosIds: readonly number[];
  readonly padId: number;
  readonly seed: number;
  /** Of the noise; default the one of training. Another one leaves training's noise alone. */
  readonly stream?: number;
  /** Have XLA compile the decoding (native only): seconds once, a third less for each rollout. */
  readonly xla?: boolean;
}

export interface SampleOptions {
  /** Of dynamic sampling within the step, from 0: other noise. */
  readonly round?: number;
  /**
   * Called after every block with the completions that ended in it, also where there are none; each is told once. The next block
   * is drawn when its promise is settled, and not at all where that rejects.
   */
  readonly ended?: (completions: readonly EndedCompletion[]) => Promise<void>;
}

export interface Sampler {
  /**
   * @param weights the decoder's whole list
   * @param prompts N of them
   * @param step of the run: with seed and stream it decides all noise. Every row and token has its own
   */
  sample(
    weights: readonly tf.Tensor[],
    prompts: PaddedPrompts,
    step: number,
    options?: SampleOptions,
  ): Promise<Completions>;
  dispose(): void;
}

/** Tokens unrolled into one function: the graph grows with it, the calls and reads shrink. A loop does not grow. */
const MAX_UNROLLED = 8;
const MAX_LOOP = 16;

export function createSampler(backend: Backend, model: Decoder, settings: RolloutSettings): Sampler {
  const { maxNewTokens, groupSize, temperature, topK = null, topP = null, minP = null, seed } = settings;
  const { greedy = false, xla = false, stream = STREAMS.sampling, eosIds, padId } = settings;
  // The first token comes with the prompts, the rest in equal blocks.
  const blocks = Math.ceil((maxNewTokens - 1) / (xla ? MAX_LOOP : MAX_UNROLLED));
  const size = blocks === 0 ? 0 : Math.ceil((maxNewTokens - 1) / blocks);
  const compiled = compileBlocks(backend, model, {
    room: 1 + blocks * size,
    groupSize,
    temperature,
    truncation: { topK, topP, minP },
    greedy,
    xla,
  });

  return {
    async sample(weights, prompts, step, { round = 0, ended } = {}) {
      const drawn = createDrawnRows({ rows: prompts.rows * groupSize, maxNewTokens, eosIds, padId });
      const noise = noiseOf(step, round, drawn.going.length);
      let rows: readonly (number | null)[] = drawn.going;
      let held: readonly tf.Tensor[] = [];
      try {
        for (let block = 0; block <= blocks && drawn.going.length > 0; block++) {
          if (block > 0) ({ rows, held } = keepGoing(rows, held, drawn.going));
          const output = drawBlock(weights, prompts, held, { block, noise, rows });
          tf.dispose([...held]);
          ({ held } = output);
          const tokens = await output.tokens.data<'int32'>();
          const logps = await output.logps.data<'float32'>();
          tf.dispose([output.tokens, output.logps]);
          const over = drawn.add(tokens, logps, rows);
          await ended?.(over);
        }
      } finally {
        tf.dispose([...held]);
      }
      return drawn.completions();
    },
    dispose: () => compiled.dispose(),
  };

  /** Uniforms of every completion and token, whoever of them will need theirs. */
  function noiseOf(step: number, round: number, rows: number): Float32Array {
    if (greedy) return new Float32Array();
    const key = { seed, stream: stream + round * ROUND_STREAMS, counter: step };
    return uniforms(key, rows * maxNewTokens * UNIFORMS_PER_TOKEN);
  }

  function drawBlock(
    weights: readonly tf.Tensor[],
    prompts: PaddedPrompts,
    held: readonly tf.Tensor[],
    { block, noise, rows }: { block: number; noise: Float32Array; rows: readonly (number | null)[] },
  ): BlockOutput {
    const first = block === 0 ? 0 : 1 + (block - 1) * size;
    const shape = { size: block === 0 ? 1 : size, rows: rows.length };
    const u = uniformsTensor(noise, shape, (token, row) => {
      const completion = rows[row] ?? null;
      return completion === null || first + token >= maxNewTokens
        ? null
        : completion * maxNewTokens + first + token;
    });
    const inputs = block === 0 ? promptTensors(prompts) : [tf.scalar(prompts.width + first, 'int32')];
    try {
      return block === 0
        ? compiled.first(weights, at(inputs, 0), at(inputs, 1), u)
        : compiled.next(weights, held, at(inputs, 0), u);
    } finally {
      tf.dispose([u, ...inputs]);
    }
  }
}

function promptTensors({ ids, padding, rows, width }: PaddedPrompts): tf.Tensor[] {
  return [tf.tensor2d(ids, [rows, width], 'int32'), tf.tensor1d(padding, 'int32')];
}

/** Drops rows that have ended where enough have; takes over `held`. */
function keepGoing(
  rows: readonly (number | null)[],
  held: readonly tf.Tensor[],
  going: readonly number[],
): { rows: readonly (number | null)[]; held: readonly tf.Tensor[] } {
  const count = rowsToKeep(going.length, rows.length);
  if (count === rows.length) return { rows, held };
  const kept = Array.from({ length: count }, (_, index) => going[index] ?? null);
  const places = Int32Array.from(kept, (row) => Math.max(0, row === null ? 0 : rows.indexOf(row)));
  const index = tf.tensor1d(places, 'int32');
  const smaller = held.map((tensor) => tf.gather(tensor, index));
  tf.dispose([index, ...held]);
  return { rows: kept, held: smaller };
}
