/** @file A tokenizer's chat template: Jinja, as transformers renders it, but always the same for the same messages. */
import { Environment, Interpreter, Template } from '@huggingface/jinja';

import { TrainerError } from '../errors.ts';

export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

export interface ChatTemplate {
  /**
   * The text that the messages become. Special tokens are part of it, that which begins a text too: encode it as it is.
   * @param addGenerationPrompt whether the beginning of an assistant's message follows: what a policy goes on from.
   * @throws TrainerError MODEL when the template refuses the messages (some know no system message, for instance).
   */
  render(messages: readonly ChatMessage[], addGenerationPrompt: boolean): string;
}

/**
 * @param variables what the template may use: `bos_token`, `eos_token` and other special tokens by name.
 * @param where names the template in errors.
 * @throws TrainerError MODEL when it is no valid template.
 */
export function chatTemplate(
  source: string,
  variables: Readonly<Record<string, string>>,
  where: string,
): ChatTemplate {
  const { parsed } = atTemplate(where, 'is not valid', () => new Template(source));
  return {
    render: (messages, addGenerationPrompt) =>
      atTemplate(where, 'cannot render the messages', () => {
        const environment = globals();
        for (const [name, value] of Object.entries(variables)) environment.set(name, value);
        environment.set(
          'messages',
          messages.map(({ role, content }) => ({ role, content })),
        );
        environment.set('add_generation_prompt', addGenerationPrompt);
        // As transformers does: templates ask whether they are none.
        environment.set('tools', null);
        environment.set('documents', null);
        const { value } = new Interpreter(environment).run(parsed);
        if (typeof value !== 'string') throw new TypeError('it renders to no text');
        return value;
      }),
  };
}

/**
 * Differs: transformers, and the library's own `render`, offer `strftime_now`, today's date. A prompt that changes with the day
 * cannot be replayed; templates ask first whether there is a clock and otherwise take a date of their own.
 */
function globals(): Environment {
  const environment = new Environment();
  for (const [name, value] of [
    ['true', true],
    ['True', true],
    ['false', false],
    ['False', false],
    ['none', null],
    ['None', null],
    ['range', range],
    ['raise_exception', raise],
  ] as const)
    environment.set(name, value);
  return environment;
}

function range(first: number, second?: number, step = 1): number[] {
  const [start, stop] = second === undefined ? [0, first] : [first, second];
  return Array.from({ length: Math.max(0, Math.ceil((stop - start) / step)) }, (_, i) => start + i * step);
}

function raise(message: unknown): never {
  throw new Error(String(message));
}

function atTemplate<Result>(where: string, what: string, run: () => Result): Result {
  try {
    return run();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TrainerError('MODEL', `the chat template in ${where} ${what}: ${reason}`, {}, { cause });
  }
}
