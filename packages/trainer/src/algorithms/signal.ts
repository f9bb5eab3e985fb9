/**
 * The learning signal of each completion: r̃ = A − β · k1, stopped (plain numbers carry no gradient).
 *
 * Sign: a penalty subtracts, β ≥ 0. Popular texts print A + β · KL; with that sign the policy would be pushed away from the
 * reference. k1 is that of the whole completion under the sampling policy: then the expected gradient is exactly ∇(J − β KL).
 *
 * @param advantages B numbers, null where the reward is null: the signal is null there too.
 * @param k1 B numbers (nats), or null where β is 0 and no reference was computed.
 * @throws RangeError for a negative β, or differing lengths.
 */
export function signal(
  advantages: readonly (number | null)[],
  k1: readonly number[] | null,
  beta: number,
): (number | null)[] {
  if (!(beta >= 0))
    throw new RangeError(`signal: beta is ${beta}, it must not be negative: a penalty subtracts`);
  if (beta === 0) return [...advantages];
  if (k1?.length !== advantages.length)
    throw new RangeError(`signal: ${k1?.length ?? 'no'} KL estimates for ${advantages.length} advantages`);
  return advantages.map((advantage, index) =>
    advantage === null ? null : advantage - beta * (k1[index] ?? NaN),
  );
}
