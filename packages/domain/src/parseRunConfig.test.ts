import { describe, expect, it } from 'vitest';
import { BOUNDS } from './bounds.ts';
import { configHash } from './configHash.ts';
import { configNotes, parseRunConfig, parseRunConfigYaml, runConfigToYaml } from './parseRunConfig.ts';
import { PRESETS } from './presets.ts';
import { type RunConfig, aggregationOf, totalSteps } from './runConfig.ts';

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
    expect(config.rewards).toEqual([{ kind: 'exact_match', name: 'exact', weight: 1 }]);
    expect(totalSteps(config)).toBe(10);
    expect(totalSteps(valid({ ...smallest, warmup: { steps: 5 } }))).toBe(15);
  });

  it.each(PRESETS)('accepts the preset $name', ({ config }) => {
    expect(parseRunConfig(config).ok).toBe(true);
  });

  it.each([
    ['groupSize', { groupSize: 1 }, /at least 2/],
    ['groupSize', { promptsPerStep: 1024, groupSize: 256 }, new RegExp(String(BOUNDS.maxCompletionsPerStep))],
    ['innerEpochs', { innerEpochs: 2 }, /clip loss/],
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

describe('configNotes', () => {
  it('prints the bias of a biased choice and nothing for an unbiased one', () => {
    expect(configNotes(valid(smallest))).toEqual([]);
    const notes = configNotes(
      valid({
        ...smallest,
        policyGradient: { steps: 1, groupSize: 4, advantage: 'group_mean', loss: 'clip' },
      }),
    );
    expect(notes.join(' ')).toMatch(/0\.750/); // (4 − 1) / 4
    expect(notes.join(' ')).toMatch(/sequence_mean/);
    expect(notes.join(' ')).not.toMatch(/penalty/);
    const withKl = valid({
      ...smallest,
      policyGradient: { steps: 1, advantage: 'batch_mean', kl: { beta: 0.1 } },
    });
    expect(configNotes(withKl).join(' ')).toMatch(/B\/\(B−1\) times/);
  });

  it('uses the aggregation that belongs to the loss', () => {
    expect(aggregationOf(valid(smallest).policyGradient)).toBe('sequence_sum');
    expect(
      aggregationOf(valid({ ...smallest, policyGradient: { steps: 1, loss: 'clip' } }).policyGradient),
    ).toBe('sequence_mean');
  });
});
