import { fileURLToPath } from 'node:url';

import type { TaskConfig } from '@nabla/domain';
import { describe, expect, it } from 'vitest';

import {
  builtInReward,
  exactAnswer,
  needsAnswer,
  overlongPenalty,
  partialCredit,
  type BuiltInRewardConfig,
} from './builtInRewards.ts';
import { moduleHash } from './moduleVersion.ts';
import { rewardVersion, type RewardAnswer, type RewardInput } from './rewardComponent.ts';

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

  it('json_schema is 0 for what is nested deeper than a recursive schema can be followed', async () => {
    const recursive: BuiltInRewardConfig = {
      ...plain,
      kind: 'json_schema',
      name: 'json',
      schema: JSON.parse('{"type":"array","items":{"$ref":"#"}}'),
    };
    const nested = (depth: number) => input('['.repeat(depth) + ']'.repeat(depth));
    expect(await valuesOf(recursive, [nested(50), nested(200_000)])).toEqual([1, 0]);
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

  it('have versions that change with their sources, and with those of what they are made of', async () => {
    const file = fileURLToPath(new URL('builtInRewards.ts', import.meta.url));
    const { version } = await open(exact);
    expect(version).toBe(rewardVersion(await moduleHash(file), { kind: 'exact_match' }));
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
