/**
 * @file One optimizer step as a compiled function: forward, backward, clipping, AdamW. Batches come from the host in columns,
 * may be cut into micro-batches, and whatever a loss is weighted by stands in the columns: the gradients simply add up.
 */
import type { OptimizerConfig } from '@nabla/domain';
import * as tf from '@tensorflow/tfjs-core';

import { at } from './at.ts';
import type { Backend } from './backend/backend.ts';
import { TrainerError } from './errors.ts';
import type { ParameterSpec } from './model/parameters.ts';
import { adamw, adamwScalars, clipByGlobalNorm } from './ops/index.ts';

/** What an update changes. An update gives new tensors and leaves the old ones to their owner. */
export interface TrainState {
  readonly weights: readonly tf.Tensor[];
  /** First and second moments of AdamW. */
  readonly m: readonly tf.Tensor[];
  readonly v: readonly tf.Tensor[];
  /** Updates made with these moments. */
  readonly updates: number;
}

/** One column of a batch, row after row: `values` holds B · Π shape numbers. */
export interface HostColumn {
  readonly values: Float32Array | Int32Array;
  /** Of one row: [] for a number, [C] for one per token. */
  readonly shape: readonly number[];
}

/**
 * The differentiable part: data columns as tensors [b, ...shape] in, a scalar that is a sum over rows out, and what to look at.
 * `weights` are the frozen ones, then the trainable ones.
 */
export type Forward = (
  weights: readonly tf.Tensor[],
  data: readonly tf.Tensor[],
) => { loss: tf.Tensor; extras: tf.Tensor[] };

export interface UpdaterOptions {
  /** For error messages of the compiler. */
  readonly name: string;
  /** What learns. */
  readonly specs: readonly ParameterSpec[];
  /** Weights that `forward` reads and nothing changes; stay the caller's. */
  readonly frozen?: readonly tf.Tensor[] | undefined;
  readonly optimizer: OptimizerConfig;
  readonly forward: Forward;
  /** How many extras `forward` gives, each with a row per row of the batch. */
  readonly extras: number;
  /** Rows per backward pass; the whole batch when absent. */
  readonly microBatchSize?: number | undefined;
}

export interface UpdateResult {
  readonly state: TrainState;
  readonly loss: number;
  /** Global L2 norm before clipping. */
  readonly gradNorm: number;
  /** In the order of `forward`, rows put together again. */
  readonly extras: readonly Float32Array[];
}

export interface Updater {
  /**
   * @param step of the run, for errors
   * @throws TrainerError NOT_FINITE; nothing new is left behind
   */
  update(
    state: TrainState,
    columns: readonly HostColumn[],
    rows: number,
    learningRate: number,
    step: number,
  ): Promise<UpdateResult>;
  dispose(): void;
}

/** Frees a state's tensors. */
export function disposeState({ weights, m, v }: TrainState): void {
  tf.dispose([...weights, ...m, ...v]);
}

