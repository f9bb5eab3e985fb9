/** @file What somebody who chose these settings should know: measured or proven biases, in a sentence each. */
import { aggregationOf, type PolicyGradientConfig } from './config/policyGradient.ts';
import type { RunConfig } from './config/runConfig.ts';
import { unusedSettings } from './unusedSettings.ts';

/**
 * Cosine to the exact gradient and what is left off its direction, on the policy that `docs/estimators.md` enumerates; named like
 * the rows of its tables. A test of the trainer measures them anew and compares.
 */
export const MEASURED_BIAS = {
  '`rloo`, `token_mean`': { cosine: '0.998', offDirection: '5.6 %' },
  '`rloo`, `sequence_mean`': { cosine: '0.970', offDirection: '24.9 %' },
  '`group_norm`, `sequence_sum`': { cosine: '0.960', offDirection: '29.1 %' },
  '`batch_norm`, `sequence_sum`': { cosine: '0.951', offDirection: '32.4 %' },
  '`gae`, λ = 0.95, untrained values': { cosine: '0.999', offDirection: '3.8 %' },
  '`gae`, γ = 0.95, λ = 1': { cosine: '1.000', offDirection: '2.8 %' },
  '`gae`, λ = 0.95, true values, normalised': { cosine: '0.924', offDirection: '41.4 %' },
  '`clip`, ε = 0.2': { cosine: '0.927', offDirection: '40.5 %' },
  '`clip`, ε = 0.2, `dualClip: 1.1`': { cosine: '0.884', offDirection: '52.9 %' },
  '`gspo`, ε = 0.2': { cosine: '0.975', offDirection: '22.9 %' },
  '`cispo`, ε = 0.2': { cosine: '0.988', offDirection: '15.9 %' },
  '`topK: 3` of 4 tokens, no cap': { cosine: '0.790', offDirection: '77.6 %' },
  '`importanceCap: 1.2`': { cosine: '0.988', offDirection: '15.9 %' },
  '`k1`, `token`': { cosine: '0.986', offDirection: '17.1 %' },
  '`k2`, `loss`': { cosine: '0.986', offDirection: '17.1 %' },
  '`k2`, `ratio_loss`': { cosine: '0.961', offDirection: '28.7 %' },
  '`k3`, `loss`': { cosine: '0.938', offDirection: '37.0 %' },
  '`k3`, `ratio_loss`': { cosine: '0.986', offDirection: '17.1 %' },
  '`entropyBonus`': { cosine: '0.994', offDirection: '10.7 %' },
  'dynamic sampling, `none`': { cosine: '0.991', offDirection: '13.5 %' },
  'dynamic sampling, `rloo`, β = 0.4': { cosine: '0.978', offDirection: '21.4 %' },
} as const;

/** A sentence for every choice that is not exact, none for the unbiased ones; and one for every setting that has no effect. */
export function configNotes(config: Pick<RunConfig, 'policyGradient'>): string[] {
  const pg = config.policyGradient;
  return [
    ...ofAdvantage(pg),
    ...ofAggregation(pg),
    ...ofStaleness(pg),
    ...ofKl(pg),
    ...ofSampling(pg),
    ...ofEntropy(pg),
    ...unusedSettings(pg),
  ];
}

function ofAdvantage(pg: PolicyGradientConfig): string[] {
  const { advantage, groupSize: g, promptsPerStep } = pg;
  switch (advantage) {
    case 'rloo':
    case 'ema':
      return [];
    case 'none':
      return ['Without a baseline the estimate is unbiased but of high variance.'];
    case 'constant':
      return pg.baseline === 0
        ? ['A constant baseline of 0 is no baseline: the estimate is unbiased but of high variance.']
        : [];
    case 'batch_mean': {
      const b = promptsPerStep * g;
      return [
        `batch_mean subtracts a mean that contains the completion itself: its expected gradient is (B−1)/B = ${((b - 1) / b).toFixed(3)} of the exact one.`,
      ];
    }
    case 'group_mean':
      return [
        `group_mean subtracts a mean that contains the completion itself: its expected gradient is (G−1)/G = ${((g - 1) / g).toFixed(3)} of the exact one.`,
      ];
    case 'group_norm':
      return [
        `group_norm divides by the group’s standard deviation: prompts of low spread weigh more than in ∇J (${measured('`group_norm`, `sequence_sum`')}).`,
      ];
    case 'batch_norm':
      return [
        `batch_norm divides by the batch’s standard deviation: steps of low spread weigh more than in ∇J (${measured('`batch_norm`, `sequence_sum`')}).`,
      ];
    case 'gae':
      return ofGae(pg);
  }
}

function ofGae({ gae }: PolicyGradientConfig): string[] {
  const notes: string[] = [];
  if (gae.lambda < 1)
    notes.push(
      `gae with lambda ${gae.lambda} leans on the value head: exact for true values, else biased towards what it believes (λ = 0.95, an untrained head; ${measured('`gae`, λ = 0.95, untrained values')}).`,
    );
  if (gae.gamma < 1)
    notes.push(
      `gamma ${gae.gamma} discounts rewards by their distance in tokens: not the objective J (0.95; ${measured('`gae`, γ = 0.95, λ = 1')}).`,
    );
  if (gae.normalise)
    notes.push(
      `gae.normalise subtracts the mean of the step’s token advantages and divides by their deviation: not a multiple of ∇J (${measured('`gae`, λ = 0.95, true values, normalised')}).`,
    );
  return notes;
}

