/**
 * @file Sampling completions. The first compiled function reads the prompts and draws a block of tokens, the second draws one
 * block more from the cache; between blocks the tokens are read, and when every completion has ended the rest is not drawn.
 * Tokens drawn after a completion's end are dropped here: nobody else sees them.
 */
import * as tf from '@tensorflow/tfjs-core';

import { at } from './at.ts';
import type { Backend } from './backend/backend.ts';
import type { PaddedPrompts, TokenRectangle } from './batch.ts';
import type { Decoder, DecodeState } from './model/decoder.ts';
import { gumbel, sampleTokens, uniforms } from './ops/index.ts';
import { STREAMS } from './streams.ts';

export interface RolloutSettings {
  /** C: tokens at most, end of sequence included. */
  readonly maxNewTokens: number;
  /** G: completions of each prompt. */
  readonly groupSize: number;
  /** Divides the logits. */
  readonly temperature: number;
  /** A completion ends with the first of these, which belongs to it. Empty: never. */
  readonly eosIds: readonly number[];
  readonly padId: number;
  readonly seed: number;
}

/** Completions of B = N · G rows, those of one prompt one after another. Width is C. */
export interface Completions extends TokenRectangle {
  /** [B, C], under the distribution sampled from; 0 after the end. */
  readonly logp: Float32Array;
  /** Tokens of each, the end-of-sequence token included. */
  readonly lengths: readonly number[];
  /** Whether it reached C without an end-of-sequence token. */
  readonly truncated: readonly boolean[];
}

export interface Sampler {
  /**
   * @param weights in the order of `parameterSpecs`
   * @param prompts N of them
   * @param step of the run: with the seed it decides all noise
   */
  sample(weights: readonly tf.Tensor[], prompts: PaddedPrompts, step: number): Promise<Completions>;
  dispose(): void;
}

/** Tokens unrolled into one function: the graph grows with it, the calls and reads shrink. */
const MAX_BLOCK = 8;
/** Blocks a step may have: noise is keyed by step · this + block. */
const BLOCKS_PER_STEP = 256;

interface Block {
  readonly tokens: Int32Array;
  readonly logps: Float32Array;
}

