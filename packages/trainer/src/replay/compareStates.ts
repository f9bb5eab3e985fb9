/** @file Where two states part: the first tensor, number and values, and how far apart the whole is. */
import { hashStateWeights, type SessionState } from '../sessionState.ts';
import type { Difference } from './firstDifference.ts';

export interface StateComparison {
  /** SHA-256 of the repeated weights. */
  readonly weightsHash: string;
  readonly difference: Difference | null;
}

/** Weights, optimizer moments and reference to the last bit, then the numbers that the stage keeps. */
export function compareStates(recorded: SessionState, repeated: SessionState): StateComparison {
  return {
    weightsHash: hashStateWeights(repeated),
    difference: inTensors(recorded, repeated) ?? inScalars(recorded, repeated),
  };
}

function inTensors(recorded: SessionState, repeated: SessionState): Difference | null {
  const { step } = recorded;
  const place = { step, completion: null, token: null };
  const ours = new Map(repeated.tensors.map((tensor) => [tensor.name, tensor]));
  for (const { name, shape, data } of recorded.tensors) {
    const other = ours.get(name);
    if (other === undefined || other.data.length !== data.length)
      return {
        ...place,
        what: name,
        recorded: `[${shape}]`,
        repeated: other === undefined ? 'nothing' : `[${other.shape}]`,
      };
    const index = data.findIndex((value, at) => !Object.is(value, other.data[at]));
    if (index < 0) continue;
    const furthest = data.reduce(
      (most, value, at) => Math.max(most, Math.abs(value - (other.data[at] ?? NaN))),
      0,
    );
    return {
      ...place,
      what: `value ${index} of ${name} (largest distance in it: ${furthest.toPrecision(3)})`,
      recorded: String(data[index]),
      repeated: String(other.data[index]),
    };
  }
  return null;
}

function inScalars(recorded: SessionState, repeated: SessionState): Difference | null {
  const [before, now]: Readonly<Record<string, number>>[] = [
    { ...recorded.scalars, ...recorded.counters },
    { ...repeated.scalars, ...repeated.counters },
  ];
  for (const name of Object.keys({ ...before, ...now }))
    if (before?.[name] !== now?.[name])
      return {
        step: recorded.step,
        completion: null,
        token: null,
        what: name,
        recorded: String(before?.[name] ?? 'nothing'),
        repeated: String(now?.[name] ?? 'nothing'),
      };
  return null;
}
