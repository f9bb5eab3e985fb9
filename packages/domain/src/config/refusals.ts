/** @file Mixes of estimator settings that are wrong, each with the reason. Whatever is merely biased is allowed: `estimatorNotes` says so. */
import type { PolicyGradientConfig } from './policyGradient.ts';

export interface Refusal {
  /** Within `policyGradient`. */
  readonly path: readonly string[];
  readonly message: string;
}

export function refusals(pg: PolicyGradientConfig): Refusal[] {
  return [...ofGroups(pg), ...ofStaleness(pg), ...ofSampling(pg), ...ofKl(pg), ...ofLoss(pg)];
}

function ofGroups({
  advantage,
  groupSize,
  promptsPerStep,
  dynamicSampling,
}: PolicyGradientConfig): Refusal[] {
  const found: Refusal[] = [];
  const compares = advantage === 'rloo' || advantage === 'group_norm' || advantage === 'group_mean';
  if (compares && groupSize < 2)
    found.push({
      path: ['groupSize'],
      message: `${advantage} compares completions of one prompt: groupSize must be at least 2`,
    });
  const comparesBatch = advantage === 'batch_mean' || advantage === 'batch_norm';
  if (comparesBatch && promptsPerStep * groupSize < 2)
    found.push({
      path: ['promptsPerStep'],
      message: `${advantage} compares the completions of a step: one alone has an advantage of 0`,
    });
  if (dynamicSampling !== null && dynamicSampling.maxRounds < 2)
    found.push({
      path: ['dynamicSampling', 'maxRounds'],
      message: 'one round draws nothing again: allow 2 or more, or leave dynamicSampling away',
    });
  if (dynamicSampling !== null && groupSize < 2)
    found.push({
      path: ['dynamicSampling'],
      message: 'a group of one completion is always flat: dynamic sampling needs a groupSize of at least 2',
    });
  return found;
}

function ofStaleness(pg: PolicyGradientConfig): Refusal[] {
  const found: Refusal[] = [];
  if (pg.loss === 'reinforce') {
    const stale = (path: string, what: string): number =>
      found.push({
        path: [path],
        message: `reinforce has no ratio to correct for stale completions: ${what} needs the clip, gspo or cispo loss`,
      });
    if (pg.innerEpochs > 1) stale('innerEpochs', 'more than one inner epoch');
    if (pg.miniBatches > 1) stale('miniBatches', 'more than one mini-batch');
  }
  if (pg.promptsPerStep % pg.miniBatches !== 0)
    found.push({
      path: ['miniBatches'],
      message: `${pg.promptsPerStep} prompts cannot be split evenly into ${pg.miniBatches} mini-batches`,
    });
  return found;
}

function ofSampling({ topK, topP, minP, importanceCap }: PolicyGradientConfig): Refusal[] {
  if (importanceCap !== null) return [];
  return Object.entries({ topK, topP, minP })
    .filter(([, value]) => value !== null)
    .map(([name]) => ({
      path: [name],
      message: `${name} samples from another distribution than the one that trains: set importanceCap to correct for it, or leave ${name} away`,
    }));
}

function ofKl({ kl, loss, advantage }: PolicyGradientConfig): Refusal[] {
  const found: Refusal[] = [];
  const refuse = (path: string, message: string) => found.push({ path: ['kl', path], message });
  const inSignal = kl.placement === 'signal' || kl.placement === 'reward_to_go' || kl.placement === 'token';
  if (inSignal && kl.estimator === 'k3')
    refuse(
      'estimator',
      'k3 in the signal has a gradient that has nothing to do with ∇KL and can point away from it: use k1 there, or place k3 in the loss',
    );
  if (inSignal && kl.estimator === 'k2')
    refuse(
      'estimator',
      'k2 is a term of the loss: in the signal use k1, whose expected gradient is exactly ∇KL',
    );
  if (!inSignal && kl.estimator === 'k1')
    refuse(
      'estimator',
      'the gradient of k1 in the loss is zero in expectation: it penalises nothing. Place k1 in the signal, or use k2 or k3',
    );
  if (kl.placement === 'ratio_loss' && loss === 'reinforce')
    refuse('placement', 'ratio_loss needs a loss with a ratio: clip, gspo or cispo');
  if (loss === 'gspo' && (kl.placement === 'reward_to_go' || kl.placement === 'token') && kl.beta > 0)
    refuse(
      'placement',
      `gspo has one ratio and one signal per completion: ${kl.placement} has one per token. Use signal or loss`,
    );
  if (kl.reference === 'checkpoint' && kl.checkpoint === undefined)
    refuse('checkpoint', 'reference: checkpoint needs the checkpoint');
  if (kl.reference !== 'checkpoint' && kl.checkpoint !== undefined)
    refuse('checkpoint', `is not used with reference: ${kl.reference}`);
  if (kl.adaptive !== null && kl.beta === 0)
    refuse(
      'adaptive',
      'beta is multiplied by the controller: from 0 it never leaves 0. Start with a beta above 0',
    );
  if (advantage === 'gae' && kl.placement === 'signal' && kl.beta > 0)
    refuse(
      'placement',
      'gae has a signal per token: use placement reward_to_go, whose gradient is the same, or loss',
    );
  return found;
}

function ofLoss(pg: PolicyGradientConfig): Refusal[] {
  const { loss, advantage, dualClip, importanceCap } = pg;
  const found: Refusal[] = [];
  if (loss === 'gspo' && advantage === 'gae')
    found.push({
      path: ['advantage'],
      message: 'gspo weighs whole completions by one ratio: an advantage per token (gae) does not fit it',
    });
  if (dualClip !== null && loss !== 'clip')
    found.push({ path: ['dualClip'], message: `dualClip is a bound of the clip loss, the loss is ${loss}` });
  if (loss === 'gspo' && importanceCap !== null)
    found.push({
      path: ['importanceCap'],
      message:
        'gspo has one ratio per completion, importanceCap one weight per token: use clip or cispo with it',
    });
  return found;
}