export function createSampler(backend: Backend, model: Decoder, settings: RolloutSettings): Sampler {
  const { maxNewTokens, groupSize, temperature, seed } = settings;
  const blocks = Math.ceil(maxNewTokens / MAX_BLOCK);
  const size = Math.ceil(maxNewTokens / blocks);
  const { vocabulary } = model.sizes;

  /** [...weights, ids [N, P], padding [N], uniforms [K, B, V]] to [tokens [B, K], logps [B, K], last [B], padding [B], ...cache]. */
  const first = backend.compile(
    (inputs) => {
      const [ids, padding, noise] = [at(inputs, -3), at(inputs, -2), at(inputs, -1)];
      const weights = inputs.slice(0, -3);
      const width = at(ids.shape, 1);
      const state = model.prefill(weights, ids, padding, width + blocks * size);
      // The prompts were read once; from here on every completion of a group has its own row.
      const shared = {
        logits: repeatRows(state.logits, groupSize),
        cache: state.cache.map((part) => repeatRows(part, groupSize)),
      };
      return drawBlock(weights, {
        state: shared,
        padding: repeatRows(padding, groupSize),
        position: tf.scalar(width, 'int32'),
        noise,
      });
    },
    { name: 'rollout first block', sequential: true },
  );

  /** [...weights, last [B], padding [B], ...cache, position [], uniforms [K, B, V]] to the same. */
  const next = backend.compile(
    (inputs) => {
      const [position, noise] = [at(inputs, -2), at(inputs, -1)];
      const cacheStart = inputs.length - 2 - model.config.layers * 2;
      const weights = inputs.slice(0, cacheStart - 2);
      const [tokens, padding, cache] = [
        at(inputs, cacheStart - 2),
        at(inputs, cacheStart - 1),
        inputs.slice(cacheStart, -2),
      ];
      const before = tf.sub(position, tf.scalar(1, 'int32'));
      const state = model.decode(weights, {
        cache,
        tokens,
        padding,
        position: before,
        tables: tablesOf(cache),
      });
      return drawBlock(weights, { state, padding, position, noise });
    },
    { name: 'rollout next block', sequential: true },
  );

  /** Draws K tokens, the first from the given logits; `position` is the place of the first. The last one is not read yet. */
  function drawBlock(
    weights: readonly tf.Tensor[],
    start: { state: DecodeState; padding: tf.Tensor; position: tf.Tensor; noise: tf.Tensor },
  ): tf.Tensor[] {
    const { padding, position } = start;
    const noise = tf.split(gumbel(start.noise), size, 0);
    const tables = tablesOf(start.state.cache);
    const tokens: tf.Tensor[] = [];
    const logps: tf.Tensor[] = [];
    let { state } = start;
    noise.forEach((part, index) => {
      const drawn = sampleTokens(state.logits, tf.squeeze(part, [0]), temperature);
      tokens.push(drawn.tokens);
      logps.push(drawn.logps);
      if (index < size - 1)
        state = model.decode(weights, {
          cache: state.cache,
          tokens: drawn.tokens,
          padding,
          position: tf.add(position, tf.scalar(index, 'int32')),
          tables,
        });
    });
    return [tf.stack(tokens, 1), tf.stack(logps, 1), at(tokens, -1), padding, ...state.cache];
  }

  const tablesOf = (cache: readonly tf.Tensor[]) => model.tables(at(at(cache, 0).shape, 2));
  const noiseOf = (step: number, block: number, rows: number) =>
    tf.tensor3d(
      uniforms(
        { seed, stream: STREAMS.sampling, counter: step * BLOCKS_PER_STEP + block },
        size * rows * vocabulary,
      ),
      [size, rows, vocabulary],
    );

  return {
    async sample(weights, prompts, step) {
      const rows = prompts.rows * groupSize;
      const drawn: Block[] = [];
      let held: tf.Tensor[] = [];
      try {
        for (let block = 0; block < blocks; block++) {
          const noise = noiseOf(step, block, rows);
          const outputs =
            block === 0
              ? startRollout(weights, prompts, noise)
              : continueRollout(weights, held, prompts.width + block * size, noise);
          tf.dispose([...held, noise]);
          const [tokens, logps] = [at(outputs, 0), at(outputs, 1)];
          held = outputs.slice(2);
          drawn.push(await readBlock(tokens, logps));
          tf.dispose([tokens, logps]);
          if (block < blocks - 1 && allEnded(drawn, rows)) break;
        }
      } finally {
        tf.dispose(held);
      }
      return assemble(drawn, rows);
    },
    dispose() {
      first.dispose();
      next.dispose();
    },
  };

  function startRollout(
    weights: readonly tf.Tensor[],
    prompts: PaddedPrompts,
    noise: tf.Tensor,
  ): tf.Tensor[] {
    const ids = tf.tensor2d(prompts.ids, [prompts.rows, prompts.width], 'int32');
    const padding = tf.tensor1d(prompts.padding, 'int32');
    try {
      return first([...weights, ids, padding, noise]);
    } finally {
      tf.dispose([ids, padding]);
    }
  }

  function continueRollout(
    weights: readonly tf.Tensor[],
    held: readonly tf.Tensor[],
    position: number,
    noise: tf.Tensor,
  ): tf.Tensor[] {
    const place = tf.scalar(position, 'int32');
    try {
      return next([...weights, ...held, place, noise]);
    } finally {
      place.dispose();
    }
  }

  function allEnded(drawn: readonly Block[], rows: number): boolean {
    return Array.from({ length: rows }, (_, row) => row).every((row) =>
      drawn.some(({ tokens }) => endOf(tokens.subarray(row * size, (row + 1) * size)) >= 0),
    );
  }

  /** Where the first end-of-sequence token stands, −1 if there is none. */
  function endOf(tokens: Int32Array): number {
    return tokens.findIndex((token) => settings.eosIds.includes(token));
  }

  function assemble(drawn: readonly Block[], rows: number): Completions {
    const ids = new Int32Array(rows * maxNewTokens).fill(settings.padId);
    const logp = new Float32Array(rows * maxNewTokens);
    const lengths: number[] = [];
    const truncated: boolean[] = [];
    for (let row = 0; row < rows; row++) {
      const tokens = Int32Array.from(
        drawn.flatMap((block) => Array.from(block.tokens.subarray(row * size, (row + 1) * size))),
      ).subarray(0, maxNewTokens);
      const logps = Float32Array.from(
        drawn.flatMap((block) => Array.from(block.logps.subarray(row * size, (row + 1) * size))),
      );
      const end = endOf(tokens);
      const length = end >= 0 ? end + 1 : tokens.length;
      ids.set(tokens.subarray(0, length), row * maxNewTokens);
      logp.set(logps.subarray(0, length), row * maxNewTokens);
      lengths.push(length);
      truncated.push(end < 0);
    }
    return { ids, logp, lengths, truncated, rows, width: maxNewTokens };
  }
}

async function readBlock(tokens: tf.Tensor, logps: tf.Tensor): Promise<Block> {
  return { tokens: await tokens.data<'int32'>(), logps: await logps.data<'float32'>() };
}

/** [N, ...] to [N · times, ...], each row `times` times one after another. */
function repeatRows(x: tf.Tensor, times: number): tf.Tensor {
  const rows = at(x.shape, 0);
  const flat = tf.reshape(x, [rows, 1, x.size / rows]);
  return tf.reshape(tf.tile(flat, [1, times, 1]), [rows * times, ...x.shape.slice(1)]);
}
