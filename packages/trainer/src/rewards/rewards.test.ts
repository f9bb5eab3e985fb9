import { mkdtemp, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import type { RewardConfig, TaskConfig } from '@nabla/domain';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import {
  builtInReward,
  exactAnswer,
  needsAnswer,
  partialCredit,
  type BuiltInRewardConfig,
} from './builtInRewards.ts';
import { solvesCountdown } from './countdown.ts';
import { parseExpression } from './expression.ts';
import { moduleReward } from './moduleReward.ts';
import { openRewards } from './openRewards.ts';
import { firstScoreError, scoreCompletions } from './scoreCompletions.ts';
import type { RewardComponent, RewardInput } from './rewardComponent.ts';

const addition: TaskConfig = { kind: 'addition', digits: { min: 1, max: 2 } };
const countdown: TaskConfig = { kind: 'countdown', numbers: 3, maxNumber: 9 };
const input = (completion: string, over: Partial<RewardInput> = {}): RewardInput => ({
  prompt: '1+2=',
  completion,
  answer: '3',
  tokenCount: completion.length + 1,
  ...over,
});
const score = (config: BuiltInRewardConfig, given: RewardInput, task: TaskConfig = addition) =>
  builtInReward(config, task).score(given);

describe('parseExpression', () => {
  it.each([
    ['2+3*4', 14],
    ['(2+3)*4', 20],
    ['10-2-3', 5],
    ['8/4/2', 1],
    [' 7 - ( 3 ) ', 4],
    ['3-5', -2],
  ])('%s is %d', (text, value) =>
    expect(parseExpression(text)?.value).toEqual({ numerator: value, denominator: 1 }),
  );

  it('keeps fractions exact', () => {
    expect(parseExpression('1/3')?.value).toEqual({ numerator: 1, denominator: 3 });
    expect(parseExpression('1/3*3')?.value).toEqual({ numerator: 1, denominator: 1 });
    expect(parseExpression('1/(2-6)')?.value).toEqual({ numerator: -1, denominator: 4 });
  });

  it('has no value where it divides by zero or leaves exact integers', () => {
    expect(parseExpression('1/(2-2)')).toEqual({ numbers: [1, 2, 2], value: null });
    expect(parseExpression('99999999*99999999')?.value).toBeNull();
    expect(parseExpression('123456789012345678901')?.value).toBeNull();
  });

  it.each(['', '+', '1+', '(1', '1)', '1 2', '1+-2', '-1', '2(3)', '1x', '1**2', '()'])(
    '%j is no expression',
    (text) => expect(parseExpression(text)).toBeNull(),
  );
});

describe('solvesCountdown', () => {
  it('accepts any right expression and uses each number at most as often as it is given', () => {
    expect(solvesCountdown('3 5 2:11>', '3*2+5')).toBe(true);
    expect(solvesCountdown('3 5 2:8>', '5+3')).toBe(true);
    expect(solvesCountdown('3 5 2:10>', '5+5')).toBe(false); // 5 is given once
    expect(solvesCountdown('5 5 2:10>', '5+5')).toBe(true);
    expect(solvesCountdown('3 5 2:11>', '11')).toBe(false); // not given
    expect(solvesCountdown('3 5 2:11>', '3+5')).toBe(false);
    expect(solvesCountdown('3 5 2:2>', '5/3')).toBe(false); // a fraction
    expect(solvesCountdown('3 5 2:11>', 'no')).toBe(false);
  });

  it('refuses what is no countdown prompt', () =>
    expect(() => solvesCountdown('1+2=', '3')).toThrow(/not a countdown prompt/));
});

describe('built-in rewards', () => {
  const exact: BuiltInRewardConfig = { kind: 'exact_match', name: 'exact', weight: 1 };

  it('exact_match compares with the answer, or evaluates for countdown', () => {
    expect(score(exact, input('3'))).toBe(1);
    expect(score(exact, input('3 '))).toBe(0);
    expect(score(exact, input('5+3', { prompt: '3 5 2:8>', answer: '3+5' }), countdown)).toBe(1);
    expect(exactAnswer(countdown, { text: '3 5 2:8>', answer: null }, '5+3')).toBe(true);
    expect(exactAnswer(addition, { text: '1+2=', answer: null }, '3')).toBeNull();
  });

  it('format wants the whole completion to match, alternatives included', () => {
    const format: BuiltInRewardConfig = { kind: 'format', name: 'format', weight: 1, pattern: 'a|b+' };
    expect(['a', 'bbb', 'ab', 'xa', ''].map((text) => score(format, input(text)))).toEqual([1, 1, 0, 0, 0]);
  });

  it('partial_credit counts characters at their place, less what is too long', () => {
    expect(partialCredit('1234', '1234')).toBe(1);
    expect(partialCredit('1244', '1234')).toBe(0.75);
    expect(partialCredit('12', '1234')).toBe(0.5);
    expect(partialCredit('12345', '1234')).toBe(0.75); // 4 right − 1 beyond, of 4
    expect(partialCredit('999999999', '1234')).toBe(0);
    expect([partialCredit('', ''), partialCredit('x', '')]).toEqual([1, 0]);
  });

  it('length falls linearly to 0 at the tolerance', () => {
    const length: BuiltInRewardConfig = {
      kind: 'length',
      name: 'length',
      weight: 1,
      target: 4,
      tolerance: 2,
    };
    expect([2, 3, 4, 5, 6, 9].map((tokenCount) => score(length, input('', { tokenCount })))).toEqual([
      0, 0.5, 1, 0.5, 0, 0,
    ]);
  });

  it('say which of them need an answer', () => {
    expect(needsAnswer(exact, addition)).toBe(true);
    expect(needsAnswer(exact, countdown)).toBe(false);
    expect(needsAnswer({ kind: 'length', name: 'l', weight: 1, target: 1, tolerance: 1 }, addition)).toBe(
      false,
    );
  });

  it('have versions that tell settings, not weights, apart', () => {
    const versionOf = (config: BuiltInRewardConfig, task: TaskConfig = addition) =>
      builtInReward(config, task).version;
    expect(versionOf(exact)).toMatch(/^[0-9a-f]{64}$/);
    expect(versionOf({ ...exact, weight: 5 })).toBe(versionOf(exact));
    expect(versionOf(exact, countdown)).not.toBe(versionOf(exact));
    const format = (pattern: string): BuiltInRewardConfig => ({
      kind: 'format',
      name: 'f',
      weight: 1,
      pattern,
    });
    expect(versionOf(format('a'))).not.toBe(versionOf(format('b')));
  });
});

describe('scoreCompletions', () => {
  const component = (
    name: string,
    weight: number,
    answer: (given: RewardInput) => unknown,
  ): RewardComponent => ({ name, weight, version: 'v', score: answer });

  it('adds weighted components', async () => {
    const [first] = await scoreCompletions(
      [component('a', 2, () => 0.5), component('b', -1, () => 3)],
      [input('x')],
    );
    expect(first?.reward).toBe(-2); // 2 · 0.5 − 1 · 3
    expect(first?.components.map(({ name, value, error }) => [name, value, error])).toEqual([
      ['a', 0.5, null],
      ['b', 3, null],
    ]);
  });

  it.each([
    ['null', () => null, null],
    ['NaN', () => NaN, /gave NaN/],
    ['Infinity', () => Infinity, /gave Infinity/],
    ['undefined', () => undefined, /gave undefined/],
    ['a string', () => '1', /gave a string/],
    ['a throw', () => fail('boom'), /RangeError: boom/],
    ['a rejection', () => Promise.reject(new Error('late')), /Error: late/],
  ])('takes %s for null with its reason, never for 0', async (_, answer, reason) => {
    const [first, second] = await scoreCompletions(
      [
        component('a', 1, (given) => (given.completion === 'bad' ? answer() : Promise.resolve(1))),
        component('b', 1, () => 1),
      ],
      [input('bad'), input('good')],
    );
    expect(first?.reward).toBeNull();
    expect(first?.components[0]?.value).toBeNull();
    if (reason) expect(first?.components[0]?.error).toMatch(reason);
    else expect(first?.components[0]?.error).toBeNull();
    expect(first?.components[1]?.value).toBe(1);
    expect(second?.reward).toBe(2);
  });

  it('takes an answer that does not come for null, without waiting for each in turn', async () => {
    const never = component('slow', 1, (given) =>
      given.completion.startsWith('hangs') ? new Promise(() => undefined) : Promise.resolve(1),
    );
    const inputs = Array.from({ length: 64 }, (_, index) => input(index === 5 ? 'good' : `hangs ${index}`));
    let timers = 0;
    const counted = vi.spyOn(globalThis, 'setTimeout').mockImplementation((callback) => {
      timers++;
      // All timers stand before the first ends: nobody waited for another.
      setImmediate(() => {
        expect(timers).toBe(64);
        callback();
      });
      return undefined as unknown as NodeJS.Timeout; // nothing to clear
    });
    const scores = await scoreCompletions([never], inputs).finally(() => counted.mockRestore());
    expect(scores[0]?.components[0]).toMatchObject({ value: null, error: 'no answer within 30 s' });
    expect(scores.map(({ reward }) => reward).filter((reward) => reward !== null)).toEqual([1]);
    const [soon] = await scoreCompletions([never], [input('hangs')], { answerMs: 5 });
    expect(soon?.components[0]?.error).toBe('no answer within 0.005 s');
  });

  it('tells the first reason of a step', async () => {
    const silent = await scoreCompletions([component('a', 1, () => null)], [input('x')]);
    expect(firstScoreError(silent)).toBe('a: the reward function answered null');
    const thrown = await scoreCompletions(
      [component('a', 1, () => null), component('b', 1, () => fail('boom'))],
      [input('x'), input('y')],
    );
    expect(firstScoreError(thrown)).toBe('b: RangeError: boom');
    expect(firstScoreError(await scoreCompletions([component('a', 1, () => 1)], [input('x')]))).toBeNull();
  });
});

describe('moduleReward', () => {
  let root = '';
  const config = (modulePath: string): Extract<RewardConfig, { kind: 'module' }> => ({
    kind: 'module',
    name: 'own',
    weight: 1,
    path: modulePath,
  });
  const load = (modulePath: string) => moduleReward(config(modulePath), path.join(root, 'rewards'));

  beforeAll(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'nabla-rewards-'));
    await mkdir(path.join(root, 'rewards', 'sub'), { recursive: true });
    await writeFile(
      path.join(root, 'rewards', 'sub', 'length.mjs'),
      'export default ({ prompt, completion, answer }) => prompt.length + completion.length + (answer?.length ?? 100);\n',
    );
    await writeFile(path.join(root, 'rewards', 'broken.mjs'), 'export default (\n');
    await writeFile(path.join(root, 'rewards', 'none.mjs'), 'export const x = 1;\n');
    await writeFile(path.join(root, 'outside.mjs'), 'export default () => 1;\n');
    await symlink(path.join(root, 'outside.mjs'), path.join(root, 'rewards', 'link.mjs'));
  });
  afterAll(() => rm(root, { recursive: true }));

  it('scores with the default export', async () => {
    const reward = await load('sub/length.mjs');
    expect(await reward.score(input('abc'))).toBe(4 + 3 + 1);
    expect(await reward.score(input('abc', { answer: null }))).toBe(4 + 3 + 100);
    expect(reward.version).toMatch(/^[0-9a-f]{64}$/);
  });

  it('takes an edited module for a new one', async () => {
    const file = path.join(root, 'rewards', 'edited.mjs');
    await writeFile(file, 'export default () => 1;\n');
    const before = await load('edited.mjs');
    await writeFile(file, 'export default () => 2;\n');
    const after = await load('edited.mjs');
    expect([await before.score(input('')), await after.score(input(''))]).toEqual([1, 2]);
    expect(after.version).not.toBe(before.version);
  });

  it.each([
    ['../outside.mjs', /lies outside the rewards folder/],
    ['/etc/passwd.js', /lies outside the rewards folder/],
    ['link.mjs', /link that leads outside/],
    ['absent.mjs', /is not in the rewards folder/],
    ['broken.mjs', /does not load/],
    ['none.mjs', /no function as its default export/],
    ['sub', /not a .js/],
  ])('refuses %s', (modulePath, reason) => expect(load(modulePath)).rejects.toThrow(reason));

  it('says when there is no rewards folder', async () => {
    await expect(moduleReward(config('a.mjs'), undefined)).rejects.toThrow(/NABLA_REWARDS_DIR/);
    await expect(moduleReward(config('a.mjs'), path.join(root, 'nowhere'))).rejects.toThrow(/does not exist/);
  });

  it('stands beside built-in components in their order', async () => {
    const rewards = await openRewards(
      {
        task: addition,
        rewards: [config('sub/length.mjs'), { kind: 'exact_match', name: 'exact', weight: 1 }],
      },
      path.join(root, 'rewards'),
    );
    expect(rewards.map(({ name }) => name)).toEqual(['own', 'exact']);
  });
});

function fail(message: string): never {
  throw new RangeError(message);
}
