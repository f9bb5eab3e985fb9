import { ESTIMATOR_PRESETS, parseRunConfig, type PolicyGradientConfig } from '@nabla/domain';
import { expect, test } from 'vitest';
import { applyEstimator, estimatorOf, isEstimatorPreset, setsGroupSize, spellOut } from './estimator.ts';
import { editDraft, readDraft } from './draft.ts';

const base = 'name: a\ntask:\n  kind: addition\npolicyGradient:\n  steps: 10\n';

function inForce(text: string): PolicyGradientConfig {
  const parsed = parseRunConfig(readDraft(text).value);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return parsed.config.policyGradient;
}
const choose = (text: string, name: string): string => {
  if (!isEstimatorPreset(name)) throw new Error(name);
  return applyEstimator(text, readDraft(text).value, name);
};

test.each(Object.keys(ESTIMATOR_PRESETS))('%s is recognised by its settings, from any other one', (name) => {
  expect(estimatorOf(inForce(choose(base, name)))).toBe(name);
  expect(estimatorOf(inForce(choose(choose(base, 'ppo'), name)))).toBe(name);
  expect(estimatorOf(inForce(choose(choose(base, 'dapo'), name)))).toBe(name);
});

test('what is the run’s own stays, one completion per prompt does not', () => {
  const sixteen = editDraft(base, ['policyGradient', 'groupSize'], 16);
  expect(inForce(choose(sixteen, 'grpo')).groupSize).toBe(16);
  expect(inForce(choose(choose(base, 'ppo'), 'grpo')).groupSize).toBe(8);
});

test('the group size of before PPO comes back', () => {
  const sixteen = editDraft(base, ['policyGradient', 'groupSize'], 16);
  const ppo = choose(sixteen, 'ppo');
  expect(inForce(ppo).groupSize).toBe(1);
  expect(setsGroupSize('ppo')).toBe(true);
  expect(setsGroupSize('grpo')).toBe(false);
  expect(inForce(applyEstimator(ppo, readDraft(ppo).value, 'grpo', 16)).groupSize).toBe(16);
  // One that was chosen by hand meanwhile is the run's own.
  const four = editDraft(ppo, ['policyGradient', 'groupSize'], 4);
  expect(inForce(applyEstimator(four, readDraft(four).value, 'grpo', 16)).groupSize).toBe(4);
});

test('a mix of one’s own has no name', () => {
  const mixed = editDraft(choose(base, 'grpo'), ['policyGradient', 'kl', 'beta'], 0.5);
  expect(estimatorOf(inForce(mixed))).toBeNull();
});

test('a preset written by hand shows its settings, and one of them can go back to the schema’s default', () => {
  const text = `${base}  preset: grpo\n`;
  const draft = readDraft(text);
  expect(draft.value).toMatchObject({ policyGradient: { loss: 'clip', advantage: 'group_norm' } });
  const spelled = spellOut(text, draft.written);
  expect(spelled).not.toContain('preset');
  expect(inForce(editDraft(spelled, ['policyGradient', 'loss'], undefined)).loss).toBe('reinforce');
});
