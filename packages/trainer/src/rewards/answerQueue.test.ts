import { describe, expect, it } from 'vitest';

import { createAnswerQueue } from './answerQueue.ts';
import type { RewardAnswer, RewardInput } from './rewardComponent.ts';

const inputs = (texts: string): RewardInput[] =>
  Array.from(texts, (completion) => ({ prompt: 'p', completion, answer: null, tokenCount: 1 }));

/** Calls that answer when the test says so: each completion's code, so that a mix-up would show. */
function held() {
  const calls: { text: string; signal: AbortSignal; answer: () => void; fail: (error: Error) => void }[] = [];
  const ask = (asked: readonly RewardInput[], signal: AbortSignal) =>
    new Promise<readonly RewardAnswer[]>((resolve, reject) => {
      const text = asked.map(({ completion }) => completion).join('');
      const values = asked.map(({ completion }) => ({ value: completion.charCodeAt(0) - 97 }));
      calls.push({ text, signal, answer: () => resolve(values), fail: reject });
      signal.addEventListener('abort', () => reject(new Error('aborted')));
    });
  return { ask, calls, texts: () => calls.map(({ text }) => text) };
}
const turn = () => new Promise<void>((resolve) => void setImmediate(resolve));
const valuesOf = (answers: readonly RewardAnswer[]) => answers.map(({ value }) => value);

describe('createAnswerQueue', () => {
  it('asks at once where nobody is being asked, else by full calls, and for the rest in the end', async () => {
    const { ask, calls, texts } = held();
    const scoring = createAnswerQueue({ calls: 3, size: 4, ask }).begin(15);
    expect(scoring.isBusy).toBe(false);
    scoring.add(inputs('ab'));
    scoring.add(inputs('cde'));
    expect(texts()).toEqual(['ab']);
    scoring.add(inputs('fghijk'));
    // Two full calls; three at a time are all.
    expect(texts()).toEqual(['ab', 'cdef', 'ghij']);
    scoring.add(inputs('lmno'));
    calls[1]?.answer();
    await turn();
    expect(texts()).toEqual(['ab', 'cdef', 'ghij', 'klmn']);
    const answers = scoring.finish();
    expect(texts()).toHaveLength(4);
    calls[3]?.answer();
    await turn();
    expect(texts().at(-1)).toBe('o');
    for (const call of calls.toReversed()) call.answer();
    expect(valuesOf(await answers)).toEqual(Array.from({ length: 15 }, (_, index) => index));
    expect(scoring.isBusy).toBe(false);
  });

  it('makes no call that is not full where that would take longer than all at the end', () => {
    // So many at a time, so many in each: a part of them first, where there are so many in all, goes out at once or waits.
    const cases = [
      { calls: 1, size: Infinity, expected: 9, isAsked: true },
      { calls: 2, size: 64, expected: 64, isAsked: true },
      // One call for all is as long as two, one after another, at the best.
      { calls: 1, size: 64, expected: 64, isAsked: false },
      // Eight calls are four rounds, nine are five; seven and one more are four still.
      { calls: 2, size: 8, expected: 64, isAsked: false },
      { calls: 2, size: 8, expected: 56, isAsked: true },
    ];
    for (const { calls, size, expected, isAsked } of cases) {
      const { ask, texts } = held();
      createAnswerQueue({ calls, size, ask }).begin(expected).add(inputs('abc'));
      expect([calls, size, expected, texts()]).toEqual([calls, size, expected, isAsked ? ['abc'] : []]);
    }
  });

  it('waits for nobody where nothing was asked', async () => {
    const queue = createAnswerQueue({ calls: 1, size: 1, ask: held().ask });
    expect(await queue.score([])).toEqual([]);
    await queue.begin(2).abandon();
    await queue.close();
  });

  it('breaks the others off when one call fails, and tells that one’s error', async () => {
    const { ask, calls } = held();
    const scoring = createAnswerQueue({ calls: 2, size: 1, ask }).begin(4);
    scoring.add(inputs('abc'));
    calls[1]?.fail(new Error('the judge is gone'));
    await turn();
    expect(calls.map(({ signal }) => signal.aborted)).toEqual([true, true]);
    scoring.add(inputs('d'));
    await expect(scoring.finish()).rejects.toThrow('the judge is gone');
    expect(calls).toHaveLength(2);
  });

  it('takes answers that are too few for a failure', async () => {
    const { score } = createAnswerQueue({ calls: 1, size: 9, ask: () => Promise.resolve([{ value: 1 }]) });
    await expect(score(inputs('ab'))).rejects.toThrow('1 answers for 2 completions');
  });

  it('breaks off what nobody wants any more, and waits until it has ended', async () => {
    const { ask, calls } = held();
    const queue = createAnswerQueue({ calls: 1, size: 1, ask });
    const scoring = queue.begin(2);
    scoring.add(inputs('ab'));
    const outcome = scoring.finish().then(() => 'answered', String);
    await queue.close();
    expect(await outcome).toMatch('broken off');
    expect(calls.map(({ signal }) => signal.aborted)).toEqual([true]);
    expect(scoring.isBusy).toBe(false);
    // The next step is another scoring.
    const next = queue.begin(2);
    next.add(inputs('c'));
    calls[1]?.answer();
    expect(valuesOf(await next.finish())).toEqual([2]);
  });
});
