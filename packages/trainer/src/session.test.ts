import { metricDefinition, type RunConfig, type RunConfigInput } from '@nabla/domain';
import { expect, it } from 'vitest';

import { mean } from './algorithms/advantages.ts';
import { describeOnEachBackend } from './backend/testBackends.ts';
import { createSession, type Session } from './session.ts';
import type { SessionState } from './sessionState.ts';
import type { StepResult } from './stepResult.ts';
import { tinyConfig } from './testing/tinyModel.ts';

/** Everything about a step but how long it took. */
function facts({ step, stage, metrics, completions }: StepResult): unknown {
  const timeless = [...metrics].filter(([name]) => !/^(time|throughput|system)\//.test(name));
  return { step, stage, metrics: Object.fromEntries(timeless), completions };
}

async function run(session: Session, steps: number): Promise<StepResult[]> {
  const results: StepResult[] = [];
  for (let step = 0; step < steps; step++) results.push(await session.next());
  return results;
}

/** What a checkpoint file does to a state: the typed arrays go through bytes. */
function throughBytes(state: SessionState): SessionState {
  const header: unknown = JSON.parse(JSON.stringify({ ...state, tensors: [] }));
  const tensors = state.tensors.map(({ name, shape, data }) => ({
    name,
    shape: [...shape],
    data: new Float32Array(
      Uint8Array.from(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)).buffer,
    ),
  }));
  return { ...(header as SessionState), tensors }; // the header was one a moment ago
}

const RICH: Partial<RunConfigInput> = {
  policyGradient: {
    steps: 5,
    promptsPerStep: 3,
    groupSize: 4,
    maxNewTokens: 4,
    advantage: 'group_norm',
    loss: 'clip',
    innerEpochs: 2,
    microBatchSize: 5,
    kl: { beta: 0.1 },
    optimizer: { schedule: { kind: 'cosine', warmupSteps: 2 } },
  },
  rewards: [
    { kind: 'exact_match', name: 'exact' },
    { kind: 'partial_credit', name: 'partial', weight: 0.5 },
  ],
};

