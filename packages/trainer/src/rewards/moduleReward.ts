/** @file A reward function that a user wrote: a JavaScript or TypeScript module in the worker's rewards folder, in a thread of its own. */
import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import type { RewardConfig } from '@nabla/domain';

import { TrainerError } from '../errors.ts';
import { createAnswerQueue } from './answerQueue.ts';
import { ModuleThread } from './moduleThread.ts';
import { moduleHash } from './moduleVersion.ts';
import {
  rewardVersion,
  type RewardAnswer,
  type RewardComponent,
  type RewardInput,
  type Scoring,
} from './rewardComponent.ts';

export type ModuleRewardConfig = Extract<RewardConfig, { kind: 'module' }>;

export interface ModuleRewardOptions {
  /** Folder that `config.path` is relative to and may not leave, not by a link either. */
  readonly rewardsDir: string | undefined;
  /** Takes what the module prints. */
  readonly log?: ((message: string) => void) | undefined;
  /** Takes what somebody should know: a thread that was started anew, a module that changed. */
  readonly warn?: ((message: string) => void) | undefined;
}

/** A thread that ends this often without one answer in between will end again. */
const MAX_BREAKS_IN_A_ROW = 3;

/**
 * Loads the module and takes its default export: `({ prompt, completion, answer }) => number | null`, or with `batch` an array of
 * those in and an array of numbers out; promises are awaited.
 * @throws TrainerError REWARD_MODULE saying which path, and what is wrong with it.
 */
export async function moduleReward(
  config: ModuleRewardConfig,
  { rewardsDir, log, warn }: ModuleRewardOptions,
): Promise<RewardComponent> {
  const { name, weight, clip, normalise, batch, timeoutMs, memoryMb } = config;
  const fail = (reason: string, cause?: unknown): never => {
    throw new TrainerError(
      'REWARD_MODULE',
      `reward "${name}": module "${config.path}" ${reason}`,
      {},
      cause === undefined ? undefined : { cause },
    );
  };
  const file = await locate(config.path, rewardsDir, fail);

  async function versionNow(): Promise<string> {
    try {
      return rewardVersion(await moduleHash(file), { kind: config.kind, batch });
    } catch (error) {
      return fail(`does not load: ${messageOf(error)}`, error);
    }
  }

  const start = async (): Promise<ModuleThread> =>
    ModuleThread.start({
      href: pathToFileURL(file).href,
      batch,
      timeoutMs,
      memoryMb,
      name: `reward ${name}`,
      onLine: (line) => log?.(`reward "${name}": ${line}`),
    }).catch((error: unknown) => fail(messageOf(error), error));

  const first = await versionNow();
  let version = first;
  let thread = await start();
  /** In a row, and in all. */
  let [breaks, starts] = [0, 0];
  let hasAnswered = false;
  /** The thread was ended because nobody wanted its answers, which is no fault of its own. */
  let isBrokenOff = false;

  /** A thread that ended, while it was asked or in between. */
  async function startAnew(reason: string, isLate = false): Promise<void> {
    // A module that has answered may hang on some completions, and those of one prompt are alike.
    if (!isLate || !hasAnswered) breaks += 1;
    if (breaks >= MAX_BREAKS_IN_A_ROW)
      fail(
        `ended its thread, or had to be broken off, ${breaks} times in a row without an answer; the last time: ${reason}`,
      );
    starts += 1;
    // Not every time: a module may hang on a few completions of every step. Each null has its reason stored.
    if (Number.isInteger(Math.log2(starts)))
      warn?.(
        `reward "${name}": the thread of module "${config.path}" is started anew${starts === 1 ? '' : ` (${starts} times so far)`}: ${reason}`,
      );
    await renew();
  }

  async function renew(): Promise<void> {
    const now = await versionNow();
    if (now !== version)
      warn?.(`reward "${name}": module "${config.path}" has changed; its new version is in force`);
    version = now;
    thread = await start();
    isBrokenOff = false;
  }

  async function ask(inputs: readonly RewardInput[], signal: AbortSignal): Promise<readonly RewardAnswer[]> {
    // It may be in an endless loop: only its end ends the call.
    const breakOff = () => void thread.close();
    signal.addEventListener('abort', breakOff);
    try {
      return await answersTo(inputs, signal);
    } finally {
      signal.removeEventListener('abort', breakOff);
      isBrokenOff = signal.aborted;
      // Again: another one may have been started meanwhile.
      if (isBrokenOff) await thread.close();
    }
  }

  async function answersTo(
    inputs: readonly RewardInput[],
    signal: AbortSignal,
  ): Promise<readonly RewardAnswer[]> {
    const items = inputs.map(({ prompt, completion, answer }) => ({ prompt, completion, answer }));
    const answers = new Map<number, RewardAnswer>();
    let oneByOne = false;
    for (;;) {
      const left = items.map((_, index) => index).filter((index) => !answers.has(index));
      if (left.length === 0) break;
      if (isBrokenOff) await renew();
      else if (thread.gone !== undefined) await startAnew(thread.gone);
      signal.throwIfAborted();
      const asked = oneByOne ? left.slice(0, 1) : left;
      const end = await thread.score(
        asked.flatMap((index) => items[index] ?? []),
        (position, answer) => {
          [breaks, hasAnswered] = [0, true];
          answers.set(asked[position] ?? -1, { ...answer, version });
        },
      );
      signal.throwIfAborted();
      if (end.kind === 'done') continue;
      // Nobody is blamed for what another may have done: asked again, each alone, the one shows itself.
      if (!end.certain && !batch && asked.length > 1) oneByOne = true;
      else
        for (const position of end.blamed)
          answers.set(asked[position] ?? -1, { value: null, error: end.reason, version });
      await startAnew(end.reason, end.isLate);
    }
    return items.map((_, index) => answers.get(index) ?? { value: null, error: 'was not scored' });
  }

  const queue = createAnswerQueue({ calls: 1, size: Infinity, ask });
  const begin = (expected: number): Scoring => {
    thread.flushLines();
    return queue.begin(expected);
  };
  return {
    name,
    weight,
    clip,
    normalise,
    version: first,
    score(inputs) {
      thread.flushLines();
      return queue.score(inputs);
    },
    // A batch is one call with all completions of a step: it needs them all.
    ...(batch ? {} : { begin }),
    async dispose() {
      await queue.close();
      await thread.close();
    },
  };
}

/** @returns the real path of the module */
async function locate(
  wantedPath: string,
  rewardsDir: string | undefined,
  fail: (reason: string, cause?: unknown) => never,
): Promise<string> {
  if (rewardsDir === undefined)
    return fail('cannot be loaded: this worker has no rewards folder (set NABLA_REWARDS_DIR)');
  if (!/\.[cm]?[jt]s$/.test(wantedPath)) fail('is not a .js, .mjs, .cjs, .ts, .mts or .cts file');
  const folder = await realpath(rewardsDir).catch((error: unknown) =>
    fail(`cannot be loaded: the rewards folder ${rewardsDir} does not exist`, error),
  );
  const wanted = path.resolve(folder, wantedPath);
  if (!isWithin(folder, wanted)) fail('lies outside the rewards folder');
  const file = await realpath(wanted).catch((error: unknown) =>
    fail(`is not in the rewards folder ${rewardsDir}`, error),
  );
  if (!isWithin(folder, file)) fail('is a link that leads outside the rewards folder');
  return file;
}

function isWithin(folder: string, file: string): boolean {
  const relative = path.relative(folder, file);
  return relative !== '' && !relative.startsWith('..') && !path.isAbsolute(relative);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
