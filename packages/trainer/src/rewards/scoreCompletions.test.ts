import type { RewardConfig, TaskConfig } from '@nabla/domain';
import { describe, expect, it, vi } from 'vitest';

import { functionReward, type FunctionRewardOptions } from './functionReward.ts';
import { closeRewards, openRewards } from './openRewards.ts';
import type { RewardComponent, RewardInput } from './rewardComponent.ts';
import { firstScoreError, scoreCompletions } from './scoreCompletions.ts';
import { shapeValues } from './shapeValues.ts';

const addition: TaskConfig = { kind: 'addition', digits: { min: 1, max: 2 } };
const input = (completion: string, over: Partial<RewardInput> = {}): RewardInput => ({
  prompt: '1+2=',
  completion,
  answer: '3',
  tokenCount: completion.length + 1,
  ...over,
});
const plain = { weight: 1, clip: null, normalise: 'none' } as const;

describe('shapeValues', () => {
  it('clips, then normalises over the values there are', () => {
    expect(shapeValues([-5, 0.5, null, 9], { clip: [0, 1], normalise: 'none' }, 2)).toEqual([
      0,
      0.5,
      null,
      1,
    ]);
    // Clipped to 0, 1, 1: mean 2/3, deviation √(1/3) with n − 1.
    const batch = shapeValues([-5, 3, null, 9], { clip: [0, 1], normalise: 'batch' }, 2);
    expect(batch[2]).toBeNull();
    expect(batch[0]).toBeCloseTo(-2 / 3 / Math.sqrt(1 / 3), 12);
    expect(batch[1]).toBeCloseTo(1 / 3 / Math.sqrt(1 / 3), 12);
  });

  it('normalises within each prompt alone', () => {
    const shaped = shapeValues([0, 2, 10, 30], { clip: null, normalise: 'group' }, 2);
    // Two values d apart: ± (d / 2) / (d / √2) = ± 1 / √2, whatever d.
    shaped.forEach((value, index) => expect(value).toBeCloseTo((index % 2 === 0 ? -1 : 1) / Math.SQRT2, 12));
  });

  it('makes 0 of what is flat, alone, or flat but for rounding', () => {
    const batch = { clip: null, normalise: 'batch' } as const;
    expect(shapeValues([3, 3, 3], batch, 3)).toEqual([0, 0, 0]);
    expect(shapeValues([null, 7], batch, 2)).toEqual([null, 0]);
    expect(shapeValues([null, null], batch, 2)).toEqual([null, null]);
    expect(shapeValues([0.3, 0.1 + 0.2], batch, 2)).toEqual([0, 0]);
  });

  it('refuses what is too large for a deviation, rather than making 0 of it', () => {
    const batch = { clip: null, normalise: 'batch' } as const;
    // (1.5e308)² is no float64; nor is 2 · 1.5e308, on the way to the mean.
    expect(() => shapeValues([-1.5e308, 1.5e308], batch, 2)).toThrow(/too large|cannot be normalised/);
    expect(() => shapeValues([1.5e308, 1.4e308], batch, 2)).toThrow(/Clip them/);
    expect(shapeValues([1e308, -1e308], { clip: [-1, 1], normalise: 'none' }, 2)).toEqual([1, -1]);
  });
});

