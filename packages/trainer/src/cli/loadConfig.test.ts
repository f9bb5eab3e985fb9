import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { runConfigToYaml } from '@nabla/domain';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { EXIT } from './cliError.ts';
import { loadConfig, presetConfig } from './loadConfig.ts';
import { VALID, failure } from './testing.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nabla-cli-test-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function yaml(text: string): Promise<string> {
  const file = join(folder, 'run.yaml');
  await writeFile(file, text);
  return file;
}

describe('loadConfig', () => {
  it('fills in defaults and takes --set, new fields and list items included', async () => {
    const file = await yaml(`${VALID}rewards:\n  - { kind: exact_match, name: exact }\n`);
    const config = await loadConfig(file, [
      'policyGradient.groupSize=16',
      'rewards.0.weight=2',
      'seed=5',
      'policyGradient.kl.beta=0.1',
    ]);
    expect(config).toMatchObject({
      seed: 5,
      policyGradient: { groupSize: 16, steps: 10, kl: { beta: 0.1 } },
      rewards: [{ weight: 2 }],
    });
  });

  it('names file, line and path of every field that is wrong', async () => {
    const file = await yaml(
      VALID.replace('steps: 10', 'steps: 0').replace('groupSize: 4', 'groupSize: many'),
    );
    const { message, exitCode } = await failure(loadConfig(file, []));
    expect(exitCode).toBe(EXIT.usage);
    expect(message.split('\n')).toEqual([
      expect.stringMatching(/run\.yaml:5: policyGradient\.steps: /),
      expect.stringMatching(/run\.yaml:6: policyGradient\.groupSize: /),
    ]);
  });

  it('names the option when the wrong value came from --set', async () => {
    const { message } = await failure(loadConfig(await yaml(VALID), ['policyGradient.groupSize=-1']));
    expect(message).toMatch(/^--set policyGradient\.groupSize: /);
  });

  it('gives every error to the override or to the line that it comes from', async () => {
    const reasons = async (text: string, ...overrides: string[]): Promise<string[]> =>
      (await failure(loadConfig(await yaml(text), overrides))).message.split('\n');
    // An unknown key of an override, beside a right override of the same section, and beside an unknown key of the file.
    expect(await reasons(VALID, 'policyGradient.steps=3', 'policyGradient.typo=1')).toEqual([
      '--set policyGradient.typo: there is no such setting',
    ]);
    expect(await reasons(`${VALID}  misspelt: 1\n`, 'policyGradient.typo=1')).toEqual([
      expect.stringMatching(/run\.yaml:7: policyGradient\.misspelt: there is no such setting$/),
      '--set policyGradient.typo: there is no such setting',
    ]);
    // An error within what was set, and one of the whole section that it stands in.
    expect(await reasons(VALID, 'policyGradient={steps: 0, groupSize: 4}')).toEqual([
      expect.stringMatching(/^--set policyGradient: policyGradient\.steps: /),
    ]);
    expect(await reasons(VALID, 'model.width=2048', 'model.layers=48', 'model.feedForward=2048')).toEqual([
      expect.stringMatching(/^--set model\.\w+: model: the model would have /),
    ]);
  });

  it('takes JSON, and the presets of runs and of estimators', async () => {
    const json = join(folder, 'run.json');
    await writeFile(
      json,
      JSON.stringify({ name: 'mine', task: { kind: 'addition' }, policyGradient: { steps: 3 } }),
    );
    expect(await loadConfig(json, ['policyGradient.preset=dr_grpo'])).toMatchObject({
      name: 'mine',
      policyGradient: { steps: 3, advantage: 'group_mean', loss: 'clip', aggregation: 'constant' },
    });
    expect(presetConfig('sort_grpo', ['seed=7', 'rewards.1.weight=0'])).toMatchObject({
      seed: 7,
      rewards: [{ kind: 'exact_match' }, { kind: 'partial_credit', weight: 0 }],
    });
    expect(() => presetConfig('sort_gpro', [])).toThrow(
      /--preset sort_gpro: there is no such preset; there are demo, /,
    );
    expect(() => presetConfig('demo', ['seed=-1'])).toThrow(/^--set seed: /);
    // Of the preset's own text nobody sees the lines.
    expect(() => presetConfig('demo', ['warmup=null'])).toThrow(/^--set warmup: /);
    const unknown = await failure(loadConfig(json, ['policyGradient.preset=gprpo']));
    expect(unknown.message).toMatch(
      /^--set policyGradient\.preset: "gprpo" is no preset; there are reinforce, /,
    );
  });

  it('sets entries of lists, also of the one that the file leaves to the default', async () => {
    const file = await yaml(VALID);
    expect((await loadConfig(file, ['rewards.0.weight=2'])).rewards).toMatchObject([
      { kind: 'exact_match', name: 'exact', weight: 2 },
    ]);
    const added = await loadConfig(file, [
      'rewards.1={kind: partial_credit, name: partial}',
      'rewards.1.weight=0.5',
    ]);
    expect(added.rewards).toMatchObject([{ name: 'exact' }, { name: 'partial', weight: 0.5 }]);
    const sets = await loadConfig(file, ['evaluation.sets.0.name=held_out', 'evaluation.sets.0.samples=4']);
    expect(sets.evaluation?.sets).toMatchObject([{ name: 'held_out', samples: 4 }]);
    expect((await failure(loadConfig(file, ['rewards.2.weight=1']))).message).toBe(
      '--set rewards.2.weight: rewards has 1 entry, counted from 0: the next is 1',
    );
    expect((await failure(loadConfig(file, ['rewards.exact.weight=1']))).message).toMatch(
      /^--set rewards\.exact\.weight: rewards is a list: .* rewards\.0\.exact\.weight$/,
    );
  });

  it('lets an estimator’s preset that is set replace the file’s estimator, spelled out as it may be', async () => {
    const whole = runConfigToYaml(presetConfig('sort_grpo', ['policyGradient.preset=grpo']));
    expect(whole).toContain('placement: loss');
    const file = await yaml(whole);
    const changed = await loadConfig(file, [
      'policyGradient.epsilonHigh=0.3',
      'policyGradient.preset=dr_grpo',
    ]);
    const fresh = presetConfig('sort_grpo', [
      'policyGradient.preset=dr_grpo',
      'policyGradient.epsilonHigh=0.3',
    ]);
    expect(changed).toEqual(fresh);
    expect(changed.policyGradient).toMatchObject({
      advantage: 'group_mean',
      epsilonHigh: 0.3,
      kl: { beta: 0 },
    });
    // What no estimator is about stays: of the groups, the lengths and the optimizer.
    expect(changed.policyGradient).toMatchObject({ groupSize: 8, maxNewTokens: 9, steps: 500 });
  });

  it('leaves away what is set to nothing', async () => {
    expect(presetConfig('demo', ['warmup=']).warmup).toBeUndefined();
    expect(presetConfig('sort_grpo', ['rewards.1=']).rewards.map(({ name }) => name)).toEqual(['exact']);
    expect(() => presetConfig('demo', ['warmpu='])).toThrow(
      '--set warmpu=: the configuration has no such field',
    );
  });

  it('refuses a text that is no mapping', async () => {
    expect((await failure(loadConfig(await yaml('just words'), []))).message).toContain(
      'is no configuration',
    );
    expect((await failure(loadConfig(await yaml(''), []))).message).toContain('is no configuration');
  });

  it('names the line of a syntax error, a file that is missing, and an override that is none', async () => {
    expect((await failure(loadConfig(await yaml('name: mine\ntask: [unclosed\n'), []))).message).toMatch(
      /run\.yaml:\d+: /,
    );
    expect((await failure(loadConfig(join(folder, 'missing.yaml'), []))).message).toContain('cannot be read');
    expect((await failure(loadConfig(await yaml(VALID), ['groupSize']))).message).toContain(
      'write a dotted path and a value',
    );
    expect((await failure(loadConfig(await yaml(VALID), ['name.first=x']))).message).toContain(
      'has no members',
    );
  });
});
