/** @file The tasks that generate their own prompts: pure functions of what is drawn. */
import type { TaskConfig } from '@nabla/domain';

import { ADDITION_ALPHABET, additionItem } from './addition.ts';
import { COUNTDOWN_ALPHABET, countdownItem } from './countdown.ts';
import type { Draw } from './draw.ts';
import { REVERSE_TEXT_ALPHABET, reverseTextItem } from './reverseText.ts';
import { SORT_DIGITS_ALPHABET, sortDigitsItem } from './sortDigits.ts';

export interface TaskItem {
  readonly text: string;
  readonly answer: string;
}

export type BuiltInTask = Exclude<TaskConfig, { kind: 'prompt_set' | 'file' }>;

export function isBuiltIn(task: TaskConfig): task is BuiltInTask {
  return task.kind !== 'prompt_set' && task.kind !== 'file';
}

/** The characters that prompts and answers of a built-in task are written in; undefined for prompts that people bring. */
export function taskAlphabet(task: TaskConfig): string | undefined {
  switch (task.kind) {
    case 'addition':
      return ADDITION_ALPHABET;
    case 'sort_digits':
      return SORT_DIGITS_ALPHABET;
    case 'reverse_text':
      return REVERSE_TEXT_ALPHABET;
    case 'countdown':
      return COUNTDOWN_ALPHABET;
    case 'prompt_set':
    case 'file':
      return undefined;
  }
}

/** One prompt with its answer. */
export function taskItem(task: BuiltInTask, draw: Draw): TaskItem {
  switch (task.kind) {
    case 'addition':
      return additionItem(draw, task.digits);
    case 'sort_digits':
      return sortDigitsItem(draw, task.length);
    case 'reverse_text':
      return reverseTextItem(draw, task.length);
    case 'countdown':
      return countdownItem(draw, task);
  }
}

/** The most characters a prompt of the task can have: with it one shape serves the whole run. */
export function longestPrompt(task: BuiltInTask): number {
  switch (task.kind) {
    case 'addition':
      return 2 * task.digits.max + 2;
    case 'sort_digits':
    case 'reverse_text':
      return task.length.max + 1;
    case 'countdown':
      // Numbers and blanks, colon, target, arrow.
      return task.numbers * (String(task.maxNumber).length + 1) + 3 + 1;
  }
}

/** The same of an answer. */
export function longestAnswer(task: BuiltInTask): number {
  switch (task.kind) {
    case 'addition':
      return task.digits.max + 1;
    case 'sort_digits':
    case 'reverse_text':
      return task.length.max;
    case 'countdown':
      // Numbers, the signs between them, and a pair of brackets around every operand that is itself a sum: all but the whole.
      return task.numbers * String(task.maxNumber).length + (task.numbers - 1) + 2 * (task.numbers - 2);
  }
}
