/** @file From the values of a component to what enters the reward: clip, then normalise. Pure. */
import { mean, standardDeviation } from '../algorithms/advantages.ts';
import type { RewardShaping } from './rewardComponent.ts';

type Values = readonly (number | null)[];

/**
 * Nulls stay null and stay out of mean and deviation. A column (or group) that is flat, or has one value, becomes 0: there is
 * nothing to compare. Normalised ones have mean 0 and standard deviation 1, over n − 1 as everywhere here.
 * @throws RangeError where values are too large for their deviation to be a number.
 * @param groupSize G; completion i belongs to group ⌊i / G⌋.
 */
export function shapeValues(
  values: Values,
  { clip, normalise }: Pick<RewardShaping, 'clip' | 'normalise'>,
  groupSize: number,
): (number | null)[] {
  const clipped =
    clip === null
      ? [...values]
      : values.map((value) => (value === null ? null : Math.min(Math.max(value, clip[0]), clip[1])));
  switch (normalise) {
    case 'none':
      return clipped;
    case 'batch':
      return standardised(clipped);
    case 'group':
      return Array.from({ length: Math.ceil(clipped.length / groupSize) }, (_, group) =>
        standardised(clipped.slice(group * groupSize, (group + 1) * groupSize)),
      ).flat();
  }
}

/** A spread this small beside the values is rounding: dividing by it would make a signal of nothing. */
const FLAT = 1e-9;

function standardised(values: Values): (number | null)[] {
  const present = values.filter((value) => value !== null);
  const center = mean(present);
  const deviation = standardDeviation(present);
  const largest = present.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (present.length > 0 && !(Number.isFinite(center) && Number.isFinite(deviation)))
    throw new RangeError(
      `values as large as ${largest} cannot be normalised: their mean or deviation exceeds what a float64 holds. Clip them`,
    );
  const flat = deviation <= FLAT * largest;
  return values.map((value) => (value === null ? null : flat ? 0 : (value - center) / deviation));
}
