/** @file A reward function that a user wrote: a JavaScript module in the worker's rewards folder. */
import { readFile, realpath } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import type { RewardConfig } from '@nabla/domain';

import { TrainerError } from '../errors.ts';
import { rewardVersion, type RewardComponent } from './rewardComponent.ts';

export type ModuleRewardConfig = Extract<RewardConfig, { kind: 'module' }>;

/**
 * Loads the module and takes its default export, `({ prompt, completion, answer }) => number | null` (a promise is awaited).
 * The version is the hash of the module's own text; what it imports is not in it.
 * @param rewardsDir folder that `config.path` is relative to and may not leave, not by a link either.
 * @throws TrainerError REWARD_MODULE saying which path, and what is wrong with it.
 */
export async function moduleReward(
  config: ModuleRewardConfig,
  rewardsDir: string | undefined,
): Promise<RewardComponent> {
  const fail = (reason: string, cause?: unknown): never => {
    throw new TrainerError(
      'REWARD_MODULE',
      `reward "${config.name}": module "${config.path}" ${reason}`,
      {},
      cause === undefined ? undefined : { cause },
    );
  };
  if (rewardsDir === undefined)
    return fail('cannot be loaded: this worker has no rewards folder (set NABLA_REWARDS_DIR)');
  if (!/\.[cm]?[jt]s$/.test(config.path)) fail('is not a .js, .mjs, .cjs or .ts file');

  const folder = await realpath(rewardsDir).catch((error: unknown) =>
    fail(`cannot be loaded: the rewards folder ${rewardsDir} does not exist`, error),
  );
  const wanted = path.resolve(folder, config.path);
  if (!isWithin(folder, wanted)) fail('lies outside the rewards folder');
  const file = await realpath(wanted).catch((error: unknown) =>
    fail(`is not in the rewards folder ${rewardsDir}`, error),
  );
  if (!isWithin(folder, file)) fail('is a link that leads outside the rewards folder');

  const code = await readFile(file, 'utf8').catch((error: unknown) =>
    fail(`cannot be read: ${messageOf(error)}`, error),
  );
  const version = rewardVersion(code, { kind: config.kind });
  // The version in the address makes an edited module a new one: a worker lives longer than a module's text.
  const address = `${pathToFileURL(file).href}?version=${version}`;
  const loaded = await import(/* @vite-ignore */ address).catch((error: unknown) =>
    fail(`does not load: ${messageOf(error)}`, error),
  );
  const score: unknown = loaded?.default;
  if (!isFunction(score)) return fail('has no function as its default export');
  return {
    name: config.name,
    weight: config.weight,
    version,
    score: ({ prompt, completion, answer }) => score({ prompt, completion, answer }),
  };
}

function isFunction(value: unknown): value is (input: unknown) => unknown {
  return typeof value === 'function';
}

function isWithin(folder: string, file: string): boolean {
  const relative = path.relative(folder, file);
  return relative !== '' && !relative.startsWith('..') && !path.isAbsolute(relative);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