describe('scoreCompletions', () => {
  const component = (
    name: string,
    weight: number,
    score: (given: RewardInput) => unknown,
    over: Partial<FunctionRewardOptions> = {},
  ): RewardComponent => functionReward({ ...plain, name, weight, version: 'v', score, ...over });
  const alone = { groupSize: 1 };

  it('adds weighted components', async () => {
    const [first] = await scoreCompletions(
      [component('a', 2, () => 0.5), component('b', -1, () => 3)],
      [input('x')],
      alone,
    );
    expect(first?.reward).toBe(-2); // 2 · 0.5 − 1 · 3
    expect(first?.components.map(({ name, value, used, error }) => [name, value, used, error])).toEqual([
      ['a', 0.5, 0.5, null],
      ['b', 3, 3, null],
    ]);
  });

  it('keeps the value as given beside what enters the sum', async () => {
    const lengths = component('a', 2, (given) => given.completion.length, {
      clip: [0, 3],
      normalise: 'group',
    });
    const texts = ['x', 'xxx', 'xxxx', 'xxxxx'].map((text) => input(text));
    const scores = await scoreCompletions([lengths], texts, { groupSize: 2 });
    expect(scores.map(({ components }) => components[0]?.value)).toEqual([1, 3, 4, 5]);
    // The second group is flat once clipped.
    expect(scores[1]?.components[0]?.used).toBeCloseTo(Math.SQRT1_2, 12);
    expect(scores.slice(2).map(({ components }) => components[0]?.used)).toEqual([0, 0]);
    expect(scores[1]?.reward).toBeCloseTo(2 * Math.SQRT1_2, 12);
    const judged = await scoreCompletions([lengths], texts, { groupSize: 2, normalise: false });
    expect(judged.map(({ reward }) => reward)).toEqual([2, 6, 6, 6]);
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
      alone,
    );
    expect(first?.reward).toBeNull();
    expect(first?.components[0]?.value).toBeNull();
    if (reason) expect(first?.components[0]?.error).toMatch(reason);
    else expect(first?.components[0]?.error).toBeNull();
    expect(first?.components[1]?.value).toBe(1);
    expect(second?.reward).toBe(2);
  });

  it('takes an answer that does not come for null, without waiting for each in turn', async () => {
    const answer = (given: RewardInput) =>
      given.completion.startsWith('hangs') ? new Promise(() => undefined) : Promise.resolve(1);
    const inputs = Array.from({ length: 64 }, (_, index) => input(index === 5 ? 'good' : `hangs ${index}`));
    let timers = 0;
    const counted = vi.spyOn(globalThis, 'setTimeout').mockImplementation((callback) => {
      timers++;
      // All timers stand before the first ends: nobody waited for another.
      setImmediate(() => {
        expect(timers).toBeGreaterThanOrEqual(64);
        callback();
      });
      return undefined as unknown as NodeJS.Timeout; // nothing to clear
    });
    const scores = await scoreCompletions([component('slow', 1, answer)], inputs, alone).finally(() =>
      counted.mockRestore(),
    );
    expect(scores[0]?.components[0]).toMatchObject({ value: null, error: 'no answer within 30 s' });
    expect(scores.map(({ reward }) => reward).filter((reward) => reward !== null)).toEqual([1]);
    const [soon] = await scoreCompletions(
      [component('slow', 1, answer, { timeoutMs: 5 })],
      [input('hangs')],
      alone,
    );
    expect(soon?.components[0]?.error).toBe('no answer within 0.005 s');
  });

  it('lets components wait side by side', async () => {
    let open_: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (open_ = resolve));
    // The first can only answer when the second was asked.
    const scores = await scoreCompletions(
      [component('a', 1, () => gate.then(() => 1)), component('b', 1, () => (open_(), 1))],
      [input('x')],
      alone,
    );
    expect(scores[0]?.reward).toBe(2);
  });

  it('stores the version that gave each value', async () => {
    const changing: RewardComponent = {
      ...plain,
      name: 'a',
      version: 'old',
      score: () => Promise.resolve([{ value: 1 }, { value: 1, version: 'new' }]),
    };
    const scores = await scoreCompletions([changing], [input('x'), input('y')], alone);
    expect(scores.map(({ components }) => components[0]?.version)).toEqual(['old', 'new']);
  });

  it('names the component whose values cannot be normalised', () =>
    expect(
      scoreCompletions(
        [component('huge', 1, ({ completion }) => Number(completion), { normalise: 'batch' })],
        [input('1e308'), input('-1e308')],
        alone,
      ),
    ).rejects.toMatchObject({
      code: 'REWARD_SETTINGS',
      message: expect.stringMatching(/^reward "huge": values as large as 1e\+308 cannot be normalised/),
    }));

  it('tells the first reason of a step', async () => {
    const silent = await scoreCompletions([component('a', 1, () => null)], [input('x')], alone);
    expect(firstScoreError(silent)).toBe('a: the reward function answered null');
    const thrown = await scoreCompletions(
      [component('a', 1, () => null), component('b', 1, () => fail('boom'))],
      [input('x'), input('y')],
      alone,
    );
    expect(firstScoreError(thrown)).toBe('b: RangeError: boom');
    expect(
      firstScoreError(await scoreCompletions([component('a', 1, () => 1)], [input('x')], alone)),
    ).toBeNull();
  });
});

describe('openRewards', () => {
  const base = { task: addition, policyGradient: { maxNewTokens: 16 } } as const;
  const given: RewardConfig = { ...plain, kind: 'function', name: 'own', version: '1' };

  it('opens functions given in code beside built-in components, in their order', async () => {
    const rewards: RewardConfig[] = [given, { ...plain, kind: 'exact_match', name: 'exact' }];
    const opened = await openRewards({ ...base, rewards }, { functions: { own: () => 5 } });
    expect(opened.map(({ name }) => name)).toEqual(['own', 'exact']);
    const [score] = await scoreCompletions(opened, [input('3')], { groupSize: 1 });
    expect(score?.reward).toBe(6);
    await closeRewards(opened);
  });

  it('says that a function cannot be had from a configuration alone', () =>
    expect(openRewards({ ...base, rewards: [given] })).rejects.toMatchObject({
      code: 'REWARD_SETTINGS',
      message: expect.stringContaining('function given in code'),
    }));
});

function fail(message: string): never {
  throw new RangeError(message);
}
