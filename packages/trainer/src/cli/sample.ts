/** @file `nabla sample`: draws completions of prompts from a policy, batch after batch. */
import type { Backend } from '../backend/backend.ts';
import { bucketWidth, padPrompts } from '../batch.ts';
import { TrainerError } from '../errors.ts';
import { createSampler, type Completions, type RolloutSettings } from '../rollout.ts';
import { CliError, EXIT } from './cliError.ts';
import type { OpenPolicy } from './policySource.ts';

export interface SampleSettings {
  /** Completions of each prompt. */
  readonly count: number;
  readonly maxNewTokens: number;
  readonly temperature: number;
  readonly topK: number | null;
  readonly topP: number | null;
  readonly minP: number | null;
  /** The likeliest token each time, in the place of a draw. */
  readonly greedy: boolean;
  /** The same seed, prompts and settings give the same completions. */
  readonly seed: number;
}

export interface SampledCompletion {
  /** Of the prompt, from 0. */
  readonly index: number;
  /** Without its end-of-sequence token. */
  readonly text: string;
  /** With it. */
  readonly tokenCount: number;
  /** Whether it ran into the bound instead of ending. */
  readonly truncated: boolean;
  /** Sum over tokens under the distribution sampled from, in nats; under the policy's own with `greedy`. */
  readonly logp: number;
  readonly tokens: readonly { readonly id: number; readonly piece: string; readonly logp: number }[];
}

export interface PromptSamples {
  /** Of the prompts, from 0. */
  readonly prompt: number;
  readonly text: string;
  readonly completions: readonly SampledCompletion[];
}

/** Rows decoded at a time: more are hardly slower in sum, fewer answer sooner. */
const ROWS = 32;

/**
 * Completions of each prompt, in order, as soon as their batch is done.
 * @throws CliError for a prompt that does not fit, before anything is drawn.
 */
export async function* samplePrompts(
  backend: Backend,
  policy: OpenPolicy,
  prompts: readonly string[],
  settings: SampleSettings,
): AsyncGenerator<PromptSamples, void, undefined> {
  const { model, weights } = policy;
  const encoded = prompts.map((text, index) => encode(policy, text, index, settings.maxNewTokens));
  const longest = encoded.reduce((most, ids) => Math.max(most, ids.length), 1);
  // One width for all: one compiled function.
  const width = bucketWidth(longest, model.maxTokens - settings.maxNewTokens);
  const rollout: RolloutSettings = {
    ...settings,
    groupSize: settings.count,
    eosIds: model.tokenizer.eosIds,
    padId: model.tokenizer.padId,
  };
  const sampler = createSampler(backend, model.decoder, rollout);
  const perBatch = Math.max(1, Math.floor(ROWS / settings.count));
  try {
    for (let start = 0; start < prompts.length; start += perBatch) {
      const padded = padPrompts(encoded.slice(start, start + perBatch), width, model.tokenizer.padId);
      const drawn = await sampler.sample(weights, padded, start / perBatch);
      for (let row = 0; row < padded.rows; row++)
        yield {
          prompt: start + row,
          text: prompts[start + row] ?? '',
          completions: Array.from({ length: settings.count }, (_, index) =>
            describe(policy, drawn, row * settings.count + index, index),
          ),
        };
    }
  } finally {
    sampler.dispose();
  }
}

function encode({ model }: OpenPolicy, text: string, index: number, maxNewTokens: number): readonly number[] {
  let ids: readonly number[];
  try {
    ids = model.encodePrompt(text);
  } catch (error) {
    if (!(error instanceof TrainerError)) throw error;
    throw new CliError(EXIT.usage, `prompt ${index + 1}: ${error.message}`, { cause: error });
  }
  const room = model.maxTokens - maxNewTokens;
  if (ids.length === 0)
    throw new CliError(EXIT.usage, `prompt ${index + 1} is empty, and this model has no token to begin with`);
  if (ids.length > room)
    throw new CliError(
      EXIT.usage,
      `prompt ${index + 1} has ${ids.length} tokens; with ${maxNewTokens} new ones ${Math.max(0, room)} fit into the model's ${model.maxTokens}: shorten it, or give a smaller --max-new-tokens`,
    );
  return ids;
}

function describe({ model }: OpenPolicy, drawn: Completions, row: number, index: number): SampledCompletion {
  const tokenCount = drawn.lengths[row] ?? 0;
  const truncated = drawn.truncated[row] ?? false;
  const start = row * drawn.width;
  const ids = drawn.ids.subarray(start, start + tokenCount);
  const logps = Array.from(drawn.logp.subarray(start, start + tokenCount));
  const pieces = model.tokenizer.pieces(ids);
  return {
    index,
    text: model.tokenizer.decode(truncated ? ids : ids.subarray(0, -1)),
    tokenCount,
    truncated,
    logp: logps.reduce((sum, logp) => sum + logp, 0),
    tokens: logps.map((logp, place) => ({ id: ids[place] ?? -1, piece: pieces[place] ?? '', logp })),
  };
}
