import { describe, expect, it } from 'vitest';
import { configNotes } from './estimatorNotes.ts';
import { ESTIMATOR_PRESETS } from './estimatorPresets.ts';
import { parseRunConfig } from './parseRunConfig.ts';

function notesOf(choices: Readonly<Record<string, unknown>>): string[] {
  const result = parseRunConfig({
    name: 'a',
    task: { kind: 'addition' },
    policyGradient: { steps: 10, ...choices },
  });
  if (!result.ok) throw new Error(JSON.stringify(result.errors));
  return configNotes(result.config);
}

describe('configNotes', () => {
  it.each<[Readonly<Record<string, unknown>>]>([
    [{}],
    [{ advantage: 'constant', baseline: 1 }],
    [{ advantage: 'ema', loss: 'clip', aggregation: 'sequence_sum' }],
    [{ advantage: 'gae', gae: { lambda: 1, normalise: false } }],
    [{ kl: { beta: 0.1 } }],
    [{ kl: { beta: 0.1, placement: 'reward_to_go' } }],
  ])('says nothing of %j, which is exact', (choices) => expect(notesOf(choices)).toEqual([]));

  it.each<[Readonly<Record<string, unknown>>, RegExp]>([
    [{ advantage: 'none' }, /high variance/],
    [{ advantage: 'constant' }, /0 is no baseline/],
    [{ advantage: 'batch_mean', promptsPerStep: 2, groupSize: 5 }, /\(B−1\)\/B = 0\.900/],
    [{ advantage: 'group_mean', groupSize: 4 }, /\(G−1\)\/G = 0\.750/],
    [{ advantage: 'group_norm' }, /standard deviation.*measured: cosine 0\.960/],
    [{ advantage: 'batch_norm' }, /steps of low spread.*measured/],
    [{ advantage: 'gae' }, /lambda 0\.95 leans on the value head/],
    [{ advantage: 'gae' }, /normalise/],
    [{ advantage: 'gae', gae: { gamma: 0.9 } }, /gamma 0\.9 discounts/],
    [{ aggregation: 'token_mean' }, /token_mean.*measured/],
    [{ aggregation: 'sequence_mean' }, /sequence_mean.*measured/],
    [{ aggregation: 'constant', maxNewTokens: 8 }, /0\.125/],
    [{ loss: 'clip', innerEpochs: 2 }, /off-policy.*clip far/],
    [{ loss: 'gspo', miniBatches: 2 }, /off-policy.*gspo far/],
    [{ loss: 'clip', dualClip: 3 }, /dualClip.*above 3/],
    [{ kl: { beta: 0.1, placement: 'token' } }, /later divergence.*0\.986/],
    [{ kl: { beta: 0.1, estimator: 'k2', placement: 'loss' } }, /gradient of k2 in the loss/],
    [{ kl: { beta: 0.1, estimator: 'k3', placement: 'loss' } }, /gradient of k3 in the loss.*0\.938/],
    [
      { loss: 'clip', kl: { beta: 0.1, estimator: 'k2', placement: 'ratio_loss' } },
      /k2 times the ratio.*0\.961/,
    ],
    [{ advantage: 'batch_mean', kl: { beta: 0.1 } }, /B\/\(B−1\) times/],
    [
      { advantage: 'group_mean', kl: { beta: 0.1, estimator: 'k3', placement: 'loss' } },
      /group_mean scales .* G\/\(G−1\) times/,
    ],
    [
      { advantage: 'batch_mean', loss: 'clip', kl: { beta: 0.1, estimator: 'k2', placement: 'ratio_loss' } },
      /batch_mean scales .* B\/\(B−1\) times/,
    ],
    [{ advantage: 'group_norm', kl: { beta: 0.1 } }, /deviation 1/],
    [{ kl: { beta: 0.1, adaptive: { target: 1 } } }, /Adaptive control/],
    [{ kl: { beta: 0.1, reference: 'previous' } }, /moves along/],
    [{ importanceCap: 2 }, /not that of the tokens before it.*above 2/],
    [{ topK: 5, topP: 0.9, importanceCap: 2 }, /topK and topP never draw/],
    [{ dynamicSampling: {} }, /had no signal/],
    [{ advantage: 'none', dynamicSampling: {} }, /Flat groups have a signal under none.*0\.991/],
    [{ dynamicSampling: {}, kl: { beta: 0.1 } }, /KL penalty and the entropy bonus of flat groups/],
    [{ dynamicSampling: {}, entropyBonus: 0.01 }, /KL penalty and the entropy bonus of flat groups/],
    [{ entropyBonus: 0.01 }, /states that were reached.*measured/],
  ])('%j', (choices, sentence) => {
    const notes = notesOf(choices);
    expect(
      notes.some((note) => sentence.test(note)),
      notes.join('\n'),
    ).toBe(true);
    expect(notes.every((note) => /[.!]$/.test(note))).toBe(true);
  });

  it.each<[Readonly<Record<string, unknown>>, readonly string[]]>([
    [{ baseline: 1, advantage: 'rloo' }, ['baseline is set but not used with advantage rloo.']],
    [{ baseline: 1, advantage: 'ema' }, []],
    [
      { baselineDecay: 0.5, advantage: 'constant' },
      ['baselineDecay is set but not used with advantage constant.'],
    ],
    [
      { gae: { lambda: 1, valueClip: null } },
      [
        'gae.lambda is set but not used with advantage rloo.',
        'gae.valueClip is set but not used with advantage rloo.',
      ],
    ],
    [{ gae: { lambda: 0.95 } }, []],
    [{ advantage: 'gae', gae: { gamma: 0.9, valueCoefficient: 1 } }, []],
    [
      { epsilonLow: 0.1, epsilonHigh: 0.3 },
      [
        'epsilonLow is set but not used with loss reinforce.',
        'epsilonHigh is set but not used with loss reinforce.',
      ],
    ],
    [
      { loss: 'clip', dualClip: 3 },
      [
        'dualClip is set but not used with one update per step (innerEpochs and miniBatches 1): every ratio is 1, and nothing is clipped.',
      ],
    ],
    [{ loss: 'clip', dualClip: 3, epsilonLow: 0.1, innerEpochs: 2 }, []],
    [
      { kl: { beta: 0.1, syncEverySteps: 4, mixing: 0.5 } },
      [
        'kl.syncEverySteps is set but not used with kl.reference initial.',
        'kl.mixing is set but not used with kl.reference initial.',
      ],
    ],
    [{ kl: { beta: 0.1, reference: 'previous', syncEverySteps: 4, mixing: 0.5 } }, []],
    [
      { kl: { placement: 'reward_to_go', reference: 'previous' } },
      [
        'kl.placement is set but not used with kl.beta 0: there is no penalty.',
        'kl.reference is set but not used with kl.beta 0 but for the metrics kl/ref_*.',
      ],
    ],
    [
      { optimizer: { schedule: { finalFraction: 0.5 } } },
      ['optimizer.schedule.finalFraction is set but not used with optimizer.schedule.kind constant.'],
    ],
    [{ optimizer: { schedule: { kind: 'cosine', finalFraction: 0.5 } } }, []],
  ])('names what %j sets without an effect', (choices, sentences) =>
    expect(notesOf(choices).filter((note) => note.includes('is set but'))).toEqual(sentences),
  );

  it.each(['grpo', 'dr_grpo', 'dapo', 'gspo', 'cispo', 'ppo', 'reinforce_plus_plus'] as const)(
    'has something to say of %s',
    (preset) => expect(notesOf(ESTIMATOR_PRESETS[preset]).length).toBeGreaterThan(0),
  );
});
