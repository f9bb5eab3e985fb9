/** @file The tables of `docs/estimators.md`: the exact expectation of each choice against what it is meant to estimate. */
import {
  ADVANTAGES,
  AGGREGATIONS,
  ESTIMATOR_PRESETS,
  type Aggregation,
  type PolicyGradientConfig,
} from '@nabla/domain';

import { biasOf, type Bias } from './bias.ts';
import { expectedGradient, type Setting } from './expectation.ts';
import {
  binaryReward,
  estimator,
  exactGradient,
  irregularReward,
  irregularValue,
  OLDER,
  POLICY,
  REFERENCE,
  SMALL,
  trueValue,
  TRUNCATED,
} from './settings.ts';
import { refusedPenalties } from './refusedPenalties.ts';
import { meanEntropyGradient } from './surrogates.ts';

/** One measured choice. `name` is what `MEASURED_BIAS` in the domain calls it. */
export interface Measured extends Bias {
  readonly name: string;
}

export interface Section {
  readonly title: string;
  /** What the expectation is compared with. */
  readonly against: string;
  readonly rows: readonly Measured[];
}

type Choices = Parameters<typeof estimator>[0];

/** Every number of the documentation; takes some seconds. */
export function measureBiases(): Section[] {
  return [advantageSection(), lossSection(), staleSection(), klSection(), otherSection(), presetSection()];
}

/** Markdown. Every number is an exact expectation over all batches. */
export function biasTable(sections: readonly Section[]): string {
  return sections
    .map(({ title, against, rows }) =>
      [
        `**${title}**, against ${against}:`,
        '',
        '| choice | factor | cosine | off direction |',
        '| --- | --- | --- | --- |',
        ...rows.map((row) => `| ${row.name} | ${printed(row).join(' | ')} |`),
      ].join('\n'),
    )
    .join('\n\n');
}

/** Factor, cosine and what is off direction as the tables print them. Of no gradient at all there is no direction. */
export function printed({ factor, cosine, residual }: Bias): [string, string, string] {
  if (Math.abs(factor) * Math.max(1, residual) < 1e-6) return ['0', '–', '–'];
  return [factor.toFixed(3), cosine.toFixed(3), `${(residual * 100).toFixed(1)} %`];
}

const gradient = (choices: Choices, setting: Setting = SMALL) =>
  expectedGradient(estimator(choices), setting);

/** Batches whose prompts differ: three of one completion each. */
const THREE_PROMPTS: Setting = { ...SMALL, promptsPerStep: 3, groupSize: 1 };

function advantageSection(): Section {
  const exact = exactGradient(SMALL);
  const measure = (name: string, choices: Choices, setting: Setting): Measured => ({
    name,
    ...biasOf(gradient(choices, setting), exact),
  });
  const perAggregation = ADVANTAGES.filter((advantage) => advantage !== 'gae').flatMap((advantage) => {
    const setting = advantage === 'batch_mean' || advantage === 'batch_norm' ? THREE_PROMPTS : SMALL;
    return AGGREGATIONS.map((aggregation: Aggregation) =>
      measure(
        `\`${advantage}\`, \`${aggregation}\``,
        { advantage, aggregation, baseline: 0.4, maxNewTokens: 2 },
        setting,
      ),
    );
  });
  const truth = trueValue(POLICY, irregularReward, 2);
  const gae = (name: string, change: Partial<PolicyGradientConfig['gae']>, value: Setting['value']) =>
    measure(
      `\`gae\`, ${name}`,
      { advantage: 'gae', gae: { normalise: false, ...change } },
      { ...SMALL, ...(value && { value }) },
    );
  return {
    title: 'Advantages and aggregations',
    against: '∇J (`reinforce`; G = 3, for `batch_…` three prompts with G = 1; constant and ema with b = 0.4)',
    rows: [
      ...perAggregation,
      gae('λ = 1, any value head', { lambda: 1 }, irregularValue),
      gae('λ = 0.95, true values', {}, truth),
      gae('λ = 0.95, untrained values', {}, irregularValue),
      gae('λ = 0, untrained values', { lambda: 0 }, irregularValue),
      gae('γ = 0.95, λ = 1', { gamma: 0.95, lambda: 1 }, irregularValue),
      gae('λ = 0.95, true values, normalised', { normalise: true }, truth),
    ],
  };
}

function lossSection(): Section {
  const exact = exactGradient(SMALL);
  const measure = (name: string, choices: Choices): Measured => ({
    name,
    ...biasOf(gradient({ advantage: 'rloo', ...choices }), exact),
  });
  return {
    title: 'Losses at ρ = 1',
    against: '∇J (`rloo`, G = 3)',
    rows: (['reinforce', 'clip', 'gspo', 'cispo'] as const).flatMap((loss) => [
      measure(`\`${loss}\`, \`sequence_sum\``, { loss }),
      measure(`\`${loss}\`, its usual aggregation`, { loss, aggregation: undefined }),
      ...(loss === 'clip' ? [measure('`clip` with `dualClip: 3`', { loss, dualClip: 3 })] : []),
    ]),
  };
}

