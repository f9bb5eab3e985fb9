import type { RewardConfig, TaskConfig } from '@nabla/domain';
import { describe, expect, it, vi } from 'vitest';

import {
  builtInReward,
  exactAnswer,
  needsAnswer,
  overlongPenalty,
  partialCredit,
  type BuiltInRewardConfig,
} from './builtInRewards.ts';
import { solvesCountdown, solvesCountdownText } from './countdown.ts';
import { parseExpression } from './expression.ts';
import { functionReward, type FunctionRewardOptions } from './functionReward.ts';
import { lastNumber } from './numeric.ts';
import { closeRewards, openRewards } from './openRewards.ts';
import type { RewardAnswer, RewardComponent, RewardInput } from './rewardComponent.ts';
import { firstScoreError, scoreCompletions } from './scoreCompletions.ts';
import { shapeValues } from './shapeValues.ts';
import { withinTime } from './withinTime.ts';

const addition: TaskConfig = { kind: 'addition', digits: { min: 1, max: 2 } };
const countdown: TaskConfig = { kind: 'countdown', numbers: 3, maxNumber: 9 };
const input = (completion: string, over: Partial<RewardInput> = {}): RewardInput => ({
  prompt: '1+2=',
  completion,
  answer: '3',
  tokenCount: completion.length + 1,
  ...over,
});
const plain = { weight: 1, clip: null, normalise: 'none' } as const;
const open = (config: BuiltInRewardConfig, task: TaskConfig = addition) =>
  builtInReward(config, { task, maxNewTokens: 16 });
async function answerOf(
  config: BuiltInRewardConfig,
  given: RewardInput,
  task: TaskConfig = addition,
): Promise<RewardAnswer> {
  const [answer] = await (await open(config, task)).score([given]);
  if (!answer) throw new Error('no answer');
  return answer;
}
const valuesOf = async (
  config: BuiltInRewardConfig,
  inputs: readonly RewardInput[],
  task: TaskConfig = addition,
) => (await (await open(config, task)).score(inputs)).map(({ value }) => value);

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
    expect(solvesCountdown('3 5 2:11>', '('.repeat(50_000))).toBe(false); // wrong, and no stack overflow
    expect(solvesCountdown('3 5 2:11>', '3+5')).toBe(false);
    expect(solvesCountdown('3 5 2:2>', '5/3')).toBe(false); // a fraction
    expect(solvesCountdown('3 5 2:11>', 'no')).toBe(false);
  });

  it('refuses what is no countdown prompt', () =>
    expect(() => solvesCountdown('1+2=', '3')).toThrow(/not a countdown prompt/));

  it('reads prompts and completions in words too, with the expression in its marks', () => {
    const prompt = 'Using the numbers 3, 5, 2: 11? No: use 3 5 2:11 to reach the target.';
    expect(solvesCountdownText(prompt, '3*2+5')).toBe(true);
    expect(solvesCountdownText(prompt, 'I try 3*2 = 6. <answer> 3*2 + 5 = 11 </answer>')).toBe(true);
    expect(solvesCountdownText(prompt, 'so \\boxed{3*2+5}')).toBe(true);
    expect(solvesCountdownText(prompt, '<answer>3*2+5+0</answer>')).toBe(false);
    expect(solvesCountdownText('[3, 5, 2] : 11', '5+6')).toBe(false);
    expect(() => solvesCountdownText('say hello', '1')).toThrow(/no numbers and target/);
  });
});

describe('lastNumber', () => {
  it.each<[string, number | null]>([
    ['42', 42],
    ['It is 1,234.5.', 1234.5],
    ['first 7, then -3/4', -0.75],
    ['−7', -7],
    ['.5', 0.5],
    ['5.', 5],
    ['1e-3', 0.001],
    ['6.02E23 molecules', 6.02e23],
    ['12-3', 3], // a minus between numbers is no sign
    ['1,23', 23], // no thousands
    ['1,234,567', 1234567],
    ['3/0', null],
    ['b2', null], // part of a name
    ['none', null],
  ])('%j has %d', (text, value) => expect(lastNumber(text)).toBe(value));

  it('takes time in proportion to the text', () => {
    const limited = withinTime(5000, () => lastNumber('1,111'.repeat(20_000)));
    expect(limited.late).toBe(false);
  });
});

