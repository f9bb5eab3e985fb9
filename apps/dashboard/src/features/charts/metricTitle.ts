/** @file What a metric is called in headings: the same words everywhere; its raw name stands in the tooltip. */

const TITLES: Readonly<Record<string, string>> = {
  'reward/mean': 'Reward',
  'reward/std': 'Reward spread',
  'reward/null_fraction': 'Rewards missing',
  'group/zero_std_fraction': 'Flat groups',
  'group/pass_at_1': 'Exact answers',
  'group/pass_at_g': 'Exact answer in group',
  'group/resampled_fraction': 'Groups drawn anew',
  'group/rounds': 'Rollouts per step',
  'advantage/mean': 'Advantage',
  'advantage/std': 'Signal size',
  'signal/mean': 'Signal',
  'signal/std': 'Signal after KL, size',
  'signal/token_std': 'Token signal, size',
  'kl/ref_k1': 'KL to reference',
  'kl/ref_k3': 'KL to reference (k3)',
  'kl/old_k3': 'KL of the step',
  'kl/beta': 'β',
  'policy/loss': 'Loss',
  'policy/entropy': 'Entropy',
  'policy/grad_norm': 'Gradient norm',
  'policy/ratio_mean': 'Ratio, mean',
  'policy/ratio_max': 'Ratio, largest',
  'policy/clip_fraction_low': 'Clipped low',
  'policy/clip_fraction_high': 'Clipped high',
  'policy/dual_clip_fraction': 'Dual-clipped',
  'policy/sequence_ratio_mean': 'Sequence ratio, mean',
  'policy/sequence_ratio_max': 'Sequence ratio, largest',
  'policy/importance_weight_mean': 'Importance weight',
  'policy/importance_capped_fraction': 'Importance weights cut',
  'policy/delta_logp_mean': 'Push of the update',
  'policy/sampler_logp_diff_max': 'Sampler mismatch, largest',
  'policy/sampler_logp_diff_mean': 'Sampler mismatch, mean',
  'value/loss': 'Value loss',
  'value/explained_variance': 'Value, variance explained',
  'sft/loss': 'Warm-up loss',
  'sft/token_accuracy': 'Warm-up token accuracy',
  'completion/length_mean': 'Length',
  'completion/length_min': 'Length, shortest',
  'completion/length_max': 'Length, longest',
  'completion/truncated_fraction': 'Truncated',
  'completion/distinct_fraction': 'Distinct in group',
  'optimizer/learning_rate': 'Learning rate',
  'time/rollout_ms': 'Time of rollout',
  'time/reward_ms': 'Time of rewards',
  'time/update_ms': 'Time of update',
  'time/evaluation_ms': 'Time of evaluation',
  'time/step_ms': 'Time of step',
  'throughput/completion_tokens_per_s': 'Tokens sampled',
  'throughput/train_tokens_per_s': 'Tokens trained on',
  'system/rss_bytes': 'Memory',
  'system/gpu_memory_bytes': 'GPU memory',
};

/** The title of a metric of ours, of its components and evaluation sets; the name itself for any other. */
export function metricTitle(name: string): string {
  const known = TITLES[name];
  if (known !== undefined) return known;
  const component = /^reward\/([^/]+)\/(mean|std)$/.exec(name);
  if (component)
    return component[2] === 'mean' ? `Reward: ${component[1]}` : `Reward spread: ${component[1]}`;
  const evaluation = /^eval\/([^/]+)\/(.+)$/.exec(name);
  const title = evaluation?.[2] === undefined ? undefined : evaluationTitle(evaluation[2]);
  return title === undefined ? name : `${evaluation?.[1]}: ${title}`;
}

/** "pass@4" for pass_at_4; undefined for what is no statistic of ours. */
export function evaluationTitle(statistic: string): string | undefined {
  switch (statistic) {
    case 'accuracy':
      return 'accuracy';
    case 'reward_mean':
      return 'reward';
    case 'reward_ci95':
      return 'reward ±';
    case 'length_mean':
      return 'length';
    default: {
      const k = /^pass_at_(\d+)$/.exec(statistic)?.[1];
      return k === undefined ? undefined : `pass@${k}`;
    }
  }
}
