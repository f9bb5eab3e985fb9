import { describe, expect, it } from 'vitest';
import { BOUNDS } from './bounds.ts';
import { configHash } from './configHash.ts';
import { parseRunConfig, parseRunConfigYaml, runConfigToYaml } from './parseRunConfig.ts';
import { PRESETS } from './presets.ts';
import { type RunConfig, aggregationOf, totalSteps } from './config/index.ts';

const smallest = { name: 'a', task: { kind: 'addition' }, policyGradient: { steps: 10 } };

function valid(value: unknown): RunConfig {
  const result = parseRunConfig(value);
  if (!result.ok) throw new Error(JSON.stringify(result.errors));
  return result.config;
}

function errorsOf(value: unknown): Record<string, string> {
  const result = parseRunConfig(value);
  if (result.ok) throw new Error('was accepted');
  return Object.fromEntries(result.errors.map((error) => [error.path.join('.'), error.message]));
}

describe('parseRunConfig', () => {
  it('fills every default of the smallest configuration', () => {
    const config = valid(smallest);
    expect(config.policyGradient).toMatchObject({
      groupSize: 8,
      advantage: 'rloo',
      loss: 'reinforce',
      kl: { beta: 0 },
    });
    expect(config.rewards).toMatchObject([{ kind: 'exact_match', name: 'exact', weight: 1 }]);
    expect(totalSteps(config)).toBe(10);
    expect(totalSteps(valid({ ...smallest, warmup: { steps: 5 } }))).toBe(15);
  });

  it.each(PRESETS)('accepts the preset $name', ({ config }) => {
    expect(parseRunConfig(config).ok).toBe(true);
  });

  it.each([
    ['groupSize', { groupSize: 1 }, /at least 2/],
    ['groupSize', { promptsPerStep: 1024, groupSize: 256 }, new RegExp(String(BOUNDS.maxCompletionsPerStep))],
    ['innerEpochs', { innerEpochs: 2 }, /needs the clip, gspo or cispo loss/],
    ['temperature', { temperature: 0 }, />0/],
    ['', { grupSize: 4 }, /grupSize/],
  ])('refuses policyGradient.%s with its path and reason', (path, change, message) => {
    const errors = errorsOf({ ...smallest, policyGradient: { steps: 10, ...change } });
    expect(errors[['policyGradient', path].filter(Boolean).join('.')]).toMatch(message);
  });

  it('says what is missing', () => {
    const errors = errorsOf({ name: 'a', policyGradient: {} });
    expect(errors['task']).toMatch(/^is missing/);
    expect(errors['policyGradient.steps']).toBe('is missing: give a number');
    expect(errorsOf({ ...smallest, policyGradient: { steps: 'x' } })['policyGradient.steps']).toMatch(
      /received string/,
    );
  });

  it('refuses heads that do not divide the width, and odd head widths', () => {
    expect(errorsOf({ ...smallest, model: { width: 100, heads: 3 } })['model.heads']).toMatch(
      /not divisible/,
    );
    expect(errorsOf({ ...smallest, model: { width: 12, heads: 4 } })['model.heads']).toMatch(/even/);
    expect(errorsOf({ ...smallest, model: { heads: 4, kvHeads: 3 } })['model.kvHeads']).toMatch(/shared/);
  });

  it('refuses a model beyond the parameter bound and names the bound', () => {
    expect(
      errorsOf({ ...smallest, model: { layers: 48, width: 2048, heads: 16, feedForward: 8192 } })['model'],
    ).toMatch(/200,000,000/);
  });

  it('refuses two components of one name and a broken pattern', () => {
    const rewards = [
      { kind: 'exact_match', name: 'a' },
      { kind: 'format', name: 'a', pattern: '(' },
    ];
    const errors = errorsOf({ ...smallest, rewards });
    expect(errors['rewards.1.pattern']).toMatch(/regular expression/);
    expect(
      errorsOf({ ...smallest, rewards: [rewards[0], { kind: 'partial_credit', name: 'a' }] })[
        'rewards.1.name'
      ],
    ).toMatch(/two reward components/);
  });
});

describe('YAML', () => {
  it('gives a configuration back as it was', () => {
    const config = valid(smallest);
    expect(parseRunConfigYaml(runConfigToYaml(config))).toEqual({ ok: true, config });
  });

  it('names line and column of a syntax error, and a key that stands twice', () => {
    const broken = parseRunConfigYaml('name: a\ntask: {kind: addition\n');
    expect(broken.ok).toBe(false);
    if (!broken.ok) expect(broken.errors[0]?.message).toMatch(/line \d+, column \d+$/);
    expect(parseRunConfigYaml('name: a\nname: b\n').ok).toBe(false);
  });

  it('does not blow up on an alias bomb', () => {
    const bomb = [
      'a: &a [x,x,x,x,x,x,x,x,x,x]',
      ...'bcdefgh'
        .split('')
        .map((key, i) => `${key}: &${key} [${Array(10).fill(`*${'abcdefgh'[i]}`).join(',')}]`),
    ].join('\n');
    const result = parseRunConfigYaml(bomb);
    expect(result.ok).toBe(false);
  });
});

describe('configHash', () => {
  it('depends on the settings, not on their order or the name', () => {
    const a = configHash(valid(smallest));
    expect(
      configHash(valid({ policyGradient: { steps: 10 }, task: { kind: 'addition' }, name: 'other' })),
    ).toBe(a);
    expect(configHash(valid({ ...smallest, seed: 2 }))).not.toBe(a);
  });
});

describe('aggregationOf', () => {
  it('is the one that belongs to the loss, unless another was chosen', () => {
    const of = (choices: object) =>
      aggregationOf(valid({ ...smallest, policyGradient: { steps: 1, ...choices } }).policyGradient);
    expect(of({})).toBe('sequence_sum');
    expect(of({ loss: 'clip' })).toBe('sequence_mean');
    expect(of({ loss: 'gspo' })).toBe('sequence_mean');
    expect(of({ loss: 'cispo' })).toBe('token_mean');
    expect(of({ loss: 'clip', aggregation: 'constant' })).toBe('constant');
  });
});

describe('shorthand', () => {
  it('spells a preset out; what stands beside it wins, also inside a section', () => {
    const { policyGradient } = valid({
      ...smallest,
      policyGradient: { steps: 1, preset: 'grpo', epsilonHigh: 0.3, kl: { beta: 0.5 } },
    });
    expect(policyGradient).toMatchObject({
      advantage: 'group_norm',
      loss: 'clip',
      epsilonHigh: 0.3,
      kl: { beta: 0.5, estimator: 'k3', placement: 'loss' },
    });
    expect(policyGradient).not.toHaveProperty('preset');
  });

  it('names the presets there are', () =>
    expect(
      errorsOf({ ...smallest, policyGradient: { steps: 1, preset: 'gpro' } })['policyGradient.preset'],
    ).toMatch(/"gpro" is no preset; there are reinforce, .*reinforce_plus_plus/));
});

it('an unknown kind is told what kinds there are', () => {
  const result = parseRunConfig({ name: 'a', task: { kind: 'sort' }, policyGradient: { steps: 1 } });
  expect(result.ok ? [] : result.errors).toEqual([
    {
      path: ['task', 'kind'],
      message: 'must be one of addition, sort_digits, reverse_text, countdown, prompt_set, file',
    },
  ]);
});