function ofAggregation(pg: PolicyGradientConfig): string[] {
  switch (aggregationOf(pg)) {
    case 'sequence_sum':
      return [];
    case 'sequence_mean':
      return [
        `sequence_mean divides each completion’s gradient by its length: short right answers weigh more (${measured('`rloo`, `sequence_mean`')}).`,
      ];
    case 'token_mean':
      return [
        `token_mean divides by the number of tokens in the batch: proportional to ∇J per step, by a factor that varies with length (${measured('`rloo`, `token_mean`')}).`,
      ];
    case 'constant':
      return [`constant is ∇J scaled by 1/maxNewTokens = ${(1 / pg.maxNewTokens).toPrecision(3)}.`];
  }
}

function ofStaleness(pg: PolicyGradientConfig): string[] {
  const notes: string[] = [];
  if (pg.innerEpochs > 1 || pg.miniBatches > 1) {
    const measuredLoss = {
      reinforce: '',
      clip: measured('`clip`, ε = 0.2'),
      gspo: measured('`gspo`, ε = 0.2'),
      cispo: measured('`cispo`, ε = 0.2'),
    }[pg.loss];
    notes.push(
      `From the second update of a step on the completions are off-policy; the clipped ratio bounds, but does not remove, the bias (${pg.loss} far from the policy that sampled; ${measuredLoss}).`,
    );
  }
  if (pg.dualClip !== null)
    notes.push(
      `dualClip leaves out tokens that should become less likely once their ratio is above ${pg.dualClip} (a bound of 1.1, off-policy; ${measured('`clip`, ε = 0.2, `dualClip: 1.1`')}).`,
    );
  return notes;
}

function ofKl(pg: PolicyGradientConfig): string[] {
  const { kl, advantage } = pg;
  if (kl.beta === 0) return [];
  const notes: string[] = [];
  const { placement } = kl;
  if (placement === 'token')
    notes.push(
      `k1 of the token alone leaves out what a token does to later divergence (${measured('`k1`, `token`')}).`,
    );
  if (placement === 'loss' || placement === 'ratio_loss') {
    const name = `\`${kl.estimator === 'k2' ? 'k2' : 'k3'}\`, \`${placement}\`` as const;
    const times = placement === 'ratio_loss' ? ' times the ratio' : '';
    notes.push(
      `The gradient of ${kl.estimator}${times} in the loss is not that of the KL divergence (${measured(name)}).`,
    );
  }
  if (advantage === 'group_mean' || advantage === 'batch_mean')
    notes.push(
      `${advantage} scales the reward's part of the gradient down but not the KL penalty's: against ∇(J − βKL) the penalty weighs ${advantage === 'group_mean' ? 'G/(G−1)' : 'B/(B−1)'} times as much.`,
    );
  // Under reward_to_go gae normalises the penalty with the reward.
  const normalised = advantage === 'gae' && pg.gae.normalise && placement !== 'reward_to_go';
  if (advantage === 'group_norm' || advantage === 'batch_norm' || normalised)
    notes.push(
      `${advantage}${normalised ? ' with normalise' : ''} changes the scale of the reward's part only: beta weighs against advantages of deviation 1, not against rewards.`,
    );
  if (kl.adaptive !== null)
    notes.push('Adaptive control changes beta, and with it the objective, from step to step.');
  if (kl.reference === 'previous')
    notes.push('The reference moves along: the penalty bounds the pace, not the distance from the start.');
  return notes;
}

function ofSampling(pg: PolicyGradientConfig): string[] {
  const notes: string[] = [];
  const truncated = (['topK', 'topP', 'minP'] as const).filter((name) => pg[name] !== null);
  if (pg.importanceCap !== null)
    notes.push(
      `importanceCap corrects each token’s own probability, not that of the tokens before it, and cuts weights above ${pg.importanceCap} (a cap of 1.2, off-policy; ${measured('`importanceCap: 1.2`')}).`,
    );
  if (truncated.length > 0)
    notes.push(
      `${truncated.join(' and ')} never ${truncated.length > 1 ? 'draw' : 'draws'} the unlikely tokens: no weight can bring back what was not sampled (three of four tokens; ${measured('`topK: 3` of 4 tokens, no cap')}).`,
    );
  const grouped = pg.advantage === 'rloo' || pg.advantage === 'group_mean' || pg.advantage === 'group_norm';
  if (pg.dynamicSampling !== null)
    notes.push(
      grouped
        ? 'Dynamic sampling leaves out groups that had no signal: the same direction, a longer gradient; reward metrics are of everything drawn.'
        : `Flat groups have a signal under ${pg.advantage}, and dynamic sampling leaves them out (none; ${measured('dynamic sampling, `none`')}).`,
    );
  if (pg.dynamicSampling !== null && (pg.kl.beta > 0 || pg.entropyBonus > 0))
    notes.push(
      `Dynamic sampling leaves out the KL penalty and the entropy bonus of flat groups too: they act on the prompts that are kept only (rloo with β = 0.4; ${measured('dynamic sampling, `rloo`, β = 0.4')}).`,
    );
  return notes;
}

function ofEntropy({ entropyBonus }: PolicyGradientConfig): string[] {
  return entropyBonus === 0
    ? []
    : [
        `The entropy bonus has the gradient of the entropy at the states that were reached, not of how the policy reaches them (${measured('`entropyBonus`')}).`,
      ];
}

function measured(name: keyof typeof MEASURED_BIAS): string {
  const { cosine, offDirection } = MEASURED_BIAS[name];
  return `measured: cosine ${cosine}, ${offDirection} off its direction`;
}
