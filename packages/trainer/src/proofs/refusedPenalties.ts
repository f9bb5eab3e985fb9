/** @file The two KL penalties that a configuration cannot choose, measured all the same, so that the refusal can say by how much. */
import { k3 } from '../algorithms/klEstimates.ts';
import { everyCompletion, type Setting } from './expectation.ts';
import { addTokenScore, PARAMETERS, probability, PROMPTS, tokenLogps } from './tabularPolicy.ts';

/** In doubles, by the score function: E[signal · ∇log π], and E[∇ of the term]. */
export function refusedPenalties(
  { parameters, reference, maxTokens }: Setting,
  beta: number,
): { readonly name: string; readonly expected: number[] }[] {
  if (!reference) throw new RangeError('refusedPenalties: there is no reference');
  const zeros = () => Array.from({ length: PARAMETERS }, () => 0);
  const [inSignal, inLoss] = [zeros(), zeros()];
  for (const completion of everyCompletion(maxTokens)) {
    const share = probability(parameters, completion) / PROMPTS;
    const grid = { lengths: [completion.tokens.length], width: completion.tokens.length };
    const [estimate = NaN] = k3(
      grid,
      Float32Array.from(tokenLogps(parameters, completion)),
      Float32Array.from(tokenLogps(reference, completion)),
    );
    completion.tokens.forEach((_, t) => {
      addTokenScore(inSignal, parameters, completion, t, -share * beta * estimate);
      // ∇k1 = ∇log π, whatever the reference is.
      addTokenScore(inLoss, parameters, completion, t, -share * beta);
    });
  }
  return [
    { name: '`k3`, `signal` (refused)', expected: inSignal },
    { name: '`k1`, `loss` (refused)', expected: inLoss },
  ];
}
