import { describe, expect, it } from 'vitest';

import { firstDifference } from './firstDifference.ts';
import type { RecordedCompletion, RecordedStep } from './runRecord.ts';

const completion = (index: number): RecordedCompletion => ({
  index,
  evaluationSet: null,
  promptText: '1+1=',
  text: 'ab',
  tokenCount: 2,
  reward: 0.5,
  rewards: [
    { name: 'exact', value: 0 },
    { name: 'partial', value: null },
  ],
  advantage: 0.25,
  signal: 0.2,
  kl: -0,
  logp: -3,
  refLogp: null,
  updatedLogp: -2.5,
  tokens: {
    tokenIds: Int32Array.of(3, 4),
    pieces: ['a', 'b'],
    logp: Float32Array.of(-1, -2),
    refLogp: null,
    updatedLogp: Float32Array.of(-1, -1.5),
  },
});
const step = (change: (completions: RecordedCompletion[]) => void = () => undefined): RecordedStep => {
  const completions = [completion(0), completion(1)];
  change(completions);
  return {
    step: 7,
    metrics: new Map([
      ['policy/loss', 0.1 + 0.2],
      ['time/step_ms', 12],
    ]),
    completions,
  };
};
const tokens = (given: RecordedCompletion) => {
  if (given.tokens === null) throw new Error('no tokens');
  return given.tokens;
};
/** The step with its second completion changed. */
const changed = (change: Partial<RecordedCompletion>): RecordedStep =>
  step((all) => (all[1] = { ...completion(1), ...change }));

describe('firstDifference', () => {
  it('finds none where only times differ, and minus zero is zero', () => {
    const other = { ...changed({ kl: 0 }), metrics: new Map(step().metrics).set('time/step_ms', 99) };
    expect(firstDifference(step(), other)).toBeNull();
    // A time that is not measured at all is none either.
    const without = new Map(step().metrics);
    without.delete('time/step_ms');
    expect(firstDifference(step(), { ...step(), metrics: without })).toBeNull();
  });

  it('names completion and token, and shows both', () => {
    const other = changed({
      tokens: { ...tokens(completion(1)), tokenIds: Int32Array.of(3, 5), pieces: ['a', 'c'] },
    });
    expect(firstDifference(step(), other)).toEqual({
      step: 7,
      completion: 1,
      token: 1,
      what: 'token id',
      recorded: '4 "b"',
      repeated: '5 "c"',
    });
    const shorter = changed({
      tokens: { ...tokens(completion(1)), tokenIds: Int32Array.of(3), pieces: ['a'] },
    });
    expect(firstDifference(step(), shorter)).toMatchObject({
      token: 1,
      recorded: '4 "b"',
      repeated: 'its end',
    });
  });

  it('sees one last bit of a log-probability', () => {
    const logp = Float32Array.of(-1, -2);
    new Int32Array(logp.buffer)[1] = (new Int32Array(logp.buffer)[1] ?? 0) + 1;
    const other = changed({ tokens: { ...tokens(completion(1)), logp } });
    expect(firstDifference(step(), other)).toMatchObject({
      completion: 1,
      token: 1,
      what: 'logp of a token',
    });
  });

  it('tells the cause before its consequences', () => {
    // A reward that changed takes reward, advantage, signal and metrics with it.
    const other = step((all) => {
      all[0] = { ...completion(0), updatedLogp: -9, signal: 9 };
      all[1] = {
        ...completion(1),
        rewards: [{ name: 'exact', value: 1 }],
        reward: 1,
        advantage: 1,
        signal: 1,
      };
    });
    const found = firstDifference(step(), { ...other, metrics: new Map([['policy/loss', 5]]) });
    expect(found).toMatchObject({ completion: 0, what: 'signal' });
    const rewards = changed({ rewards: [{ name: 'exact', value: 1 }], reward: 1, advantage: 1 });
    expect(firstDifference(step(), rewards)).toMatchObject({
      completion: 1,
      what: 'reward exact',
      recorded: '0',
      repeated: '1',
    });
  });

  it('finds a metric that differs, is new, or is gone', () => {
    const with_ = (metrics: [string, number][]): RecordedStep => ({ ...step(), metrics: new Map(metrics) });
    expect(firstDifference(step(), with_([['policy/loss', 0.3]]))).toMatchObject({
      what: 'metric policy/loss',
      recorded: '0.30000000000000004',
      repeated: '0.3',
    });
    expect(firstDifference(step(), with_([]))).toMatchObject({ repeated: 'nothing' });
    expect(
      firstDifference(
        step(),
        with_([
          ['policy/loss', 0.1 + 0.2],
          ['eval/a/accuracy', 1],
        ]),
      ),
    ).toMatchObject({ what: 'metric eval/a/accuracy', recorded: 'nothing' });
  });

  it('does not compare completions that were not recorded, but misses those that were', () => {
    expect(firstDifference({ ...step(), completions: [] }, step())).toBeNull();
    expect(firstDifference(step(), { ...step(), completions: [completion(0)] })).toMatchObject({
      what: 'number of completions',
      recorded: '2',
      repeated: '1',
    });
  });
});