describe('built-in rewards', () => {
  const exact: BuiltInRewardConfig = { ...plain, kind: 'exact_match', name: 'exact' };

  it('exact_match compares with the answer, or evaluates for countdown', async () => {
    expect(await valuesOf(exact, [input('3'), input('3 ')])).toEqual([1, 0]);
    const prompt = { prompt: '3 5 2:8>', answer: '3+5' };
    expect(await valuesOf(exact, [input('5+3', prompt)], countdown)).toEqual([1]);
    expect(exactAnswer(countdown, { text: '3 5 2:8>', answer: null }, '5+3')).toBe(true);
    expect(exactAnswer(addition, { text: '1+2=', answer: null }, '3')).toBeNull();
  });

  it('format wants the whole completion to match, alternatives included', async () => {
    const format: BuiltInRewardConfig = { ...plain, kind: 'format', name: 'format', pattern: 'a|b+' };
    expect(
      await valuesOf(
        format,
        ['a', 'bbb', 'ab', 'xa', ''].map((text) => input(text)),
      ),
    ).toEqual([1, 1, 0, 0, 0]);
  });

  it('regex wants the pattern somewhere, and its first group to be the answer', async () => {
    const found: BuiltInRewardConfig = { ...plain, kind: 'regex', name: 'found', pattern: 'ok' };
    expect(await valuesOf(found, [input('it is ok'), input('no')])).toEqual([1, 0]);
    const grouped: BuiltInRewardConfig = {
      ...plain,
      kind: 'regex',
      name: 'grouped',
      pattern: '#(\\d+| x )#',
    };
    expect(
      await valuesOf(
        grouped,
        ['so #3#', '#4#', '3'].map((text) => input(text)),
      ),
    ).toEqual([1, 0, 0]);
    expect(await valuesOf(grouped, [input('# x #', { answer: 'x' })])).toEqual([1]); // both trimmed
    expect(await answerOf(grouped, input('#3#', { answer: null }))).toMatchObject({
      value: null,
      error: expect.stringMatching(/no answer/),
    });
  });

  it('numeric compares the last number within a tolerance', async () => {
    const numeric = (tolerance: number, relative: boolean): BuiltInRewardConfig => ({
      ...plain,
      kind: 'numeric',
      name: 'near',
      tolerance,
      relative,
    });
    const given = (text: string) => input(text, { answer: 'x = 200' });
    expect(await valuesOf(numeric(0.5, false), ['200.5', '199.4', 'two', '1 200'].map(given))).toEqual([
      1, 0, 0, 1,
    ]);
    expect(await valuesOf(numeric(0.5, true), ['299', '301', '-200'].map(given))).toEqual([1, 0, 0]);
    expect(await answerOf(numeric(1, false), input('3', { answer: 'three' }))).toMatchObject({ value: null });
  });

  it('math says which answer it cannot read, and is null then', async () => {
    const math: BuiltInRewardConfig = { ...plain, kind: 'math', name: 'math' };
    expect(await valuesOf(math, [input('\\boxed{\\frac{6}{2}}'), input('4')])).toEqual([1, 0]);
    const answer = await answerOf(math, input('3', { answer: '3 +' }));
    expect(answer.value).toBeNull();
    expect(answer.error).toMatch(/"3 \+" cannot be read as mathematics/);
  });

  it('json_schema wants JSON that satisfies the schema', async () => {
    const json = (schema: Record<string, never>): BuiltInRewardConfig => ({
      ...plain,
      kind: 'json_schema',
      name: 'json',
      schema,
    });
    const schema = JSON.parse(
      '{"type":"object","required":["x"],"properties":{"x":{"type":"integer"}},"additionalProperties":false}',
    );
    const texts = ['{"x":1}', ' {"x": 2}\n', '{"x":1.5}', '{"y":1}', '[1]', 'x', ''];
    expect(
      await valuesOf(
        json(schema),
        texts.map((text) => input(text)),
      ),
    ).toEqual([1, 1, 0, 0, 0, 0, 0]);
    // "items" as a list is a tuple in draft 7 only; in 2020-12 it is "prefixItems".
    const tuple = JSON.parse(
      '{"$schema":"http://json-schema.org/draft-07/schema#","items":[{"type":"string"}]}',
    );
    expect(await valuesOf(json(tuple), [input('["a"]'), input('[1]')])).toEqual([1, 0]);
    const prefix = JSON.parse('{"prefixItems":[{"type":"string"}]}');
    expect(await valuesOf(json(prefix), [input('["a"]'), input('[1]')])).toEqual([1, 0]);
    for (const broken of ['{"type":"nothing"}', '{"$ref":"https://example.org/other.json"}'])
      await expect(open(json(JSON.parse(broken)))).rejects.toMatchObject({ code: 'REWARD_SETTINGS' });
  });

  it('countdown is null for a prompt that is none', async () => {
    const solves: BuiltInRewardConfig = { ...plain, kind: 'countdown', name: 'solves' };
    expect(await valuesOf(solves, [input('5+3', { prompt: 'Use 3 5 2:8' })])).toEqual([1]);
    expect(await answerOf(solves, input('8', { prompt: 'hello' }))).toMatchObject({ value: null });
  });

  it('partial_credit counts characters at their place, less what is too long', () => {
    expect(partialCredit('1234', '1234')).toBe(1);
    expect(partialCredit('1244', '1234')).toBe(0.75);
    expect(partialCredit('12', '1234')).toBe(0.5);
    expect(partialCredit('12345', '1234')).toBe(0.75); // 4 right − 1 beyond, of 4
    expect(partialCredit('999999999', '1234')).toBe(0);
    expect([partialCredit('', ''), partialCredit('x', '')]).toEqual([1, 0]);
  });

  it('length falls linearly to 0 at the tolerance', async () => {
    const length: BuiltInRewardConfig = { ...plain, kind: 'length', name: 'length', target: 4, tolerance: 2 };
    const counts = [2, 3, 4, 5, 6, 9].map((tokenCount) => input('', { tokenCount }));
    expect(await valuesOf(length, counts)).toEqual([0, 0.5, 1, 0.5, 0, 0]);
  });

  it('overlong grows from 0 to −1 over the buffer before the limit', async () => {
    // L_max = 16, buffer 4: nothing up to 12 tokens, a quarter more for each token beyond.
    expect([1, 12, 13, 14, 16, 20].map((tokens) => overlongPenalty(tokens, 16, 4))).toEqual([
      0, 0, -0.25, -0.5, -1, -1,
    ]);
    const overlong: BuiltInRewardConfig = { ...plain, kind: 'overlong', name: 'overlong', buffer: 4 };
    expect(await valuesOf(overlong, [input('', { tokenCount: 14 })])).toEqual([-0.5]);
  });

  it('breaks off a pattern that never ends, for the completion that it does not end on', async () => {
    const evil: BuiltInRewardConfig = { ...plain, kind: 'format', name: 'evil', pattern: '(a+)+' };
    const reward = await open(evil);
    const bad = input(`${'a'.repeat(60)}b`);
    const answers = await reward.score([input('aaa'), bad, input('b')]);
    expect(answers.map(({ value }) => value)).toEqual([1, null, 0]);
    expect(answers[1]?.error).toMatch(/longer than 1 s/);
  });

  it('say which of them need an answer', () => {
    expect(needsAnswer(exact, addition)).toBe(true);
    expect(needsAnswer(exact, countdown)).toBe(false);
    expect(needsAnswer({ ...plain, kind: 'regex', name: 'r', pattern: 'a(?:b)' }, addition)).toBe(false);
    expect(needsAnswer({ ...plain, kind: 'regex', name: 'r', pattern: 'a(b)' }, addition)).toBe(true);
    expect(needsAnswer({ ...plain, kind: 'length', name: 'l', target: 1, tolerance: 1 }, addition)).toBe(
      false,
    );
  });

  it('have versions that tell settings, not weights, apart', async () => {
    const versionOf = async (config: BuiltInRewardConfig, task: TaskConfig = addition) =>
      (await open(config, task)).version;
    expect(await versionOf(exact)).toMatch(/^[0-9a-f]{64}$/);
    expect(await versionOf({ ...exact, weight: 5, clip: [0, 1], normalise: 'batch' })).toBe(
      await versionOf(exact),
    );
    expect(await versionOf(exact, countdown)).not.toBe(await versionOf(exact));
    const format = (pattern: string): BuiltInRewardConfig => ({
      ...plain,
      kind: 'format',
      name: 'f',
      pattern,
    });
    expect(await versionOf(format('a'))).not.toBe(await versionOf(format('b')));
  });
});

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
        expect(timers).toBe(64);
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
