/** @file `nabla sample`, from its options to what it prints. */
import { openBackend } from '../backend/backend.ts';
import { CliError, EXIT } from './cliError.ts';
import type { EngineChoice } from './options.ts';
import { findPolicy, openPolicy } from './policySource.ts';
import { readPrompts } from './readPrompts.ts';
import { samplePrompts, type PromptSamples } from './sample.ts';

/** New tokens for a model that was not trained here, whose configuration knows no bound. */
const USUAL_NEW_TOKENS = 128;

export interface SampleOptions {
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
  readonly step?: number;
  readonly base?: string;
  readonly chat?: boolean;
  readonly system?: string;
  readonly tokens?: boolean;
  readonly json?: boolean;
  readonly backend: EngineChoice;
  readonly models: string;
}

export async function runSample(given: string, options: SampleOptions): Promise<void> {
  if (options.system !== undefined && options.chat !== true)
    throw new CliError(EXIT.usage, '--system needs --chat');
  if (
    options.greedy === true &&
    [options.topK, options.topP, options.minP].some((value) => value !== undefined)
  )
    throw new CliError(EXIT.usage, '--greedy draws nothing: leave --top-k, --top-p and --min-p away');
  const source = await findPolicy(given, { step: options.step });
  if (options.chat === true && source.kind === 'checkpoint')
    throw new CliError(
      EXIT.usage,
      `--chat is for models; ${given} is a checkpoint, whose configuration says how prompts are written`,
    );
  const prompts = await readPrompts(options, process.stdin);
  const backend = await openBackend(options.backend);
  const say = (message: string): void => void process.stderr.write(`${message}\n`);
  const policy = await openPolicy(source, {
    modelsDir: options.models,
    base: options.base,
    chat: options.chat ?? false,
    system: options.system,
    warn: say,
  });
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

export function jsonLines({ prompt, text, completions }: PromptSamples): string {
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
