/** @file Where prompts come from: a built-in task that generates them, or prompts that people bring, behind one interface. */
import type { PromptRecord, TaskConfig } from '@nabla/domain';

import { TrainerError } from './errors.ts';
import { drawAt, orderAt, type Stream } from './streams.ts';
import { isBuiltIn, longestAnswer, longestPrompt, taskAlphabet, taskItem } from './tasks/builtInTask.ts';
import type { PolicyModel } from './model/policyModel.ts';

export interface Prompt {
  readonly text: string;
  readonly answer: string | null;
  /** What the policy reads: with the beginning-of-sequence token, and the chat template where there is one. */
  readonly ids: readonly number[];
}

export interface PromptSource {
  /** Prompt number `cursor` (from 0) of an endless sequence: a pure function, so that a cursor is all there is to save. */
  at(cursor: number): Prompt;
  /** Tokens of the longest prompt there can be, as the policy reads it. */
  readonly longest: number;
}

export interface PromptSourceOptions {
  readonly seed: number;
  /** Keeps the draws of two sources of one run apart. */
  readonly stream: Stream;
  readonly model: Pick<PolicyModel, 'tokenizer' | 'encodePrompt'>;
}

/**
 * A source of the task's prompts. Brought prompts are shuffled anew for every epoch, each epoch a pure function of the seed.
 * @param prompts those of a prompt set or file; none for a built-in task.
 * @throws TrainerError INVALID_PROMPTS, or UNKNOWN_CHARACTER with the prompt's index.
 */
export function openPrompts(
  task: TaskConfig,
  prompts: readonly PromptRecord[] | undefined,
  options: PromptSourceOptions,
): PromptSource {
  if (!isBuiltIn(task)) {
    if (prompts === undefined || prompts.length === 0)
      throw new TrainerError('INVALID_PROMPTS', `task ${task.kind} brings no prompts`);
    return broughtPrompts(prompts, options);
  }
  const { seed, stream, model } = options;
  return {
    at(cursor) {
      const item = taskItem(task, drawAt(seed, stream, cursor));
      return { ...item, ids: model.encodePrompt(item.text) };
    },
    longest: tokensAround(Array.from(taskAlphabet(task) ?? ''), model) + longestPrompt(task),
  };
}

/**
 * What a prompt has besides its characters, each of which is at most one token (the tasks' alphabets are ASCII): beginning of
 * sequence, chat template, and the mark that SentencePiece sets before a text.
 */
function tokensAround(alphabet: readonly string[], model: PromptSourceOptions['model']): number {
  return Math.max(...alphabet.map((character) => model.encodePrompt(character).length)) - 1;
}

/**
 * Tokens of the longest answer there can be, the end-of-sequence token included; answers that are missing count for nothing.
 * @param prompts those of a prompt set or file; none for a built-in task.
 */
export function longestAnswerTokens(
  task: TaskConfig,
  prompts: readonly PromptRecord[] | undefined,
  { tokenizer }: Pick<PolicyModel, 'tokenizer'>,
): number {
  if (prompts || !isBuiltIn(task))
    return (prompts ?? []).reduce(
      (most, { answer }) => Math.max(most, answer === null ? 0 : tokenizer.encode(answer).length + 1),
      0,
    );
  // A character is one token at most; what stands around a text stands around a single character too.
  const characters = Array.from(taskAlphabet(task) ?? '');
  const around = Math.max(...characters.map((character) => tokenizer.encode(character).length)) - 1;
  return longestAnswer(task) + around + 1;
}

/** Prompts in the order of a fresh permutation per epoch. */
export function broughtPrompts(
  prompts: readonly PromptRecord[],
  { seed, stream, model }: PromptSourceOptions,
): PromptSource {
  const tokenized = prompts.map(({ text, answer }, index): Prompt => {
    const ids = atPrompt(index, 'the prompt', () => model.encodePrompt(text));
    if (ids.length === 0)
      throw new TrainerError(
        'INVALID_PROMPTS',
        `prompt ${index} is empty, and this model has no beginning-of-sequence token to go on from`,
        { promptIndex: index },
      );
    if (answer !== null) atPrompt(index, 'the answer', () => model.tokenizer.encode(answer));
    return { text, answer, ids };
  });
  let epoch = -1;
  let order: readonly number[] = [];
  return {
    at(cursor) {
      const wanted = Math.floor(cursor / tokenized.length);
      if (wanted !== epoch) {
        order = orderAt(seed, stream, wanted, tokenized.length);
        epoch = wanted;
      }
      const prompt = tokenized[order[cursor % tokenized.length] ?? -1];
      if (!prompt) throw new RangeError(`prompt cursor ${cursor} is no whole number from 0`);
      return prompt;
    },
    longest: Math.max(...chunkMaxima(tokenized.map(({ ids }) => ids.length))),
  };
}

/** @throws TrainerError INVALID_PROMPTS naming the first prompt without an answer. */
export function assertAnswers(prompts: readonly PromptRecord[], why: string): void {
  const index = prompts.findIndex(({ answer }) => answer === null);
  if (index >= 0)
    throw new TrainerError(
      'INVALID_PROMPTS',
      `prompt ${index} (${JSON.stringify(prompts[index]?.text.slice(0, 40))}) has no answer, but ${why} needs one`,
      { promptIndex: index },
    );
}

function atPrompt<Result>(promptIndex: number, what: string, encode: () => Result): Result {
  try {
    return encode();
  } catch (error) {
    if (!(error instanceof TrainerError)) throw error;
    throw new TrainerError(
      error.code,
      `${what} of prompt ${promptIndex}: ${error.message}`,
      { promptIndex },
      { cause: error },
    );
  }
}

/** Maxima of slices: a call with 100,000 arguments would overflow the stack. */
function chunkMaxima(values: readonly number[]): number[] {
  const size = 10_000;
  return Array.from({ length: Math.ceil(values.length / size) }, (_, index) =>
    Math.max(...values.slice(index * size, (index + 1) * size)),
  );
}
