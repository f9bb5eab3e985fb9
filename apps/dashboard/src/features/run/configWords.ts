/** @file A configuration in words: what each part of it comes to, without defaults that say nothing. */
import {
  aggregationOf,
  type EvaluationSetConfig,
  isLocalPath,
  type ModelConfig,
  parameterCount,
  type PolicyGradientConfig,
  type RewardConfig,
  type RunConfig,
} from '@nabla/domain';
import { formatCount } from '../../ui/format.ts';

export function modelWords({ model, tokenizer }: Pick<RunConfig, 'model' | 'tokenizer'>): string {
  if (model.kind === 'scratch')
    return `from scratch: ${model.layers} layers × ${model.width}, ${model.heads} heads, about ${formatCount(parameterCount(model))} parameters, ${tokenizer.kind} tokenizer`;
  const place = isLocalPath(model.source)
    ? `the directory ${model.source} on the worker`
    : `${model.source}${model.revision === 'main' ? '' : ` at ${model.revision}`} from the hub`;
  return [
    place,
    trainedWords(model),
    model.promptFormat === 'chat'
      ? `prompts as chat messages${model.system === undefined ? '' : ' after a system message'}`
      : 'prompts as they are',
    ...(model.maxContextTokens === undefined
      ? []
      : [`at most ${formatCount(model.maxContextTokens)} tokens`]),
  ].join(', ');
}

/** Which weights learn. */
export function trainedWords(model: ModelConfig): string {
  if (model.kind === 'scratch' || model.lora === undefined) return 'all weights';
  const { rank, alpha, targets } = model.lora;
  return `LoRA of rank ${rank} (α ${alpha}) on ${targets.length === 7 ? 'every projection' : targets.join(', ')}`;
}

export function rewardWords(reward: RewardConfig): string {
  const details = [
    reward.kind.replaceAll('_', ' '),
    ...(reward.clip === null ? [] : [`cut to ${reward.clip[0]} … ${reward.clip[1]}`]),
    ...(reward.normalise === 'none' ? [] : [`normalised over each ${reward.normalise}`]),
  ];
  return `${reward.weight === 1 ? '' : `${reward.weight} × `}${reward.name} (${details.join(', ')})`;
}

export function advantageWords(pg: PolicyGradientConfig): string {
  switch (pg.advantage) {
    case 'none':
      return 'the reward itself, no baseline';
    case 'constant':
      return `reward − ${pg.baseline}`;
    case 'ema':
      return `reward − running mean (decay ${pg.baselineDecay})`;
    case 'batch_mean':
      return 'reward − mean of the batch';
    case 'batch_norm':
      return 'reward normalised over the batch';
    case 'rloo':
      return 'reward − mean of the others of its group (RLOO)';
    case 'group_mean':
      return 'reward − mean of its group';
    case 'group_norm':
      return 'reward normalised over its group (GRPO)';
    case 'gae':
      return `GAE with a value head (γ ${pg.gae.gamma}, λ ${pg.gae.lambda})`;
  }
}

export function lossWords(pg: PolicyGradientConfig): string {
  const range = `ε ${pg.epsilonLow} / ${pg.epsilonHigh}`;
  return [
    pg.loss,
    aggregationOf(pg).replaceAll('_', ' '),
    ...(pg.loss === 'reinforce' ? [] : [range]),
    ...(pg.dualClip === null ? [] : [`dual clip at ${pg.dualClip}`]),
    ...(pg.importanceCap === null ? [] : [`importance weights cut at ${pg.importanceCap}`]),
    ...(pg.entropyBonus === 0 ? [] : [`entropy bonus ${pg.entropyBonus}`]),
    ...(pg.innerEpochs === 1 ? [] : [`${pg.innerEpochs} inner epochs`]),
    ...(pg.miniBatches === 1 ? [] : [`${pg.miniBatches} mini-batches`]),
  ].join(', ');
}

const PLACEMENTS: Readonly<Record<PolicyGradientConfig['kl']['placement'], string>> = {
  signal: 'in the signal',
  reward_to_go: 'in the signal, from each token on',
  token: 'in the signal of each token',
  loss: 'in the loss',
  ratio_loss: 'in the loss, times the ratio',
};

export function klWords({ kl }: PolicyGradientConfig): string {
  if (kl.beta === 0) return 'none (β = 0)';
  const beta =
    kl.adaptive === null
      ? `β = ${kl.beta}`
      : `β from ${kl.beta} on, kept to a KL of ${kl.adaptive.target} nats`;
  const reference =
    kl.reference === 'initial'
      ? 'to the initial policy'
      : kl.reference === 'checkpoint'
        ? `to the checkpoint ${(kl.checkpoint ?? '').slice(0, 12)}`
        : `to the policy of ${kl.syncEverySteps === 1 ? 'the step before' : `up to ${kl.syncEverySteps} steps before`}${kl.mixing === 1 ? '' : `, mixed in by ${kl.mixing}`}`;
  return `${beta}, ${kl.estimator} ${PLACEMENTS[kl.placement]}, ${reference}`;
}

export function samplingWords(pg: PolicyGradientConfig): string {
  return [
    `${pg.promptsPerStep} prompts × ${pg.groupSize} completions of at most ${pg.maxNewTokens} tokens`,
    `temperature ${pg.temperature}`,
    ...(pg.topK === null ? [] : [`top ${pg.topK}`]),
    ...(pg.topP === null ? [] : [`top-p ${pg.topP}`]),
    ...(pg.minP === null ? [] : [`min-p ${pg.minP}`]),
    ...(pg.dynamicSampling === null
      ? []
      : [`flat groups drawn anew up to ${pg.dynamicSampling.maxRounds} times`]),
  ].join(', ');
}

/** "every 50 steps: held_out (64 prompts, 4 samples, pass@1, 4)" */
export function evaluationWords({ evaluation }: Pick<RunConfig, 'evaluation'>): string {
  if (evaluation === undefined) return 'none';
  const sets = evaluation.sets.map(setWords).join('; ');
  return `every ${evaluation.everySteps === 1 ? 'step' : `${formatCount(evaluation.everySteps)} steps`}: ${sets}`;
}

function setWords({ name, prompts, samples, passAt }: EvaluationSetConfig): string {
  const details = [
    `${formatCount(prompts)} prompts`,
    ...(samples === 1 ? [] : [`${samples} samples`]),
    ...(passAt.length === 0 ? [] : [`pass@${passAt.join(', ')}`]),
  ];
  return `${name} (${details.join(', ')})`;
}

/** What of its checkpoints a run keeps. */
export function checkpointWords({ checkpoint }: Pick<RunConfig, 'checkpoint'>): string {
  const { everySteps, keepLast, keepEvery, keepBest, bestMetric, bestIs } = checkpoint;
  return [
    `every ${everySteps === 1 ? 'step' : `${formatCount(everySteps)} steps`}`,
    `the last ${keepLast} kept`,
    ...(keepEvery === null ? [] : [`one every ${formatCount(keepEvery)} steps kept for good`]),
    ...(keepBest === 0
      ? []
      : [
          `the ${keepBest === 1 ? 'best' : `best ${keepBest}`} by ${bestMetric}${bestIs === 'lowest' ? ' (lowest)' : ''} too`,
        ]),
  ].join(', ');
}
