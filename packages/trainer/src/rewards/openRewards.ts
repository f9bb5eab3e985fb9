import type { RunConfig } from '@nabla/domain';

import { builtInReward } from './builtInRewards.ts';
import { moduleReward } from './moduleReward.ts';
import type { RewardComponent } from './rewardComponent.ts';

/**
 * The reward components of a run, in the order of its configuration.
 * @throws TrainerError REWARD_MODULE where a user's module cannot be loaded.
 */
export function openRewards(
  config: Pick<RunConfig, 'rewards' | 'task'>,
  rewardsDir?: string,
): Promise<RewardComponent[]> {
  return Promise.all(
    config.rewards.map(async (reward) =>
      reward.kind === 'module' ? moduleReward(reward, rewardsDir) : builtInReward(reward, config.task),
    ),
  );
}
