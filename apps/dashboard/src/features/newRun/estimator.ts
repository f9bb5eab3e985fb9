/** @file Named estimators in the draft: which one its settings come to, and how to take another. */
import {
  aggregationOf,
  ESTIMATOR_PRESETS,
  type EstimatorPreset,
  expandShorthand,
  type PolicyGradientConfig,
  policyGradientSchema,
} from '@nabla/domain';
import { editDraft, valueAt } from './draft.ts';

/** The settings that make an estimator; the others (steps, lengths, learning rate) are the run's. */
const KEYS = [
  'advantage',
  'loss',
  'aggregation',
  'epsilonLow',
  'epsilonHigh',
  'dualClip',
  'importanceCap',
  'entropyBonus',
  'dynamicSampling',
  'innerEpochs',
  'miniBatches',
  'baseline',
  'gae',
  'kl',
] as const satisfies readonly (keyof PolicyGradientConfig)[];

export const ESTIMATOR_TITLES: Readonly<Record<EstimatorPreset, string>> = {
  reinforce: 'REINFORCE',
  reinforce_baseline: 'REINFORCE with a batch baseline',
  rloo: 'RLOO',
  grpo: 'GRPO',
  dr_grpo: 'Dr. GRPO',
  dapo: 'DAPO',
  gspo: 'GSPO',
  cispo: 'CISPO',
  ppo: 'PPO',
  reinforce_plus_plus: 'REINFORCE++',
};

export function isEstimatorPreset(name: string): name is EstimatorPreset {
  return name in ESTIMATOR_PRESETS;
}

/** The preset whose settings are in force; null when they are a mix of one's own. */
export function estimatorOf(config: PolicyGradientConfig): EstimatorPreset | null {
  for (const [name, preset] of presets()) {
    if (KEYS.every((key) => JSON.stringify(inForce(config, key)) === JSON.stringify(inForce(preset, key))))
      return name;
  }
  return null;
}

let parsed: ReadonlyArray<readonly [EstimatorPreset, PolicyGradientConfig]> | undefined;

/** The presets with all defaults: read once, asked at every key that is typed. */
function presets(): ReadonlyArray<readonly [EstimatorPreset, PolicyGradientConfig]> {
  parsed ??= Object.keys(ESTIMATOR_PRESETS)
    .filter(isEstimatorPreset)
    .map((name) => [name, policyGradientSchema.parse({ steps: 1, ...ESTIMATOR_PRESETS[name] })]);
  return parsed;
}

/** Settings that nothing uses do not tell two estimators apart. */
function inForce(pg: PolicyGradientConfig, key: (typeof KEYS)[number]): unknown {
  if (key === 'kl' && pg.kl.beta === 0) return 0;
  if (key === 'gae' && pg.advantage !== 'gae') return null;
  if (key === 'baseline' && pg.advantage !== 'constant') return null;
  if ((key === 'epsilonLow' || key === 'epsilonHigh') && pg.loss === 'reinforce') return null;
  if (key === 'aggregation') return aggregationOf(pg);
  return pg[key];
}

/** Whether an estimator wants one completion per prompt, whatever the run had. */
export function setsGroupSize(name: EstimatorPreset): boolean {
  return 'groupSize' in ESTIMATOR_PRESETS[name];
}

/**
 * The text with the settings of a preset written out, those of another estimator taken out.
 * @param ownGroupSize what the run had before an estimator set it to one; its default when undefined.
 */
export function applyEstimator(
  text: string,
  value: unknown,
  name: EstimatorPreset,
  ownGroupSize?: unknown,
): string {
  const preset: Readonly<Record<string, unknown>> = ESTIMATOR_PRESETS[name];
  let next = text;
  const write = (key: string, setting: unknown): void => {
    next = editDraft(next, ['policyGradient', key], setting);
  };
  write('preset', undefined);
  for (const key of KEYS) write(key, preset[key]);
  // One completion per prompt is an estimator's choice, any other number the run's.
  const groupSize = valueAt(value, ['policyGradient', 'groupSize']);
  if (preset['groupSize'] !== undefined) write('groupSize', preset['groupSize']);
  else if (groupSize === 1) write('groupSize', ownGroupSize);
  return next;
}

/** The text with `policyGradient.preset` spelled out, so that single settings can be changed, back to their defaults too. */
export function spellOut(text: string, written: unknown): string {
  if (valueAt(written, ['policyGradient', 'preset']) === undefined) return text;
  return editDraft(text, ['policyGradient'], valueAt(expandShorthand(written).value, ['policyGradient']));
}
