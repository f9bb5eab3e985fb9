/**
 * @file The compiled functions of a rollout: one reads the prompts and draws the first token, the other draws a block more from
 * the cache. The position is an input, so that one function serves every block.
 */
import * as tf from '@tensorflow/tfjs-core';

import { at } from '../at.ts';
import type { Backend } from '../backend/backend.ts';
import { scan } from '../backend/scan.ts';
import type { Decoder } from '../model/decoder.ts';
import {
  greedyTokens,
  sampleTokens,
  UNIFORMS_PER_TOKEN,
  type SampledTokens,
  type Truncation,
} from '../ops/index.ts';

export interface BlockSettings {
  /** Places of the cache after those of the prompt. */
  readonly room: number;
  /** G: completions of each prompt. */
  readonly groupSize: number;
  readonly temperature: number;
  readonly truncation: Truncation | null;
  /** Take the likeliest token instead of drawing one. */
  readonly greedy: boolean;
  readonly xla: boolean;
}

/** What one call leaves behind for the next. */
export interface BlockOutput {
  /** int32 [K, R] */
  readonly tokens: tf.Tensor;
  /** [K, R], under the distribution drawn from. */
  readonly logps: tf.Tensor;
  /** [last tokens [R], padding [R], ...cache]: everything with a row per completion. */
  readonly held: readonly tf.Tensor[];
}

export interface Blocks {
  /** K = 1. @param ids int32 [N, P] @param padding int32 [N] @param uniforms [1, N · G, 2] */
  first(weights: readonly tf.Tensor[], ids: tf.Tensor, padding: tf.Tensor, uniforms: tf.Tensor): BlockOutput;
  /** @param position int32 [], the place in the cache of the first token to draw @param uniforms [K, R, 2] */
  next(
    weights: readonly tf.Tensor[],
    held: readonly tf.Tensor[],
    position: tf.Tensor,
    uniforms: tf.Tensor,
  ): BlockOutput;
  dispose(): void;
}

export function compileBlocks(backend: Backend, model: Decoder, settings: BlockSettings): Blocks {
  const { room, groupSize, temperature, truncation, greedy, xla } = settings;
  const { layers } = model.architecture;
  const options = (name: string) => ({ name, sequential: !xla, xla });

  /** @param uniforms [1, R, 2] */
  function drawFrom(logits: tf.Tensor, uniforms: tf.Tensor): SampledTokens {
    if (greedy) return greedyTokens(logits, temperature);
    return sampleTokens(logits, tf.squeeze(uniforms, [0]), temperature, truncation);
  }

  /**
   * Reads the last tokens and draws what follows, `count` times.
   * @param position of the first token to draw @param uniforms [count, R, 2]
   * @returns tokens and logps [count, R], then [last, ...cache]
   */
  function drawOn(
    weights: readonly tf.Tensor[],
    start: { last: tf.Tensor; padding: tf.Tensor; cache: readonly tf.Tensor[] },
    position: tf.Tensor,
    uniforms: tf.Tensor,
  ): { stacked: readonly tf.Tensor[]; carried: readonly tf.Tensor[] } {
    const count = at(uniforms.shape, 0);
    const rows = start.last.shape;
    return scan({
      label: 'draw',
      count,
      carried: [start.last, ...start.cache],
      fixed: [start.padding, position, uniforms, ...weights],
      outputs: [
        { shape: rows, dtype: 'int32' },
        { shape: rows, dtype: 'float32' },
      ],
      body(index, [last, ...cache], fixed) {
        const [padding, position, uniforms] = [at(fixed, 0), at(fixed, 1), at(fixed, 2)];
        const { logits, cache: next } = model.decode(fixed.slice(3), {
          cache,
          tokens: last ?? start.last,
          padding,
          // The token read stands one place before the one drawn.
          position: tf.add(position, tf.sub(index, tf.scalar(1, 'int32'))),
          tables: model.tables(at(at(cache, 0).shape, 2)),
        });
        const { tokens, logps } = drawFrom(logits, tf.gather(uniforms, tf.reshape(index, [1])));
        return { carried: [tokens, ...next], outputs: [tokens, logps] };
      },
    });
  }

  /** [...weights, ids, padding, uniforms] to [tokens, logps, ...held]. */
  const first = backend.compile((inputs) => {
    const [ids, padding, uniforms] = [at(inputs, -3), at(inputs, -2), at(inputs, -1)];
    const read = model.prefill(inputs.slice(0, -3), ids, padding, at(ids.shape, 1) + room);
    // The prompts were read once; from here on every completion of a group has its own row.
    const { tokens, logps } = drawFrom(repeatRows(read.logits, groupSize), uniforms);
    const cache = read.cache.map((part) => repeatRows(part, groupSize));
    return [rowOf(tokens), rowOf(logps), tokens, repeatRows(padding, groupSize), ...cache];
  }, options('rollout prompts'));

  /** [...weights, ...held, position, uniforms] to the same. */
  const next = backend.compile((inputs) => {
    const heldStart = inputs.length - 2 - (2 + layers * 2);
    const [last, padding] = [at(inputs, heldStart), at(inputs, heldStart + 1)];
    const { stacked, carried } = drawOn(
      inputs.slice(0, heldStart),
      { last, padding, cache: inputs.slice(heldStart + 2, -2) },
      at(inputs, -2),
      at(inputs, -1),
    );
    return [at(stacked, 0), at(stacked, 1), at(carried, 0), padding, ...carried.slice(1)];
  }, options('rollout block'));

  return {
    first: (weights, ids, padding, uniforms) => asOutput(first([...weights, ids, padding, uniforms])),
    next: (weights, held, position, uniforms) => asOutput(next([...weights, ...held, position, uniforms])),
    dispose() {
      first.dispose();
      next.dispose();
    },
  };
}

/** The uniforms of `count` tokens of R rows, [K, R, 2]: `valueOf(token, row)` gives where the two of a token begin. */
export function uniformsTensor(
  values: Float32Array,
  shape: { readonly size: number; readonly rows: number },
  placeOf: (token: number, row: number) => number | null,
): tf.Tensor {
  const { size, rows } = shape;
  // What no completion needs is drawn with anything.
  const picked = new Float32Array(size * rows * UNIFORMS_PER_TOKEN).fill(0.5);
  for (let token = 0; token < size; token++)
    for (let row = 0; row < rows; row++) {
      const place = placeOf(token, row);
      if (place !== null)
        picked.set(
          values.subarray(place * UNIFORMS_PER_TOKEN, (place + 1) * UNIFORMS_PER_TOKEN),
          (token * rows + row) * UNIFORMS_PER_TOKEN,
        );
    }
  return tf.tensor3d(picked, [size, rows, UNIFORMS_PER_TOKEN]);
}

function asOutput(outputs: readonly tf.Tensor[]): BlockOutput {
  return { tokens: at(outputs, 0), logps: at(outputs, 1), held: outputs.slice(2) };
}

const rowOf = (x: tf.Tensor): tf.Tensor => tf.reshape(x, [1, x.size]);

/** [N, ...] to [N · times, ...], each row `times` times one after another. (On wasm `tile` takes 10 ms where this takes 1.) */
function repeatRows(x: tf.Tensor, times: number): tf.Tensor {
  const rows = Int32Array.from({ length: at(x.shape, 0) * times }, (_, row) => Math.floor(row / times));
  return tf.gather(x, tf.tensor1d(rows, 'int32'));
}
