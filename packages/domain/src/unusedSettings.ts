/** @file Settings that somebody changed and that nothing reads, because another setting stands in the way: a sentence each. */
import { policyGradientSchema, type PolicyGradientConfig } from './config/policyGradient.ts';

/** Only what differs from its default: a configuration says nowhere which settings were written down. */
export function unusedSettings(pg: PolicyGradientConfig): string[] {
  return rules(pg)
    .filter(({ unused }) => unused)
    .flatMap(({ names, why }) => names.filter((name) => at(pg, name) !== at(DEFAULTS, name)).map(says(why)));
}

const DEFAULTS = policyGradientSchema.parse({ steps: 1 });

interface Rule {
  readonly unused: boolean;
  /** Within `policyGradient`. */
  readonly names: readonly string[];
  /** "… is not used with <why>" */
  readonly why: string;
}

function rules(pg: PolicyGradientConfig): Rule[] {
  const { advantage, loss, kl, optimizer } = pg;
  const hasOneUpdate = pg.innerEpochs === 1 && pg.miniBatches === 1;
  return [
    {
      unused: advantage !== 'constant' && advantage !== 'ema',
      names: ['baseline'],
      why: `advantage ${advantage}`,
    },
    { unused: advantage !== 'ema', names: ['baselineDecay'], why: `advantage ${advantage}` },
    {
      unused: advantage !== 'gae',
      names: Object.keys(DEFAULTS.gae).map((name) => `gae.${name}`),
      why: `advantage ${advantage}`,
    },
    { unused: loss === 'reinforce', names: ['epsilonLow', 'epsilonHigh'], why: 'loss reinforce' },
    {
      unused: loss !== 'reinforce' && hasOneUpdate,
      names: ['epsilonLow', 'epsilonHigh', 'dualClip'],
      why: 'one update per step (innerEpochs and miniBatches 1): every ratio is 1, and nothing is clipped',
    },
    {
      unused: kl.reference !== 'previous',
      names: ['kl.syncEverySteps', 'kl.mixing'],
      why: `kl.reference ${kl.reference}`,
    },
    {
      unused: kl.beta === 0,
      names: ['kl.estimator', 'kl.placement'],
      why: 'kl.beta 0: there is no penalty',
    },
    {
      unused: kl.beta === 0,
      names: ['kl.reference'],
      why: 'kl.beta 0 but for the metrics kl/ref_*',
    },
    {
      unused: optimizer.schedule.kind === 'constant',
      names: ['optimizer.schedule.finalFraction'],
      why: 'optimizer.schedule.kind constant',
    },
  ];
}

function says(why: string): (name: string) => string {
  return (name) => `${name} is set but not used with ${why}.`;
}

function at(pg: PolicyGradientConfig, name: string): unknown {
  return name
    .split('.')
    .reduce<unknown>(
      (value, key) =>
        typeof value === 'object' && value !== null
          ? Object.entries(value).find(([own]) => own === key)?.[1]
          : undefined,
      pg,
    );
}