await describeOnEachBackend('session', (backend) => {
  const open = (config: RunConfig, restore?: SessionState) => createSession({ config, backend, restore });

  it('runs both stages to the end, telling every metric of the catalogue by its name', async () => {
    const session = await open(tinyConfig(RICH));
    expect([session.step, session.totalSteps, session.stage]).toEqual([0, 8, 'WARM_UP']);
    const results = await run(session, 8);
    expect(results.map(({ step, stage }) => `${step} ${stage}`)).toEqual([
      ...[1, 2, 3].map((step) => `${step} WARM_UP`),
      ...[4, 5, 6, 7, 8].map((step) => `${step} POLICY_GRADIENT`),
    ]);
    expect(session.stage).toBe('POLICY_GRADIENT');
    for (const { metrics } of results)
      for (const [name, value] of metrics) {
        expect(metricDefinition(name), name).toBeDefined();
        expect(Number.isFinite(value), `${name} is ${value}`).toBe(true);
      }
    expect([...(results[7]?.metrics.keys() ?? [])]).toEqual(
      expect.arrayContaining([
        'reward/mean',
        'reward/exact/mean',
        'reward/partial/std',
        'group/pass_at_g',
        'kl/ref_k1',
        'kl/old_k3',
        'policy/entropy',
        'policy/delta_logp_mean',
        'policy/sampler_logp_diff_max',
        'system/rss_bytes',
      ]),
    );
    await expect(session.next()).rejects.toMatchObject({ code: 'RUN_IS_OVER' });
    session.dispose();
  });

  it('tells of each completion what the signal was made of', async () => {
    const config = tinyConfig(RICH);
    const session = await open(config);
    const results = await run(session, 5);
    const completions = results[4]?.completions ?? [];
    expect(completions).toHaveLength(12);
    completions.forEach((completion, index) => {
      expect([completion.index, completion.group]).toEqual([index, Math.floor(index / 4)]);
      const [exact, partial] = completion.rewards;
      expect(completion.reward).toBeCloseTo((exact?.value ?? NaN) + 0.5 * (partial?.value ?? NaN), 12);
      expect(exact?.value).toBe(Number(completion.text === completion.answer));
      // r̃ = A − β · k1, and k1 is the difference of the sums.
      expect(completion.signal).toBeCloseTo((completion.advantage ?? NaN) - 0.1 * (completion.kl ?? NaN), 12);
      expect(completion.kl).toBeCloseTo(completion.logp - (completion.refLogp ?? NaN), 12);
      const { tokens } = completion;
      expect(tokens?.tokenIds).toHaveLength(completion.tokenCount);
      expect(tokens?.pieces.join('')).toBe(completion.text + (completion.truncated ? '' : '<eos>'));
      for (const [column, sum] of [
        [tokens?.logp, completion.logp],
        [tokens?.refLogp, completion.refLogp],
        [tokens?.updatedLogp, completion.updatedLogp],
      ] as const)
        expect(column?.reduce((total, value) => total + value, 0)).toBeCloseTo(sum ?? NaN, 5); // float32 columns, double sums
    });
    // The first step of the stage stands at the reference; later ones have moved.
    const klOf = (result: StepResult | undefined) =>
      Math.max(...(result?.completions ?? []).map(({ kl }) => Math.abs(kl ?? NaN)));
    expect(klOf(results[3])).toBeLessThan(1e-4);
    expect(klOf(results[4])).toBeGreaterThan(1e-4);
    session.dispose();
  });

  it.each([2, 3, 4, 6])(
    'interrupted after step %i and restored, it ends bit for bit as if it had not been',
    async (interruption) => {
      const config = tinyConfig(RICH);
      const whole = await open(config);
      const expected = await run(whole, 8);
      const hash = await whole.weightsHash();
      whole.dispose();

      const before = await open(config);
      await run(before, interruption);
      const state = throughBytes(await before.snapshot());
      before.dispose();

      const after = await open(config, state);
      expect(after.step).toBe(interruption);
      const results = await run(after, 8 - interruption);
      expect(results.map(facts)).toEqual(expected.slice(interruption).map(facts));
      expect(await after.weightsHash()).toBe(hash);
      after.dispose();
    },
  );

  it.each<[string, Partial<RunConfigInput>, number]>([
    [
      'a moving baseline, an adapted beta and a reference that follows',
      {
        policyGradient: {
          steps: 5,
          promptsPerStep: 3,
          groupSize: 4,
          maxNewTokens: 4,
          advantage: 'ema',
          loss: 'clip',
          innerEpochs: 2,
          dynamicSampling: { maxRounds: 2 },
          kl: {
            beta: 0.1,
            estimator: 'k3',
            placement: 'loss',
            reference: 'previous',
            syncEverySteps: 2,
            mixing: 0.5,
            adaptive: { target: 0.05, horizon: 50 },
          },
        },
      },
      6,
    ],
    [
      'a value head',
      {
        policyGradient: {
          steps: 5,
          promptsPerStep: 4,
          groupSize: 2,
          maxNewTokens: 4,
          advantage: 'gae',
          loss: 'clip',
          miniBatches: 2,
        },
      },
      5,
    ],
  ])('remembers %s', async (_, change, interruption) => {
    const config = tinyConfig({ ...RICH, ...change });
    const whole = await open(config);
    const expected = await run(whole, 8);
    const state = await whole.snapshot();
    whole.dispose();

    const before = await open(config);
    await run(before, interruption);
    const halfway = throughBytes(await before.snapshot());
    before.dispose();
    const after = await open(config, halfway);
    expect((await run(after, 8 - interruption)).map(facts)).toEqual(expected.slice(interruption).map(facts));
    expect(await after.snapshot()).toEqual(state);
    after.dispose();
  });

  it('has another outcome with another seed', async () => {
    const hashes = await Promise.all(
      [1, 2].map(async (seed) => {
        const session = await open(tinyConfig({ seed }));
        return session.weightsHash().finally(() => session.dispose());
      }),
    );
    expect(hashes[0]).not.toBe(hashes[1]);
  });

  it('holds as many tensors after a step as before, and none at last', async () => {
    const start = backend.memory().numTensors;
    const session = await open(tinyConfig(RICH));
    await run(session, 2);
    const inWarmup = backend.memory().numTensors;
    await run(session, 1);
    expect(backend.memory().numTensors).toBe(inWarmup);
    await run(session, 2);
    const inPolicyGradient = backend.memory().numTensors;
    await run(session, 3);
    expect(backend.memory().numTensors).toBe(inPolicyGradient);
    session.dispose();
    expect(backend.memory().numTensors).toBe(start);
  });

  it('learns: the mean reward of the last steps is well above that of the first', async () => {
    const session = await open(
      tinyConfig({
        model: { kind: 'scratch', layers: 1, width: 32, heads: 2, feedForward: 64, initStd: 0.1 },
        task: { kind: 'sort_digits', length: { min: 2, max: 3 } },
        warmup: { steps: 20, batchSize: 32, optimizer: { learningRate: 5e-3 } },
        policyGradient: {
          steps: 60,
          promptsPerStep: 8,
          groupSize: 8,
          maxNewTokens: 4,
          optimizer: { learningRate: 2e-3 },
        },
      }),
    );
    const results = await run(session, 80);
    session.dispose();
    const rewards = results.slice(20).map(({ metrics }) => metrics.get('reward/mean') ?? NaN);
    // Means of 640 completions: a standard error of 0.02. The climb is 0.37 with this seed; less than half of it must be there.
    expect(mean(rewards.slice(-10)) - mean(rewards.slice(0, 10))).toBeGreaterThan(0.15);
  });

  it('a micro-batch size changes no completion and no reward', async () => {
    const outcome = async (microBatchSize: number | undefined) => {
      const session = await open(
        tinyConfig({
          policyGradient: {
            steps: 2,
            promptsPerStep: 3,
            groupSize: 4,
            maxNewTokens: 4,
            ...(microBatchSize === undefined ? {} : { microBatchSize }),
          },
        }),
      );
      const results = await run(session, 5);
      session.dispose();
      return results.flatMap(({ completions }) => completions.map(({ text, reward }) => [text, reward]));
    };
    // The weights differ in the last bits after one update; no draw of the next step is that close.
    expect(await outcome(5)).toEqual(await outcome(undefined));
  });
});