function staleSection(): Section {
  const measure = (name: string, choices: Choices, change: Partial<Setting> = {}): Measured => {
    const setting = { ...SMALL, sampler: OLDER, ...change };
    return {
      name,
      ...biasOf(gradient({ advantage: 'rloo', ...choices }, setting), exactGradient(setting)),
    };
  };
  const wide = { epsilonLow: 1, epsilonHigh: 10 } as const;
  return {
    title: 'Completions of an older policy',
    against: '∇J of the policy that learns (`rloo`, `sequence_sum`, G = 3)',
    rows: [
      measure('`reinforce`, no correction (refused)', {}),
      measure('`clip`, never clipping', { loss: 'clip', ...wide }),
      measure('`clip`, ε = 0.2', { loss: 'clip' }),
      measure('`clip`, ε = 0.2, `dualClip: 1.1`', { loss: 'clip', dualClip: 1.1 }),
      measure('`gspo`, never clipping', { loss: 'gspo', ...wide }),
      measure('`gspo`, ε = 0.2', { loss: 'gspo' }),
      measure('`cispo`, never clipping', { loss: 'cispo', ...wide }),
      measure('`cispo`, ε = 0.2', { loss: 'cispo' }),
      measure('`importanceCap: 1000` (no cap)', { importanceCap: 1000 }),
      measure('`importanceCap: 1.2`', { importanceCap: 1.2 }),
      measure('`topK: 3` of 4 tokens, no cap', { importanceCap: 1000 }, { sampler: TRUNCATED }),
      measure('`importanceCap: 1000`, one-token completions', { importanceCap: 1000 }, { maxTokens: 1 }),
      measure('`clip`, never clipping, one-token completions', { loss: 'clip', ...wide }, { maxTokens: 1 }),
    ],
  };
}

function klSection(): Section {
  const beta = 0.4;
  const setting: Setting = { ...SMALL, reward: () => 0, reference: REFERENCE };
  const exact = exactGradient(setting, beta);
  const measure = (name: string, kl: NonNullable<Choices>['kl'], choices: Choices = {}): Measured => ({
    name,
    ...biasOf(gradient({ advantage: 'rloo', ...choices, kl: { beta, ...kl } }, setting), exact),
  });
  const inLoss = (['k2', 'k3'] as const).flatMap((kind) => [
    measure(`\`${kind}\`, \`loss\``, { estimator: kind, placement: 'loss' }),
    measure(`\`${kind}\`, \`ratio_loss\``, { estimator: kind, placement: 'ratio_loss' }, { loss: 'clip' }),
  ]);
  return {
    title: 'KL penalties',
    against: '−β ∇KL[π ‖ π_ref] (rewards 0, `sequence_sum`)',
    rows: [
      measure('`k1`, `signal`', { placement: 'signal' }),
      measure('`k1`, `reward_to_go`', { placement: 'reward_to_go' }),
      measure('`k1`, `token`', { placement: 'token' }),
      ...inLoss,
      ...refusedPenalties(setting, beta).map(({ name, expected }) => ({ name, ...biasOf(expected, exact) })),
    ],
  };
}

function otherSection(): Section {
  const bonus = 0.3;
  // Alone: without a reward the other term of the loss is 0.
  const single: Setting = { ...SMALL, groupSize: 1, reward: () => 0 };
  const entropy = gradient({ advantage: 'none', entropyBonus: bonus }, single);
  const flat: Setting = { ...SMALL, reward: binaryReward, withoutFlatGroups: true };
  const ofReward = exactGradient(flat);
  const measure = (name: string, choices: Choices): Measured => ({
    name: `dynamic sampling, ${name}`,
    ...biasOf(gradient(choices, flat), ofReward),
  });
  return {
    title: 'Entropy bonus and dynamic sampling',
    against:
      'the gradient of the mean next-token entropy, and ∇J of rewards 0 and 1, with rounds until every group has a signal (with β > 0 ∇(J − β KL))',
    rows: [
      {
        name: '`entropyBonus`',
        ...biasOf(
          entropy,
          meanEntropyGradient(POLICY, 2).map((value) => bonus * value),
        ),
      },
      measure('`rloo`', { advantage: 'rloo' }),
      measure('`group_mean`', { advantage: 'group_mean' }),
      measure('`group_norm`', { advantage: 'group_norm' }),
      measure('`none`', { advantage: 'none' }),
      measure('`constant` (b = 0.4)', { advantage: 'constant', baseline: 0.4 }),
      {
        name: 'dynamic sampling, `rloo`, β = 0.4',
        ...biasOf(
          gradient({ advantage: 'rloo', kl: { beta: 0.4 } }, { ...flat, reference: REFERENCE }),
          exactGradient({ ...flat, reference: REFERENCE }, 0.4),
        ),
      },
    ],
  };
}

/** Presets as they are, penalty included, with completions of the policy itself; the value head of PPO has learnt nothing yet. */
function presetSection(): Section {
  const rows = Object.entries<NonNullable<Choices>>(ESTIMATOR_PRESETS).map(([name, choices]): Measured => {
    const sizes = choices.groupSize === 1 ? THREE_PROMPTS : SMALL;
    const setting = { ...sizes, reference: REFERENCE, value: irregularValue };
    const exact = exactGradient(setting, choices.kl?.beta ?? 0);
    return { name: `preset \`${name}\``, ...biasOf(gradient(choices, setting), exact) };
  });
  return {
    title: 'Presets, in the first update of a step',
    against: '∇(J − β KL), β their own (G = 3, or three prompts with G = 1)',
    rows,
  };
}
