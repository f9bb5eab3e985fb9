/** @file How much memory a model takes: between steps, and for each token of a step. Checked against `tf.memory()`. */
import type { Architecture } from './architecture.ts';
import { valueCount, type ParameterSpec } from './parameters.ts';

const FLOAT_BYTES = 4;

/** Keys and values of one token of one sequence, in a rollout. */
export function cacheBytesPerToken({ layers, kvHeads, headWidth }: Architecture): number {
  return 2 * layers * kvHeads * headWidth * FLOAT_BYTES;
}

/**
 * What the forward pass of a training step keeps for the backward pass, for each token read, of all weights learning: an upper
 * bound, for `tf.memory()` counts what two handles share twice. While a function is recorded, at the first step of a shape, the
 * process holds about twice as much; afterwards TensorFlow frees what is not needed any more.
 * @param length T, tokens of the sequence: attention keeps a number for each pair
 */
export function keptBytesPerToken(architecture: Architecture, length: number): number {
  const { layers, width, heads, kvHeads, headWidth, feedForward, gated, biases, qkNorm, positions } =
    architecture;
  const [queries, keys] = [heads * headWidth, kvHeads * headWidth];
  const upWidth = gated ? 2 * feedForward : feedForward;
  const layer =
    // Norms with their inputs, residual sums; queries, keys, values and what attention joins; the feed-forward part.
    8 * width +
    2 +
    (3 * queries + 4 * keys) +
    heads * length +
    4 * feedForward +
    (biases.qkv ? queries + 2 * keys : 0) +
    (biases.out ? width : 0) +
    (biases.feedForward ? upWidth + width : 0) +
    (qkNorm ? queries + heads + keys + kvHeads : 0);
  // Ids, places and pads too.
  const embedded = (positions.kind === 'learned' ? 3 * width : width) + 8;
  return (layers * layer + embedded) * FLOAT_BYTES;
}

/** The same for each token whose log-probability trains, besides: norm, head, and one number per token of the vocabulary. */
export function keptBytesPerScoredToken({ vocabulary, width }: Architecture): number {
  return (vocabulary + 3 * width + 5) * FLOAT_BYTES;
}

/**
 * What a run holds between steps: weights, both moments of AdamW, and the reference policy where it is a copy.
 * @param frozen numbers of weights that stay
 */
export function stateBytes(
  frozen: number,
  trainable: readonly ParameterSpec[],
  hasReference: boolean,
): number {
  return (frozen + (hasReference ? 4 : 3) * valueCount(trainable)) * FLOAT_BYTES;
}

/** What an update holds besides: gradients, and the new weights and moments beside the old ones. */
export function updateBytes(trainable: readonly ParameterSpec[]): number {
  return 4 * valueCount(trainable) * FLOAT_BYTES;
}

/**
 * What to say before a run that will not fit: null where weights, moments, reference and update take less than the machine has.
 * @param machineBytes main memory
 */
export function memoryWarning(
  frozen: number,
  trainable: readonly ParameterSpec[],
  hasReference: boolean,
  machineBytes: number,
): string | null {
  const held = stateBytes(frozen, trainable, hasReference);
  const peak = held + updateBytes(trainable);
  if (peak <= machineBytes) return null;
  const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;
  const millions = Math.round((frozen + valueCount(trainable)) / 1e6);
  const advice =
    frozen === 0 ? ': train adapters instead (model.lora), or a smaller model' : ': take a smaller model';
  return `the model has ${millions} million weights: a run holds ${gigabytes(held)} and in an update ${gigabytes(peak)}, batches aside, and this machine has ${gigabytes(machineBytes)}${advice}`;
}
