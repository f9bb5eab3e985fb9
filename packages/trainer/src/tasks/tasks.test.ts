import type { TaskConfig } from '@nabla/domain';
import { describe, expect, it } from 'vitest';

import { solvesCountdown } from '../rewards/countdown.ts';
import { drawAt, orderAt, STREAMS } from '../streams.ts';
import {
  isBuiltIn,
  longestAnswer,
  longestPrompt,
  taskAlphabet,
  taskItem,
  type BuiltInTask,
} from './builtInTask.ts';
import { shuffled } from './draw.ts';

const TASKS = {
  addition: { kind: 'addition', digits: { min: 1, max: 3 } },
  sort_digits: { kind: 'sort_digits', length: { min: 2, max: 7 } },
  reverse_text: { kind: 'reverse_text', length: { min: 1, max: 6 } },
  countdown: { kind: 'countdown', numbers: 4, maxNumber: 25 },
} satisfies Record<string, BuiltInTask>;

const items = (task: BuiltInTask, count = 500) =>
  Array.from({ length: count }, (_, index) => taskItem(task, drawAt(7, STREAMS.prompts, index)));

describe('draws', () => {
  it('are functions of seed, stream and counter, however many are taken', () => {
    const take = (seed: number, stream: 3 | 4, counter: number) => {
      const draw = drawAt(seed, stream, counter);
      return Array.from({ length: 100 }, () => draw.int(0, 9));
    };
    expect(take(1, 3, 5)).toEqual(take(1, 3, 5));
    for (const other of [take(2, 3, 5), take(1, 4, 5), take(1, 3, 6)])
      expect(other).not.toEqual(take(1, 3, 5));
  });

  it('reach both ends and nothing beyond', () => {
    const draw = drawAt(1, 4, 0);
    const seen = new Set(Array.from({ length: 200 }, () => draw.int(-2, 2)));
    expect([...seen].toSorted((a, b) => a - b)).toEqual([-2, -1, 0, 1, 2]);
  });

  it('order a list completely', () => {
    expect([...orderAt(3, 4, 0, 50)].toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 50 }, (_, index) => index),
    );
    expect(orderAt(3, 4, 0, 50)).not.toEqual(orderAt(3, 4, 1, 50));
    expect(shuffled(['a', 'b', 'c'], drawAt(1, 4, 0)).toSorted()).toEqual(['a', 'b', 'c']);
  });
});

describe('built-in tasks', () => {
  it.each(Object.values(TASKS))(
    '$kind repeats itself, stays in its alphabet and within its longest prompt',
    (task) => {
      expect(items(task)).toEqual(items(task));
      const alphabet = new Set(taskAlphabet(task));
      for (const { text, answer } of items(task)) {
        expect(Array.from(text + answer).filter((character) => !alphabet.has(character))).toEqual([]);
        expect(text.length).toBeLessThanOrEqual(longestPrompt(task));
        expect(answer.length).toBeLessThanOrEqual(longestAnswer(task));
      }
    },
  );

  it('addition adds, with every number of digits', () => {
    const lengths = new Set<number>();
    for (const { text, answer } of items(TASKS.addition)) {
      const [, a = '', b = ''] = /^(\d+)\+(\d+)=$/.exec(text) ?? [];
      expect(Number(a) + Number(b)).toBe(Number(answer));
      lengths.add(a.length);
    }
    expect(lengths).toEqual(new Set([1, 2, 3]));
  });

  it('sort_digits sorts', () => {
    for (const { text, answer } of items(TASKS.sort_digits))
      expect(answer).toBe(text.slice(0, -1).split('').toSorted().join(''));
  });

  it('reverse_text reverses', () => {
    for (const { text, answer } of items(TASKS.reverse_text))
      expect(`${answer}>`).toBe(`${text.slice(0, -1).split('').toReversed().join('')}>`);
  });

  it('countdown gives an answer that its own reward accepts', () => {
    for (const { text, answer } of items(TASKS.countdown))
      expect(solvesCountdown(text, answer), `${text} ${answer}`).toBe(true);
  });

  it('know prompts that people bring from their own', () => {
    const brought: TaskConfig = { kind: 'file', path: 'x' };
    expect(isBuiltIn(brought)).toBe(false);
    expect(taskAlphabet(brought)).toBeUndefined();
  });
});
