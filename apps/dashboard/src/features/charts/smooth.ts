import type { Column } from './seriesColumns.ts';

/**
 * Debiased exponential moving average: m_n = Σ w^(n−i) (1−w) v_i / (1 − w^n), as in Adam's bias correction, so that the first
 * values are not drawn towards zero. Gaps stay gaps and do not advance n.
 * @param weight how much of the past is kept, in [0, 1); 0 returns the values themselves.
 */
export function smooth(values: Column, weight: number): Column {
  if (!(weight >= 0 && weight < 1)) throw new RangeError(`smooth: weight is ${weight}, it must be in [0, 1)`);
  if (weight === 0) return values;
  let average = 0;
  let correction = 1;
  return values.map((value) => {
    if (value === null) return null;
    average = weight * average + (1 - weight) * value;
    correction *= weight;
    return average / (1 - correction);
  });
}
