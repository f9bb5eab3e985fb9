import { parseRunConfig, type RunConfig } from '@nabla/domain';
import { expect, test } from 'vitest';
import {
  advantageWords,
  checkpointWords,
  evaluationWords,
  klWords,
  lossWords,
  modelWords,
  rewardWords,
  samplingWords,
} from './configWords.ts';

function config(more: object = {}): RunConfig {
  const parsed = parseRunConfig({
    name: 'a',
    task: { kind: 'addition' },
    policyGradient: { steps: 10 },
    ...more,
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return parsed.config;
}

test('a plain run says only what was chosen for it', () => {
  const { policyGradient: pg } = config();
  expect(advantageWords(pg)).toBe('reward − mean of the others of its group (RLOO)');
  expect(lossWords(pg)).toBe('reinforce, sequence sum');
  expect(klWords(pg)).toBe('none (β = 0)');
  expect(samplingWords(pg)).toBe('8 prompts × 8 completions of at most 16 tokens, temperature 1');
  expect(evaluationWords(config())).toBe('none');
  expect(checkpointWords(config())).toBe('every 50 steps, the last 3 kept');
});

test('a preset of the literature in words', () => {
  const { policyGradient: pg } = config({ policyGradient: { preset: 'grpo', steps: 5 } });
  expect(advantageWords(pg)).toContain('GRPO');
  expect(lossWords(pg)).toBe('clip, sequence mean, ε 0.2 / 0.2');
  expect(klWords(pg)).toBe('β = 0.04, k3 in the loss, to the initial policy');
});

test('what is rarely used is said where it is used', () => {
  const { policyGradient: pg } = config({
    policyGradient: {
      steps: 5,
      advantage: 'gae',
      loss: 'clip',
      dualClip: 3,
      importanceCap: 2,
      entropyBonus: 0.01,
      topP: 0.9,
      innerEpochs: 2,
      miniBatches: 4,
      dynamicSampling: {},
      kl: {
        beta: 0.1,
        placement: 'reward_to_go',
        reference: 'previous',
        syncEverySteps: 8,
        adaptive: { target: 6 },
      },
    },
  });
  expect(advantageWords(pg)).toBe('GAE with a value head (γ 1, λ 0.95)');
  expect(lossWords(pg)).toBe(
    'clip, sequence mean, ε 0.2 / 0.2, dual clip at 3, importance weights cut at 2, entropy bonus 0.01, 2 inner epochs, 4 mini-batches',
  );
  expect(klWords(pg)).toBe(
    'β from 0.1 on, kept to a KL of 6 nats, k1 in the signal, from each token on, to the policy of up to 8 steps before',
  );
  expect(samplingWords(pg)).toContain('top-p 0.9, flat groups drawn anew up to 4 times');
});

test('models: from scratch, of a directory, of the hub', () => {
  expect(modelWords(config())).toMatch(
    /^from scratch: 4 layers × 128, 4 heads, about [\d.]+\D* parameters, char/,
  );
  expect(
    modelWords(config({ model: { source: '/models/qwen', lora: { rank: 8 }, promptFormat: 'chat' } })),
  ).toBe(
    'the directory /models/qwen on the worker, LoRA of rank 8 (α 32) on every projection, prompts as chat messages',
  );
  expect(modelWords(config({ model: { source: 'Qwen/Qwen2.5-0.5B', revision: 'v2' } }))).toBe(
    'Qwen/Qwen2.5-0.5B at v2 from the hub, all weights, prompts as they are',
  );
});

test('rewards with what is done to their values', () => {
  const rewards = config({
    rewards: [{ kind: 'exact_match', name: 'exact', weight: 0.5, clip: [0, 1], normalise: 'batch' }],
  }).rewards;
  expect(rewards.map(rewardWords)).toEqual([
    '0.5 × exact (exact match, cut to 0 … 1, normalised over each batch)',
  ]);
});

test('evaluation and what is kept of checkpoints', () => {
  const chosen = config({
    evaluation: { everySteps: 20, sets: [{ name: 'held_out', samples: 4, passAt: [1, 4] }] },
    checkpoint: { everySteps: 1, keepEvery: 100, keepBest: 2, bestMetric: 'eval/held_out/accuracy' },
  });
  expect(evaluationWords(chosen)).toBe('every 20 steps: held_out (64 prompts, 4 samples, pass@1, 4)');
  expect(checkpointWords(chosen)).toBe(
    'every step, the last 3 kept, one every 100 steps kept for good, the best 2 by eval/held_out/accuracy too',
  );
});
