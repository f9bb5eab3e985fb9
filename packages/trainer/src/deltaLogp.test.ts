import type { RunConfigInput } from '@nabla/domain';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import { describeOnEachBackend } from './backend/testBackends.ts';
import { padCompletions, padPrompts } from './batch.ts';
import { createLearner } from './learner.ts';
import { openPolicyModel } from './model/policyModel.ts';
import { createSession } from './session.ts';
import { tinyConfig } from './testing/tinyModel.ts';

const SEVERAL_UPDATES: Partial<RunConfigInput> = {
  warmup: undefined,
  policyGradient: {
    steps: 1,
    promptsPerStep: 4,
    groupSize: 4,
    maxNewTokens: 4,
    loss: 'clip',
    advantage: 'rloo',
    innerEpochs: 2,
    miniBatches: 2,
    optimizer: { learningRate: 3e-3 },
  },
  // Large digits are better. Some completions have no reward: they are not trained on, and what happens to them is told all the same.
  rewards: [{ kind: 'function', name: 'large', version: '1' }],
};

await describeOnEachBackend('delta_logp', (backend) => {
  it('of every stored completion is that of the weights after the last update of the step', async () => {
    const config = tinyConfig(SEVERAL_UPDATES);
    const session = await createSession({
      config,
      backend,
      rewardFunctions: {
        large: ({ completion }) =>
          /^[0-3]/.test(completion) ? null : completion.replaceAll(/[^5-9]/g, '').length,
      },
    });
    const { completions, metrics } = await session.next();
    const state = await session.snapshot();
    session.dispose();

    const model = await openPolicyModel({ config });
    const weights = model.trainable.map(({ name }) => {
      const stored = state.tensors.find((tensor) => tensor.name === `weights/${name}`);
      if (!stored) throw new Error(`no ${name}`);
      return tf.tensor(stored.data, [...stored.shape], 'float32');
    });
    const learner = createLearner(backend, model, config.policyGradient);
    const ids = completions.map(({ promptText }) => model.encodePrompt(promptText));
    const logp = await learner.score([...model.frozen, ...weights], {
      prompts: padPrompts(ids, Math.max(...ids.map(({ length }) => length)), model.tokenizer.padId),
      completions: padCompletions(
        completions.map(({ tokens }) => [...(tokens?.tokenIds ?? [])]),
        4,
        model.tokenizer.padId,
      ),
    });
    learner.dispose();
    model.dispose();
    tf.dispose(weights);

    expect(completions).toHaveLength(16);
    expect(completions.some(({ reward }) => reward === null)).toBe(true);
    completions.forEach(({ tokenCount, updatedLogp, tokens }, row) => {
      const again = logp.slice(row * 4, row * 4 + tokenCount);
      // Another padding, another order of sums: float32 rounding.
      expect(updatedLogp).toBeCloseTo(
        again.reduce((sum, value) => sum + value, 0),
        4,
      );
      again.forEach((value, token) => expect(tokens?.updatedLogp?.[token]).toBeCloseTo(value, 4));
    });

    const deltas = completions.map(({ updatedLogp, logp: before }) => (updatedLogp ?? NaN) - before);
    const mean = deltas.reduce((sum, delta) => sum + delta, 0) / deltas.length;
    expect(metrics.get('policy/delta_logp_mean')).toBeCloseTo(mean, 5);
    // The update did what the advantages said: what was better than its group became likelier, on the whole.
    const along = completions.reduce(
      (sum, { advantage }, row) => sum + (advantage ?? 0) * (deltas[row] ?? NaN),
      0,
    );
    expect(along).toBeGreaterThan(0);
  });
});
