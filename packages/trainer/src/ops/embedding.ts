/** @file Rows of a table by token id, with a gradient on both backends (TensorFlow.js has none for `gather` on wasm). */
import * as tf from '@tensorflow/tfjs-core';

import { native, nativeOp } from './native.ts';
import { assertShape, sizeOf } from './shapes.ts';
import { onWasm, wasmOp } from './wasm.ts';
import { withGradient } from './withGradient.ts';

/**
 * @param table [V, D]
 * @param ids int32 [...], each in 0 … V-1
 * @returns [..., D]
 */
export function embedding(table: tf.Tensor, ids: tf.Tensor): tf.Tensor {
  assertShape('embedding', 'table', table, [null, null]);
  assertShape('embedding', 'ids', ids, ['...'], 'int32');
  const vocabulary = sizeOf(table, 0);
  const width = sizeOf(table, 1);
  const flat = tf.reshape(ids, [ids.size]);
  return withGradient(
    [table],
    (table) => ({ value: tf.reshape(tf.gather(table, flat), [...ids.shape, width]), saved: [flat] }),
    (dy, [flat]) => {
      if (flat === undefined) throw new Error('embedding: the gradient lost the ids');
      return [sumByToken(tf.reshape(dy, [flat.size, width]), flat, vocabulary)];
    },
  );
}

/** Sums the rows that belong to the same token: rows [N, D], ids int32 [N] give [V, D]. */
export function sumByToken(rows: tf.Tensor, ids: tf.Tensor, vocabulary: number): tf.Tensor {
  const backend = native();
  if (backend !== null) {
    const attrs = { T: 'float32', Tindices: 'int32', Tnumsegments: 'int32' } as const;
    return nativeOp(backend, 'UnsortedSegmentSum', [rows, ids, tf.scalar(vocabulary, 'int32')], attrs);
  }
  if (!onWasm()) throw new Error(`embedding: the backend ${tf.getBackend()} has no sum by token`);
  const inputs = { rows, ids: tf.cast(ids, 'int32'), vocabulary: tf.scalar(vocabulary, 'int32') };
  const [sums] = wasmOp('NablaSumByToken', inputs);
  if (sums === undefined) throw new Error('NablaSumByToken gave no output');
  return sums;
}