export function createUpdater(
  backend: Backend,
  { name, specs, frozen = [], optimizer, forward, extras, microBatchSize }: UpdaterOptions,
): Updater {
  const count = specs.length;
  const fixed = frozen.length;
  const decays = specs.map(({ kind }) => kind === 'matrix');

  /** [...frozen, ...weights] and data to [loss, ...gradients, ...extras]. */
  function differentiate(weights: readonly tf.Tensor[], data: readonly tf.Tensor[]): tf.Tensor[] {
    const still = weights.slice(0, fixed);
    let seen: tf.Tensor[] = [];
    const { value, grads } = tf.valueAndGrads((...leaves: tf.Tensor[]) => {
      const result = forward([...still, ...leaves], data);
      // A gradient scope frees everything but its value: what else is looked at has to be kept.
      seen = result.extras.map((extra) => tf.keep(extra));
      return tf.reshape(result.loss, []);
    })(weights.slice(fixed));
    return [value, ...grads, ...seen];
  }

  /** [...weights, ...m, ...v] and [loss, ...gradients] to [[loss, norm], ...weights, ...m, ...v]. */
  function apply(state: readonly tf.Tensor[], summed: readonly tf.Tensor[], scalars: tf.Tensor): tf.Tensor[] {
    const { clipped, norm } = clipByGlobalNorm(summed.slice(1), optimizer.gradClip);
    const current = {
      params: state.slice(0, count),
      m: state.slice(count, 2 * count),
      v: state.slice(2 * count),
    };
    const next = adamw(optimizer, current, clipped, scalars, decays);
    return [
      tf.stack([tf.reshape(at(summed, 0), []), tf.reshape(norm, [])]),
      ...next.params,
      ...next.m,
      ...next.v,
    ];
  }

  // The whole batch at once: [...frozen, ...state, ...data, scalars] to [[loss, norm], ...state, ...extras].
  const whole = backend.compile(
    (inputs) => {
      const state = inputs.slice(fixed, fixed + 3 * count);
      const results = differentiate(inputs.slice(0, fixed + count), inputs.slice(fixed + 3 * count, -1));
      return [...apply(state, results.slice(0, 1 + count), at(inputs, -1)), ...results.slice(1 + count)];
    },
    { name: `${name} update` },
  );
  // The same in pieces: [...frozen, ...weights, ...data] to [loss, ...gradients, ...extras]; two such sums to their sum; the rest.
  const piece = backend.compile(
    (inputs) => differentiate(inputs.slice(0, fixed + count), inputs.slice(fixed + count)),
    {
      name: `${name} gradient`,
    },
  );
  const add = backend.compile(
    (inputs) => inputs.slice(0, 1 + count).map((sum, index) => tf.add(sum, at(inputs, 1 + count + index))),
    { name: `${name} accumulate` },
  );
  const finish = backend.compile(
    (inputs) => apply(inputs.slice(0, 3 * count), inputs.slice(3 * count, -1), at(inputs, -1)),
    { name: `${name} apply` },
  );

  async function updateWhole(
    state: readonly tf.Tensor[],
    columns: readonly HostColumn[],
    rows: number,
    scalars: tf.Tensor,
  ): Promise<RawUpdate> {
    const data = upload(columns, 0, rows, rows);
    const outputs = whole([...frozen, ...state, ...data, scalars]);
    tf.dispose(data);
    return {
      summary: at(outputs, 0),
      next: outputs.slice(1, 1 + 3 * count),
      extras: await readAll(outputs.slice(1 + 3 * count)),
    };
  }

  async function updateInPieces(
    state: readonly tf.Tensor[],
    columns: readonly HostColumn[],
    rows: number,
    size: number,
    scalars: tf.Tensor,
  ): Promise<RawUpdate> {
    const read: Float32Array[][] = [];
    let summed: tf.Tensor[] = [];
    for (let start = 0; start < rows; start += size) {
      const data = upload(columns, start, Math.min(start + size, rows), size);
      const outputs = piece([...frozen, ...state.slice(0, count), ...data]);
      tf.dispose(data);
      read.push(await readAll(outputs.slice(1 + count)));
      const part = outputs.slice(0, 1 + count);
      if (start === 0) summed = part;
      else {
        const sum = add([...summed, ...part]);
        tf.dispose([...summed, ...part]);
        summed = sum;
      }
    }
    const outputs = finish([...state, ...summed, scalars]);
    tf.dispose(summed);
    const joined = Array.from({ length: extras }, (_, index) =>
      join(
        read.map((part) => at(part, index)),
        size,
        rows,
      ),
    );
    return { summary: at(outputs, 0), next: outputs.slice(1), extras: joined };
  }

  return {
    async update(state, columns, rows, learningRate, step) {
      const updates = state.updates + 1;
      const scalars = tf.tensor1d(adamwScalars(updates, learningRate, optimizer));
      const current = [...state.weights, ...state.m, ...state.v];
      const size = microBatchSize ?? rows;
      const raw =
        size >= rows
          ? await updateWhole(current, columns, rows, scalars)
          : await updateInPieces(current, columns, rows, size, scalars);
      const [loss = NaN, gradNorm = NaN] = await raw.summary.data<'float32'>();
      tf.dispose([scalars, raw.summary]);
      if (!Number.isFinite(loss) || !Number.isFinite(gradNorm)) {
        tf.dispose(raw.next);
        const what = Number.isFinite(loss) ? `the gradient norm is ${gradNorm}` : `the loss is ${loss}`;
        throw new TrainerError(
          'NOT_FINITE',
          `${what} at step ${step} (${name}); the weights are left as they were: lower the learning rate or set a gradClip`,
          { step },
        );
      }
      const next = {
        weights: raw.next.slice(0, count),
        m: raw.next.slice(count, 2 * count),
        v: raw.next.slice(2 * count),
        updates,
      };
      return { state: next, loss, gradNorm, extras: raw.extras };
    },
    dispose() {
      for (const compiled of [whole, piece, add, finish]) compiled.dispose();
    },
  };
}

interface RawUpdate {
  /** [2]: loss and norm. */
  readonly summary: tf.Tensor;
  /** [...weights, ...m, ...v] */
  readonly next: tf.Tensor[];
  readonly extras: Float32Array[];
}

/** Rows start to end of every column as tensors of `size` rows; what is missing is 0, which weighs nothing. */
export function upload(
  columns: readonly HostColumn[],
  start: number,
  end: number,
  size: number,
): tf.Tensor[] {
  return columns.map(({ values, shape }) => {
    const perRow = shape.reduce((product, axis) => product * axis, 1);
    const slice = values.subarray(start * perRow, end * perRow);
    const dtype = values instanceof Int32Array ? 'int32' : 'float32';
    if (end - start === size) return tf.tensor(slice, [size, ...shape], dtype);
    const filled = dtype === 'int32' ? new Int32Array(size * perRow) : new Float32Array(size * perRow);
    filled.set(slice);
    return tf.tensor(filled, [size, ...shape], dtype);
  });
}

async function readAll(tensors: readonly tf.Tensor[]): Promise<Float32Array[]> {
  const read = await Promise.all(tensors.map((tensor) => tensor.data<'float32'>()));
  tf.dispose([...tensors]);
  return read;
}

/** The rows of all pieces of `size` rows in one array of `rows`; what filled the last piece up is cut off. */
function join(pieces: readonly Float32Array[], size: number, rows: number): Float32Array {
  const perRow = at(pieces, 0).length / size;
  const all = new Float32Array(pieces.length * size * perRow);
  pieces.forEach((piece, index) => all.set(piece, index * size * perRow));
  return all.subarray(0, rows * perRow);
}
