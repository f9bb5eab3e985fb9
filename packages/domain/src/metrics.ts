/** @file The catalogue of metrics a trainer of ours logs: name, unit, meaning. `docs/estimators.md` defines each in full. */

export type MetricUnit =
  'reward' | 'nats' | 'ratio' | 'fraction' | 'tokens' | 'ms' | 'tokens/s' | 'bytes' | 'loss' | 'none';

export interface MetricDefinition {
  readonly name: string;
  readonly unit: MetricUnit;
  readonly description: string;
}

/** Keeps the name as a literal type, so that `MetricName` knows the catalogue. */
const define = <Name extends string>(
  name: Name,
  unit: MetricUnit,
  description: string,
): MetricDefinition & { readonly name: Name } => ({ name, unit, description });

/** Every metric with a fixed name, in the order in which a person asks for them. */
export const METRICS = [
  define(
    'reward/mean',
    'reward',
    'Mean over completions of the weighted sum of reward components; null rewards left out.',
  ),
  define(
    'reward/std',
    'reward',
    'Standard deviation (n − 1) of the reward over the completions of the step.',
  ),
  define(
    'reward/null_fraction',
    'fraction',
    'Share of completions whose reward could not be computed and that left the batch.',
  ),
  define(
    'group/zero_std_fraction',
    'fraction',
    'Share of groups whose rewards are all equal: they carry no signal.',
  ),
  define(
    'group/resampled_fraction',
    'fraction',
    'Dynamic sampling: share of the groups drawn that were flat and gave way to others.',
  ),
  define('group/rounds', 'none', 'Dynamic sampling: rollouts that the step took.'),
  define('group/pass_at_1', 'fraction', 'Mean over completions of whether the exact answer was given.'),
  define(
    'group/pass_at_g',
    'fraction',
    'Share of groups in which at least one completion gave the exact answer.',
  ),
  define('advantage/mean', 'reward', 'Mean advantage over completions.'),
  define(
    'advantage/std',
    'reward',
    'Standard deviation of the advantage: the size of the learning signal before the KL penalty.',
  ),
  define('signal/mean', 'reward', 'Mean learning signal: advantage minus beta times the KL estimate.'),
  define('signal/std', 'reward', 'Standard deviation of the learning signal over completions.'),
  define(
    'signal/token_std',
    'reward',
    'The same over tokens, whose signals may differ (gae, reward_to_go, token).',
  ),
  define(
    'kl/ref_k1',
    'nats',
    'Mean over completions of Σ_t (log π_θ − log π_ref) under the sampling policy: unbiased for KL[π_θ‖π_ref], may be negative.',
  ),
  define(
    'kl/ref_k3',
    'nats',
    'Mean over completions of Σ_t (e^−d + d − 1), d = log π_θ − log π_ref: never negative.',
  ),
  define(
    'kl/old_k3',
    'nats',
    'The same against the policy that sampled, after the last inner epoch: how far one step moved.',
  ),
  define('kl/beta', 'none', 'Weight of the KL penalty in this step; adaptive control changes it after.'),
  define(
    'policy/loss',
    'loss',
    'Value of the surrogate loss; its gradient is what matters (it is zero-mean by construction under a baseline).',
  ),
  define('policy/entropy', 'nats', 'Mean entropy of the next-token distribution over completion tokens.'),
  define(
    'policy/grad_norm',
    'none',
    'Global L2 norm of the gradient before clipping; mean over the updates of the step.',
  ),
  define('policy/ratio_mean', 'ratio', 'Mean over completion tokens of π_θ/π_old in the last inner epoch.'),
  define('policy/ratio_max', 'ratio', 'Largest π_θ/π_old over completion tokens in the last inner epoch.'),
  define(
    'policy/sequence_ratio_mean',
    'ratio',
    'gspo: mean over completions of exp(mean_t log π_θ/π_old) in the last inner epoch.',
  ),
  define('policy/sequence_ratio_max', 'ratio', 'gspo: largest such ratio of a completion.'),
  define(
    'policy/clip_fraction_low',
    'fraction',
    'Share of completion tokens with ratio below 1 − ε_low and negative advantage.',
  ),
  define(
    'policy/clip_fraction_high',
    'fraction',
    'Share of completion tokens with ratio above 1 + ε_high and positive advantage.',
  ),
  define(
    'policy/dual_clip_fraction',
    'fraction',
    'Share of completion tokens with negative signal and ratio above the dual clip bound: they stop pulling.',
  ),
  define(
    'policy/importance_weight_mean',
    'ratio',
    'Mean over completion tokens of the truncated weight min(π_trainer/π_sampler, importanceCap).',
  ),
  define(
    'policy/importance_capped_fraction',
    'fraction',
    'Share of completion tokens whose weight importanceCap cut.',
  ),
  define(
    'policy/delta_logp_mean',
    'nats',
    'Mean change in log-probability, by the update, of the completions just trained on.',
  ),
  define(
    'policy/sampler_logp_diff_max',
    'nats',
    'Largest difference between the log-probability the sampler and the trainer give one token.',
  ),
  define(
    'policy/sampler_logp_diff_mean',
    'nats',
    'Mean absolute difference between sampler and trainer log-probabilities.',
  ),
  define(
    'value/loss',
    'loss',
    'Half the mean squared error of the value head against the returns, before the update.',
  ),
  define(
    'value/explained_variance',
    'fraction',
    '1 − Var[return − value] / Var[return] over completion tokens, before the update: 1 is perfect, 0 no better than a constant.',
  ),
  define('sft/loss', 'nats', 'Warm-up: mean cross-entropy per answer token.'),
  define('sft/token_accuracy', 'fraction', 'Warm-up: share of answer tokens that are the most likely ones.'),
  define('completion/length_mean', 'tokens', 'Mean completion length, its end-of-sequence token included.'),
  define('completion/length_min', 'tokens', 'Shortest completion.'),
  define('completion/length_max', 'tokens', 'Longest completion.'),
  define(
    'completion/truncated_fraction',
    'fraction',
    'Share of completions that reached the length limit without an end-of-sequence token.',
  ),
  define(
    'completion/distinct_fraction',
    'fraction',
    'Mean over groups of distinct completions / group size.',
  ),
  define('optimizer/learning_rate', 'none', 'Learning rate used by the step.'),
  define('time/rollout_ms', 'ms', 'Time spent sampling.'),
  define('time/reward_ms', 'ms', 'Time the step waited for rewards, beyond sampling and scoring passes.'),
  define('time/update_ms', 'ms', 'Time spent in forward, backward and optimizer.'),
  define('time/step_ms', 'ms', 'Time of the whole step.'),
  define(
    'time/evaluation_ms',
    'ms',
    'Time of the evaluation after the step, where there was one; not part of time/step_ms.',
  ),
  define(
    'throughput/completion_tokens_per_s',
    'tokens/s',
    'Completion tokens sampled per second of the whole step.',
  ),
  define(
    'throughput/train_tokens_per_s',
    'tokens/s',
    'Prompt and completion tokens trained on per second of the update.',
  ),
  define('system/rss_bytes', 'bytes', 'Resident memory of the trainer process.'),
  define('system/gpu_memory_bytes', 'bytes', 'Bytes held by tensors on the GPU.'),
] as const satisfies readonly MetricDefinition[];

