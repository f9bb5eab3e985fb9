import type { RewardConfig, RunConfig } from '@nabla/domain';

import { TrainerError } from '../errors.ts';
import { builtInReward } from './builtInRewards.ts';
import { functionReward, type RewardFunction } from './functionReward.ts';
import { httpReward } from './httpReward.ts';
import type { RewardComponent } from './rewardComponent.ts';

/** Functions given in code, by the name of their component (kind function). */
export type RewardFunctions = Readonly<Record<string, RewardFunction>>;

export interface OpenRewardsOptions {
  /** Folder of reward modules. */
  readonly rewardsDir?: string | undefined;
  readonly functions?: RewardFunctions | undefined;
  /** Takes what modules print. */
  readonly log?: ((message: string) => void) | undefined;
  readonly warn?: ((message: string) => void) | undefined;
}

/**
 * The reward components of a run, in the order of its configuration. To be closed by `closeRewards`.
 * @throws TrainerError REWARD_MODULE, REWARD_ENDPOINT, REWARD_SETTINGS; nothing is left open then.
 */
export async function openRewards(
  config: Pick<RunConfig, 'rewards' | 'task'> & {
    readonly policyGradient: Pick<RunConfig['policyGradient'], 'maxNewTokens'>;
  },
  options: OpenRewardsOptions = {},
): Promise<RewardComponent[]> {
  const opened = await Promise.allSettled(
    config.rewards.map((reward) => openReward(reward, config, options)),
  );
  const components = opened.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const failed = opened.find((result) => result.status === 'rejected');
  if (failed === undefined) return components;
  await closeRewards(components);
  throw failed.reason;
}

/** Ends threads and connections. */
export async function closeRewards(components: readonly RewardComponent[]): Promise<void> {
  await Promise.all(components.map(async (component) => component.dispose?.()));
}

async function openReward(
  reward: RewardConfig,
  { task, policyGradient }: Omit<Parameters<typeof openRewards>[0], 'rewards'>,
  { rewardsDir, functions, log, warn }: OpenRewardsOptions,
): Promise<RewardComponent> {
  switch (reward.kind) {
    case 'module': {
      // Only where it is asked for: esbuild takes a while to load.
      const { moduleReward } = await import('./moduleReward.ts');
      return moduleReward(reward, { rewardsDir, log, warn });
    }
    case 'http':
      return httpReward(reward, { warn });
    case 'function': {
      const score = functions?.[reward.name];
      if (score === undefined)
        throw new TrainerError(
          'REWARD_SETTINGS',
          `reward "${reward.name}" is a function given in code: only the script that has it can execute this run`,
        );
      const { name, weight, clip, normalise, version } = reward;
      return functionReward({ name, weight, clip, normalise, version, score });
    }
    default:
      return builtInReward(reward, { task, maxNewTokens: policyGradient.maxNewTokens });
  }
}
