import { describe, expect, it } from 'vitest';

import { parseRunConfig } from '../parseRunConfig.ts';
import { rewardSchema } from './rewards.ts';

const base = {
  name: 'r',
  task: { kind: 'addition' },
  policyGradient: { steps: 1, maxNewTokens: 8, groupSize: 2 },
};
/** "path: message" of each refusal. */
function refusals(change: object): string[] {
  const parsed = parseRunConfig({ ...base, ...change });
  return parsed.ok ? [] : parsed.errors.map(({ path, message }) => `${path.join('.')}: ${message}`);
}

describe('rewards', () => {
  it.each([
    { kind: 'exact_match' },
    { kind: 'format', pattern: 'a+' },
    { kind: 'regex', pattern: '#(\\d+)' },
    { kind: 'numeric', tolerance: 0.1, relative: true },
    { kind: 'math' },
    { kind: 'json_schema', schema: { type: 'object' } },
    { kind: 'countdown' },
    { kind: 'partial_credit' },
    { kind: 'length', target: 4 },
    { kind: 'overlong', buffer: 4 },
    { kind: 'module', path: 'a.ts', batch: true },
    { kind: 'http', url: 'https://example.org/score', tokenEnv: 'NABLA_REWARD_TOKEN' },
    { kind: 'function', version: '1' },
  ])('takes $kind with what every component has', (reward) => {
    const shaped = { name: 'r', ...reward, weight: 2, clip: [-1, 1], normalise: 'group' };
    expect(rewardSchema.parse(shaped)).toMatchObject(shaped);
    expect(rewardSchema.parse({ name: 'r', ...reward })).toMatchObject({
      weight: 1,
      clip: null,
      normalise: 'none',
    });
    expect(refusals({ rewards: [shaped] })).toEqual([]);
  });

  it.each<[object, RegExp]>([
    [{ kind: 'format', pattern: '(' }, /rewards.0.pattern: is not a valid regular expression/],
    [{ kind: 'length', target: 4, clip: [2, 1] }, /rewards.0.clip.*lower bound is above/],
    [{ kind: 'overlong', buffer: 9 }, /rewards.0.buffer: is longer than maxNewTokens \(8\)/],
    [{ kind: 'http', url: 'ftp://example.org' }, /rewards.0.url/],
    [{ kind: 'http', url: 'https://me:secret@example.org' }, /rewards.0.url: must hold no user or password/],
    [
      { kind: 'http', url: 'https://example.org', tokenEnv: 'PATH' },
      /rewards.0.tokenEnv: must be called NABLA_REWARD_/,
    ],
    [{ kind: 'module', path: 'a.ts', memoryMb: 1 }, /rewards.0.memoryMb/],
    [{ kind: 'numeric', tolerance: -1 }, /rewards.0.tolerance/],
  ])('refuses %j', (reward, reason) =>
    expect(refusals({ rewards: [{ name: 'r', ...reward }] })).toEqual([expect.stringMatching(reason)]),
  );

  it('refuses two components of one name, and groups of one to normalise in', () => {
    const exact = { kind: 'exact_match', name: 'e' };
    expect(refusals({ rewards: [exact, exact] })).toEqual([
      expect.stringMatching(/rewards.1.name: two reward/),
    ]);
    expect(
      refusals({
        policyGradient: { steps: 1, groupSize: 1, advantage: 'none' },
        rewards: [{ ...exact, normalise: 'group' }],
      }),
    ).toEqual([expect.stringMatching(/rewards.0.normalise/)]);
  });
});

describe('evaluation', () => {
  const set = { name: 'held_out' };

  it('is 64 greedy completions every 50 steps unless said otherwise', () => {
    const parsed = parseRunConfig({ ...base, evaluation: { sets: [set] } });
    expect(parsed.ok && parsed.config.evaluation).toEqual({
      everySteps: 50,
      sets: [{ name: 'held_out', prompts: 64, samples: 1, passAt: [], temperature: 1 }],
    });
  });

  it.each<[object, RegExp]>([
    [{ sets: [] }, /evaluation.sets/],
    [{ sets: [set, set] }, /sets.1.name: two evaluation sets are called "held_out"/],
    [{ sets: [{ name: 'Held Out' }] }, /sets.0.name/],
    [{ sets: [{ ...set, samples: 2, passAt: [1, 4] }] }, /sets.0.passAt: pass@4 needs at least 4 samples/],
    [{ sets: [{ ...set, prompts: 4096, samples: 8 }] }, /sets.0.samples: prompts × samples is 32768/],
  ])('refuses %j', (evaluation, reason) =>
    expect(refusals({ evaluation })).toEqual([expect.stringMatching(reason)]),
  );

  it('is not held out where a run trains on a whole file', () => {
    const task = { kind: 'file', path: 'a.jsonl' };
    expect(refusals({ task, evaluation: { sets: [set] } })).toEqual([
      expect.stringMatching(/evaluation.sets.0.task: the run trains on its whole file/),
    ]);
    expect(refusals({ task, evaluation: { sets: [{ ...set, task }] } })).toEqual([]);
  });
});
