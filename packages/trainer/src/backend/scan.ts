/**
 * @file The same function again and again inside a compiled one. Unrolled, except for XLA: there it is one loop, whose body is
 * compiled once (8 tokens of a 4-layer decoder: 7 s unrolled, under 2 s as a loop) and changes what it carries in place.
 */
import * as tf from '@tensorflow/tfjs-core';

import { ATTR } from './graphDef.ts';
import { asNativeBackend, dtypeAttr, dtypeNumber, type NativeBackend, type OpAttr } from './nativeBackend.ts';
import { isRecordingForXla, recordInner } from './recording.ts';

export interface ScanOptions {
  /** Names the loop in TensorFlow's logs. */
  readonly label: string;
  /** How many times; at least 1. */
  readonly count: number;
  /** What every turn takes from the one before. */
  readonly carried: readonly tf.Tensor[];
  /** What every turn reads. The body may use no other tensor of the outside. */
  readonly fixed: readonly tf.Tensor[];
  /** Shapes and dtypes of what each turn puts out. */
  readonly outputs: readonly { readonly shape: readonly number[]; readonly dtype: 'float32' | 'int32' }[];
  /** @param index int32 [], from 0 */
  readonly body: (
    index: tf.Tensor,
    carried: readonly tf.Tensor[],
    fixed: readonly tf.Tensor[],
  ) => { readonly carried: readonly tf.Tensor[]; readonly outputs: readonly tf.Tensor[] };
}

export interface ScanResult {
  /** After the last turn. */
  readonly carried: readonly tf.Tensor[];
  /** The outputs of all turns, [count, ...shape] each. */
  readonly stacked: readonly tf.Tensor[];
}

/** Runs `body` count times. For use inside compiled functions. */
export function scan(options: ScanOptions): ScanResult {
  return isRecordingForXla() && options.count > 1 ? asLoop(options) : unrolled(options);
}

function unrolled({ count, fixed, body, outputs, ...start }: ScanOptions): ScanResult {
  let { carried } = start;
  const turns: (readonly tf.Tensor[])[] = [];
  for (let index = 0; index < count; index++) {
    const turn = body(tf.scalar(index, 'int32'), carried, fixed);
    carried = turn.carried;
    turns.push(turn.outputs);
  }
  const stacked = outputs.map((_, place) => tf.stack(turns.map((turn) => given(turn[place], place))));
  return { carried, stacked };
}

/** Everything goes round as one list: [index, ...carried, ...stacked, ...fixed]. */
function asLoop({ label, count, carried, fixed, outputs, body }: ScanOptions): ScanResult {
  const native = asNativeBackend(tf.backend());
  const start = [
    tf.scalar(0, 'int32'),
    ...carried,
    ...outputs.map(({ shape, dtype }) => tf.zeros([count, ...shape], dtype)),
    ...fixed,
  ];
  const firstStacked = 1 + carried.length;
  const firstFixed = firstStacked + outputs.length;
  const bodyName = recordInner(
    `${label}_body`,
    ([index, ...rest]) => {
      const place = given(index, 0);
      const still = rest.slice(firstFixed - 1);
      const turn = body(place, rest.slice(0, carried.length), still);
      const stacks = rest
        .slice(firstStacked - 1, firstFixed - 1)
        .map((stack, output) => writeAt(native, stack, given(turn.outputs[output], output), place));
      return [tf.add(place, tf.scalar(1, 'int32')), ...turn.carried, ...stacks, ...still];
    },
    start,
  );
  const condition = recordInner(
    `${label}_condition`,
    ([index]) => [tf.less(given(index, 0), tf.scalar(count, 'int32'))],
    start,
  );
  const attrs: OpAttr[] = [
    { name: 'T', type: ATTR.type, value: start.map(({ dtype }) => dtypeNumber(dtype)) },
    { name: 'cond', type: ATTR.function, value: condition },
    { name: 'body', type: ATTR.function, value: bodyName },
  ];
  const end = native.executeMultipleOutputs('StatelessWhile', attrs, start, start.length);
  return { carried: end.slice(1, firstStacked), stacked: end.slice(firstStacked, firstFixed) };
}

/** The stack [count, ...shape] with the row at `place` overwritten. */
function writeAt(native: NativeBackend, stack: tf.Tensor, row: tf.Tensor, place: tf.Tensor): tf.Tensor {
  const update = tf.reshape(row, [1, ...stack.shape.slice(1)]);
  const begin = [tf.reshape(place, [1])];
  if (stack.rank > 1) begin.push(tf.zeros([stack.rank - 1], 'int32'));
  return updateSlice(native, stack, update, tf.concat(begin));
}

/**
 * XLA's own op: `input` with a part overwritten, in place where nobody else holds it. Only while recording for XLA.
 * @param begin int32 [rank], known only at run time
 */
export function updateSlice(
  native: NativeBackend,
  input: tf.Tensor,
  update: tf.Tensor,
  begin: tf.Tensor,
): tf.Tensor {
  const attrs = [dtypeAttr(native, 'T', input.dtype), dtypeAttr(native, 'Tindices', 'int32')];
  return native.executeSingleOutput('XlaDynamicUpdateSlice', attrs, [input, update, begin]);
}

function given(tensor: tf.Tensor | undefined, place: number): tf.Tensor {
  if (tensor === undefined) throw new Error(`scan: output ${place} is missing`);
  return tensor;
}