export type MetricName = (typeof METRICS)[number]['name'];
/** Metrics whose name holds a reward component's name. */
export type ComponentMetricName = `reward/${string}/mean` | `reward/${string}/std`;
/** What is told about an evaluation set; pass_at_k for each k that the configuration asks for. */
export type EvaluationStatistic =
  'accuracy' | 'reward_mean' | 'reward_ci95' | 'length_mean' | `pass_at_${number}`;
/** Metrics whose name holds an evaluation set's name. */
export type EvaluationMetricName = `eval/${string}/${EvaluationStatistic}`;

const BY_NAME = new Map<string, MetricDefinition>(METRICS.map((metric) => [metric.name, metric]));

export function componentMetric(component: string, statistic: 'mean' | 'std'): ComponentMetricName {
  return `reward/${component}/${statistic}`;
}

export function evaluationMetric(set: string, statistic: EvaluationStatistic): EvaluationMetricName {
  return `eval/${set}/${statistic}`;
}

/** The definition of a metric, those of components and evaluation sets included; undefined for a name that is not ours. */
export function metricDefinition(name: string): MetricDefinition | undefined {
  return BY_NAME.get(name) ?? componentDefinition(name) ?? evaluationDefinition(name);
}

function componentDefinition(name: string): MetricDefinition | undefined {
  const match = /^reward\/([^/]+)\/(mean|std)$/.exec(name);
  if (!match) return undefined;
  const [, component, statistic] = match;
  return define(
    name,
    'reward',
    `${statistic === 'mean' ? 'Mean' : 'Standard deviation'} of the reward component "${component}".`,
  );
}

function evaluationDefinition(name: string): MetricDefinition | undefined {
  const match = /^eval\/([^/]+)\/(accuracy|reward_mean|reward_ci95|length_mean|pass_at_([1-9][0-9]*))$/.exec(
    name,
  );
  if (!match) return undefined;
  const [, set, statistic, k] = match;
  const of = `of the evaluation set "${set}"`;
  switch (statistic) {
    case 'accuracy':
      return define(name, 'fraction', `Share of prompts ${of} whose greedy completion is the exact answer.`);
    case 'reward_mean':
      return define(name, 'reward', `Mean reward ${of}: of each prompt’s completions, then over prompts.`);
    case 'reward_ci95':
      return define(
        name,
        'reward',
        `Half the width of the 95 % confidence interval of the mean reward ${of}, over prompts.`,
      );
    case 'length_mean':
      return define(name, 'tokens', `Mean length of the completions ${of}.`);
    default:
      return define(
        name,
        'fraction',
        `pass@${k} ${of}: probability that one of ${k} samples is right, unbiased (1 − C(n−c, k)/C(n, k)).`,
      );
  }
}

/** What a metric name must look like to be stored, ours or another trainer's. */
export const METRIC_NAME_PATTERN = /^[a-zA-Z0-9_.\-@]+(\/[a-zA-Z0-9_.\-@]+){0,5}$/;
export const METRIC_NAME_MAX_CHARS = 120;
