/** @file A reward that an endpoint gives: batches of completions in, numbers out. See docs/rewards.md for the contract. */
import type { RewardConfig } from '@nabla/domain';
import { z } from 'zod';

import { TrainerError } from '../errors.ts';
import { createAnswerQueue } from './answerQueue.ts';
import {
  reasonOf,
  rewardVersion,
  type RewardAnswer,
  type RewardComponent,
  type RewardInput,
} from './rewardComponent.ts';
import { whenLate } from './whenLate.ts';

export type HttpRewardConfig = Extract<RewardConfig, { kind: 'http' }>;

const REVISION = 'http 1';
const MAX_RESPONSE_BYTES = 16 * 1024 * 1024;
const FIRST_PAUSE_MS = 250;
const MAX_PAUSE_MS = 10_000;
/** A longer wait that an endpoint asks for is not waited: the batch counts as null. */
const MAX_RETRY_AFTER_MS = 60_000;

const responseSchema = z.object({
  rewards: z.array(z.number().nullable()),
  /** Of what the endpoint runs; becomes part of the version stored with each reward. */
  version: z.string().max(200).optional(),
});

export interface HttpRewardOptions {
  /** Where the token is looked up. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly warn?: ((message: string) => void) | undefined;
  /** Waits, at most until the signal aborts; tests pass by. */
  readonly pause?: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** @throws TrainerError REWARD_ENDPOINT when the token's environment variable is not set. */
export function httpReward(config: HttpRewardConfig, options: HttpRewardOptions = {}): RewardComponent {
  const { name, weight, clip, normalise, url } = config;
  const { env = process.env, warn, pause = pauseUntil } = options;
  const headers = headersOf(config, env);
  if (config.tokenEnv !== undefined && isClear(url))
    warn?.(`reward "${name}": ${config.tokenEnv} travels unencrypted to ${hostOf(url)}: use https`);
  const version = rewardVersion(REVISION, { url });

  async function batch(
    inputs: readonly RewardInput[],
    signal: AbortSignal,
  ): Promise<readonly RewardAnswer[]> {
    const body = JSON.stringify({
      items: inputs.map(({ prompt, completion, answer }) => ({ prompt, completion, answer })),
    });
    for (let attempt = 0; ; attempt++) {
      const outcome = await ask(config, { headers, body, count: inputs.length, signal });
      if (outcome.kind === 'answer')
        return outcome.rewards.map((value) => ({
          value,
          ...(outcome.version === undefined
            ? {}
            : { version: rewardVersion(REVISION, { url, version: outcome.version }) }),
        }));
      const wait = outcome.retryAfterMs ?? Math.min(FIRST_PAUSE_MS * 2 ** attempt, MAX_PAUSE_MS);
      if (!outcome.again || attempt >= config.retries || wait > MAX_RETRY_AFTER_MS || signal.aborted) {
        const tries = attempt === 0 ? '' : ` (tried ${attempt + 1} times)`;
        return inputs.map(() => ({ value: null, error: `${outcome.reason}${tries}` }));
      }
      await pause(wait, signal);
    }
  }

  const { begin, score, close } = createAnswerQueue({
    calls: config.concurrency,
    size: config.batchSize,
    ask: batch,
  });
  return { name, weight, clip, normalise, version, begin, score, dispose: close };
}

type Outcome =
  | {
      readonly kind: 'answer';
      readonly rewards: readonly (number | null)[];
      readonly version: string | undefined;
    }
  | {
      readonly kind: 'failure';
      readonly reason: string;
      /** Whether another try may do better. */
      readonly again: boolean;
      readonly retryAfterMs?: number | undefined;
    };

interface Question {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Of completions. */
  readonly count: number;
  /** Breaks it off. */
  readonly signal: AbortSignal;
}

/** One request. Never rejects: every failure is a reason. */
async function ask(
  { url, timeoutMs }: HttpRewardConfig,
  { headers, body, count, signal: stop }: Question,
): Promise<Outcome> {
  const failure = (reason: string, again: boolean, retryAfterMs?: number): Outcome => ({
    kind: 'failure',
    reason: `${hostOf(url)} ${reason}`,
    again,
    retryAfterMs,
  });
  // Not `AbortSignal.timeout`: it aborts before what arrived while this thread was busy is read.
  const late = new AbortController();
  const answered = whenLate(timeoutMs, () => late.abort());
  const signal = AbortSignal.any([late.signal, stop]);
  try {
    // A redirect could lead the token elsewhere.
    const response = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'manual' });
    if (response.status !== 200) {
      await response.body?.cancel();
      if (response.status >= 300 && response.status < 400)
        return failure(
          `answered ${response.status}: redirects are not followed, give the final address`,
          false,
        );
      const again = response.status === 429 || response.status >= 500;
      return failure(`answered ${response.status}`, again, retryAfter(response.headers));
    }
    const text = await bounded(response);
    if (text === null) return failure(`answered more than ${MAX_RESPONSE_BYTES} bytes`, false);
    const parsed = responseSchema.safeParse(parseJson(text));
    if (!parsed.success)
      return failure(
        `answered with another shape than { rewards: [number | null] }: ${z.prettifyError(parsed.error)}`.slice(
          0,
          400,
        ),
        false,
      );
    const { rewards, version } = parsed.data;
    if (rewards.length !== count)
      return failure(`gave ${rewards.length} rewards for ${count} completions`, false);
    return { kind: 'answer', rewards, version };
  } catch (error) {
    if (late.signal.aborted) return failure(`gave no answer within ${timeoutMs / 1000} s`, false);
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return failure(`cannot be reached: ${reasonOf(cause)}`, true);
  } finally {
    answered();
  }
}

async function pauseUntil(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
  });
}

/** null where the text is longer than an answer can be. */
async function bounded(response: Response): Promise<string | null> {
  if (response.body === null) return '';
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  // Leaving the loop cancels the stream.
  for await (const chunk of response.body) {
    bytes += chunk.byteLength;
    if (bytes > MAX_RESPONSE_BYTES) return null;
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The schema that follows refuses undefined and says what was expected.
    return undefined;
  }
}

/** Seconds, or a date. */
function retryAfter(headers: Headers): number | undefined {
  const value = headers.get('retry-after');
  if (value === null) return undefined;
  const ms = /^\d+$/.test(value.trim()) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

function headersOf(
  { name, tokenEnv }: HttpRewardConfig,
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const headers = { 'content-type': 'application/json', accept: 'application/json' };
  if (tokenEnv === undefined) return headers;
  const token = env[tokenEnv]?.trim();
  if (token === undefined || token === '')
    throw new TrainerError(
      'REWARD_ENDPOINT',
      `reward "${name}": the environment variable ${tokenEnv}, which holds its token, is not set on this worker`,
    );
  return { ...headers, authorization: `Bearer ${token}` };
}

function isClear(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'http:' && !/^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}

/** Without path and query, which may hold secrets. */
function hostOf(url: string): string {
  return new URL(url).origin;
}
