/** @file `nabla sample`, from its options to what it prints. */
import { openBackend } from '../backend/backend.ts';
import { CliError, EXIT } from './cliError.ts';
import { findChosenPolicy, openChosenPolicy } from './chosenPolicy.ts';
import type { PolicyOptions } from './policyOptions.ts';
import { readPrompts } from './readPrompts.ts';
import { samplePrompts, type PromptSamples } from './sample.ts';

/** New tokens for a model that was not trained here, whose configuration knows no bound. */
const USUAL_NEW_TOKENS = 128;

export interface SampleOptions extends PolicyOptions {
  readonly prompt: readonly string[];
  readonly prompts?: string;
  readonly number: number;
  readonly maxNewTokens?: number;
  readonly temperature?: number;
  readonly topK?: number;
  readonly topP?: number;
  readonly minP?: number;
  readonly greedy?: boolean;
  readonly seed: number;
  readonly tokens?: boolean;
  readonly json?: boolean;
}

export async function runSample(given: string, options: SampleOptions): Promise<void> {
  if (
    options.greedy === true &&
    [options.topK, options.topP, options.minP].some((value) => value !== undefined)
  )
    throw new CliError(EXIT.usage, '--greedy draws nothing: leave --top-k, --top-p and --min-p away');
  const source = await findChosenPolicy(given, options);
  const prompts = await readPrompts(options, process.stdin);
  const backend = await openBackend(options.backend);
  const say = (message: string): void => void process.stderr.write(`${message}\n`);
  const policy = await openChosenPolicy(source, options, say);
  try {
    say(`${policy.description}; ${backend.describe()}`);
    const { policyGradient } = policy.config;
    const trained = policy.step !== null;
    const samples = samplePrompts(
      backend,
      policy,
      prompts.map(({ text }) => text),
      {
        count: options.number,
        maxNewTokens: options.maxNewTokens ?? (trained ? policyGradient.maxNewTokens : USUAL_NEW_TOKENS),
        temperature: options.temperature ?? (trained ? policyGradient.temperature : 1),
        topK: options.topK ?? null,
        topP: options.topP ?? null,
        minP: options.minP ?? null,
        greedy: options.greedy ?? false,
        seed: options.seed,
      },
    );
    for await (const found of samples)
      process.stdout.write(options.json === true ? jsonLines(found) : textOf(found, options.tokens === true));
  } finally {
    policy.dispose();
  }
}

function jsonLines({ prompt, text, completions }: PromptSamples): string {
  return completions
    .map(
      ({ index, ...completion }) =>
        `${JSON.stringify({ prompt: text, promptIndex: prompt, index, ...completion })}\n`,
    )
    .join('');
}

/** A prompt, and under it its completions with the sum of their log-probabilities. */
export function textOf({ text, completions }: PromptSamples, withTokens: boolean): string {
  const lines = completions.flatMap((completion) => [
    `  ${completion.index + 1}. ${completion.text.replaceAll('\n', '\n     ')}`,
    `     log-probability ${completion.logp.toFixed(3)}, ${completion.tokenCount} ${completion.tokenCount === 1 ? 'token' : 'tokens'}${completion.truncated ? ', cut off at the bound' : ''}`,
    ...(withTokens
      ? completion.tokens.map(
          ({ piece, logp }) => `       ${logp.toFixed(3).padStart(8)}  ${JSON.stringify(piece)}`,
        )
      : []),
  ]);
  return [`> ${text.replaceAll('\n', '\n  ')}`, ...lines, ''].join('\n');
}
