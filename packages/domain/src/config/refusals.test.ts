import { describe, expect, it } from 'vitest';
import { ESTIMATOR_PRESETS } from '../estimatorPresets.ts';
import { parseRunConfig } from '../parseRunConfig.ts';

type Choices = Readonly<Record<string, unknown>>;

const smallest = { name: 'a', task: { kind: 'addition' } };
const parse = (choices: Choices) =>
  parseRunConfig({ ...smallest, policyGradient: { steps: 10, ...choices } });

describe('wrong mixes are refused with path and reason', () => {
  it.each<[string, Choices, RegExp]>([
    ['groupSize', { groupSize: 1, advantage: 'rloo' }, /at least 2/],
    ['groupSize', { groupSize: 1, advantage: 'group_mean' }, /compares completions of one prompt/],
    ['groupSize', { groupSize: 1, advantage: 'group_norm' }, /at least 2/],
    ['promptsPerStep', { promptsPerStep: 1, groupSize: 1, advantage: 'batch_norm' }, /advantage of 0/],
    ['promptsPerStep', { promptsPerStep: 1, groupSize: 1, advantage: 'batch_mean' }, /advantage of 0/],
    ['dynamicSampling', { groupSize: 1, advantage: 'none', dynamicSampling: {} }, /always flat/],
    ['dynamicSampling.maxRounds', { dynamicSampling: { maxRounds: 1 } }, /2 or more/],
    ['innerEpochs', { innerEpochs: 2 }, /no ratio to correct.*clip, gspo or cispo loss/],
    ['miniBatches', { miniBatches: 2 }, /no ratio to correct/],
    ['miniBatches', { loss: 'clip', promptsPerStep: 8, miniBatches: 3 }, /8 prompts cannot be split evenly/],
    ['topK', { topK: 5 }, /another distribution.*importanceCap/],
    ['topP', { topP: 0.9 }, /another distribution/],
    ['minP', { minP: 0.1 }, /another distribution/],
    ['kl.estimator', { kl: { beta: 0.1, estimator: 'k3', placement: 'signal' } }, /nothing to do with ∇KL/],
    ['kl.estimator', { kl: { beta: 0.1, estimator: 'k3', placement: 'reward_to_go' } }, /k1 there/],
    ['kl.estimator', { kl: { beta: 0.1, estimator: 'k2', placement: 'token' } }, /term of the loss/],
    ['kl.estimator', { kl: { beta: 0.1, estimator: 'k1', placement: 'loss' } }, /zero in expectation/],
    [
      'kl.placement',
      { kl: { beta: 0.1, estimator: 'k3', placement: 'ratio_loss' } },
      /needs a loss with a ratio/,
    ],
    ['kl.placement', { loss: 'gspo', kl: { beta: 0.1, placement: 'token' } }, /one signal per completion/],
    ['kl.placement', { loss: 'gspo', kl: { beta: 0.1, placement: 'reward_to_go' } }, /one per token/],
    ['kl.placement', { advantage: 'gae', kl: { beta: 0.1, placement: 'signal' } }, /reward_to_go/],
    ['kl.checkpoint', { kl: { beta: 0.1, reference: 'checkpoint' } }, /needs the checkpoint/],
    ['kl.checkpoint', { kl: { beta: 0.1, checkpoint: 'x' } }, /not used with reference: initial/],
    ['kl.adaptive', { kl: { adaptive: { target: 1 } } }, /from 0 it never leaves 0/],
    ['advantage', { advantage: 'gae', loss: 'gspo' }, /one ratio/],
    ['dualClip', { loss: 'cispo', dualClip: 3 }, /the loss is cispo/],
    ['importanceCap', { loss: 'gspo', importanceCap: 2 }, /one weight per token/],
    ['kl.beta', { kl: { beta: -0.1 } }, />=0/],
  ])('%s %j', (path, choices, message) => {
    const result = parse(choices);
    if (result.ok) throw new Error('was accepted');
    const errors = Object.fromEntries(result.errors.map((error) => [error.path.join('.'), error.message]));
    expect(errors[`policyGradient.${path}`]).toMatch(message);
  });
});

describe('what is merely biased, or exact, is allowed', () => {
  it.each<[Choices]>([
    [{ advantage: 'constant', baseline: 0.5 }],
    [{ advantage: 'ema', baseline: 0.5, groupSize: 1 }],
    [{ advantage: 'gae', groupSize: 1, kl: { beta: 0.1, placement: 'reward_to_go' } }],
    [{ advantage: 'gae', kl: { beta: 0.1, estimator: 'k3', placement: 'loss' } }],
    [{ loss: 'clip', innerEpochs: 4, miniBatches: 2, dualClip: 3 }],
    [{ loss: 'cispo', kl: { beta: 0.1, estimator: 'k3', placement: 'ratio_loss' } }],
    [{ loss: 'gspo', kl: { beta: 0.1, placement: 'signal' } }],
    [{ topK: 5, topP: 0.9, minP: 0.01, importanceCap: 2 }],
    [{ kl: { beta: 0.1, reference: 'previous', syncEverySteps: 10, mixing: 0.5, adaptive: { target: 2 } } }],
    [{ entropyBonus: 0.01, dynamicSampling: {} }],
  ])('%j', (choices) => expect(parse(choices)).toMatchObject({ ok: true }));

  it.each(Object.keys(ESTIMATOR_PRESETS))('the preset %s, and a setting beside it', (preset) => {
    expect(parse({ preset })).toMatchObject({ ok: true });
    const changed = parse({ preset, temperature: 0.7 });
    expect(changed).toMatchObject({ ok: true, config: { policyGradient: { temperature: 0.7 } } });
  });
});
