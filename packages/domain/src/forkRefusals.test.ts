import { expect, test } from 'vitest';
import { forkRefusals } from './forkRefusals.ts';
import { parseRunConfig } from './parseRunConfig.ts';

function config(more: object) {
  const result = parseRunConfig({
    name: 'a',
    task: { kind: 'addition' },
    policyGradient: { steps: 10 },
    ...more,
  });
  if (!result.ok) throw new Error(JSON.stringify(result.errors));
  return result.config;
}

test('steps, estimator, rewards, seed and initial deviation may change', () => {
  const parent = config({});
  const fork = config({
    seed: 7,
    model: { initStd: 0.06 },
    rewards: [{ kind: 'partial_credit', name: 'partial' }],
    policyGradient: { preset: 'grpo', steps: 99 },
  });
  expect(forkRefusals(parent, fork)).toEqual([]);
});

test('what shapes the weights may not, each named with both values', () => {
  const parent = config({ model: { width: 96, heads: 4 } });
  const fork = config({ model: { width: 128, heads: 4, tieEmbeddings: true }, tokenizer: { kind: 'byte' } });
  expect(forkRefusals(parent, fork)).toMatchObject([
    {
      path: ['model', 'width'],
      message: expect.stringContaining('is 128, and the checkpoint was trained with 96'),
    },
    { path: ['model', 'tieEmbeddings'] },
    { path: ['tokenizer', 'kind'] },
  ]);
});

test('as many key/value heads as heads is the same said or unsaid', () => {
  expect(forkRefusals(config({ model: { heads: 4 } }), config({ model: { heads: 4, kvHeads: 4 } }))).toEqual(
    [],
  );
});

test('adapters belong to their base and rank', () => {
  const model = { source: '/models/a', lora: { rank: 8 } };
  expect(forkRefusals(config({ model }), config({ model: { ...model, promptFormat: 'chat' } }))).toEqual([]);
  expect(forkRefusals(config({ model }), config({ model: { ...model, lora: { rank: 4 } } }))).toMatchObject([
    { path: ['model', 'lora'] },
  ]);
  expect(forkRefusals(config({ model }), config({}))).toMatchObject([{ path: ['model', 'kind'] }]);
});
