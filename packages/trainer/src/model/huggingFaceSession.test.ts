/** @file Whole runs on Hugging Face checkpoints: every part together, full training and LoRA. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { huggingFaceModelSchema, parseRunConfig, type RunConfig } from '@nabla/domain';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import { describeOnEachBackend } from '../backend/testBackends.ts';
import { exportModel } from '../huggingFace/exportModel.ts';
import { createSession } from '../session.ts';
import type { SessionState } from '../sessionState.ts';
import { fixtureDir, type FixtureFamily } from '../testing/huggingFaceFixtures.ts';
import { hashModelFiles } from './modelBase.ts';
import { openPolicyModel, type PolicyModel } from './policyModel.ts';

function configOf(family: FixtureFamily, model: object, warmup = true, beta = 0.1): RunConfig {
  const parsed = parseRunConfig({
    name: 'hugging face',
    model: { kind: 'hugging_face', source: fixtureDir(family), ...model },
    tokenizer: { kind: 'model' },
    task: { kind: 'sort_digits', length: { min: 1, max: 2 } },
    rewards: [{ kind: 'length', name: 'short', target: 3 }],
    ...(warmup ? { warmup: { steps: 2, batchSize: 4, optimizer: { learningRate: 0.01 } } } : {}),
    policyGradient: {
      steps: 3,
      promptsPerStep: 2,
      groupSize: 4,
      maxNewTokens: 5,
      kl: { beta },
      optimizer: { learningRate: 0.01 },
    },
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  expect(huggingFaceModelSchema.safeParse(parsed.config.model).success).toBe(true);
  return parsed.config;
}

await describeOnEachBackend('a run on a Hugging Face checkpoint', (backend) => {
  it.each([
    ['gpt2', {}],
    ['llama', {}],
    ['llama3', {}],
    ['qwen2', { promptFormat: 'chat', system: 'Sort.' }],
    ['qwen3', { lora: { rank: 4, alpha: 8 } }],
    ['gpt2', { lora: { rank: 4, alpha: 8 } }],
  ] as const)(
    '%s %j goes through its steps, changes only what learns, and frees what it made',
    async (family, model) => {
      const before = tf.memory().numTensors;
      const session = await createSession({ config: configOf(family, model), backend });
      const hashes = [await session.weightsHash()];
      while (session.step < session.totalSteps) {
        const { metrics, stage } = await session.next();
        for (const [name, value] of metrics)
          if (value !== null) expect(Number.isFinite(value), name).toBe(true);
        // The same weights sample and score: what both say of a token differs by rounding only.
        if (stage === 'POLICY_GRADIENT')
          expect(metrics.get('policy/sampler_logp_diff_max') ?? 0).toBeLessThan(1e-3);
        hashes.push(await session.weightsHash());
      }
      expect(new Set(hashes).size).toBe(hashes.length);
      const state = await session.snapshot();
      const isLora = 'lora' in model;
      expect(
        state.tensors.every(({ name }) => name.includes('.lora.') === isLora || !name.startsWith('weights/')),
      ).toBe(true);
      session.dispose();
      expect(tf.memory().numTensors).toBe(before);
    },
  );

  it.each([
    ['gpt2', {}],
    ['qwen2', { lora: { rank: 2, alpha: 8 } }],
    ['llama3', { lora: { rank: 2, alpha: 8 } }],
  ] as const)('%s %j, exported, is a model of the same logits', async (family, settings) => {
    const config = configOf(family, settings);
    const session = await createSession({ config, backend });
    await session.next();
    const state = await session.snapshot();
    session.dispose();
    const out = await mkdtemp(path.join(tmpdir(), 'nabla-export-'));
    try {
      const dir = path.join(out, 'model');
      await exportModel({ state, out: dir, format: 'hugging_face', modelsDir: out });
      const trained = await openPolicyModel({ config });
      const loaded = await openPolicyModel({
        config: { ...config, model: huggingFaceModelSchema.parse({ kind: 'hugging_face', source: dir }) },
      });
      const learnt = trained.trainable.map(({ name, shape }) => {
        const data = state.tensors.find((tensor) => tensor.name === `weights/${name}`)?.data;
        return tf.tensor(data ?? [], [...shape]);
      });
      const begun = await trained.initial();
      const whole = await loaded.initial();
      const logits = (model: PolicyModel, weights: readonly tf.Tensor[]) => {
        const ids = tf.tensor2d([3, 14, 15, 92, 65, 35], [1, 6], 'int32');
        return model.decoder.logits(weights, ids, tf.tensor1d([0], 'int32'), 6).dataSync<'float32'>();
      };
      const own = logits(trained, [...trained.frozen, ...learnt]);
      // Bit for bit; merged adapters are the same products in another order.
      expect(difference(own, logits(loaded, whole))).toBeLessThan('lora' in settings ? 5e-5 : 1e-12);
      expect(difference(own, logits(trained, [...trained.frozen, ...begun]))).toBeGreaterThan(1e-3);
      tf.dispose([...learnt, ...begun, ...whole]);
      for (const model of [trained, loaded]) model.dispose();
    } finally {
      await rm(out, { recursive: true });
    }
  });

  it('takes what the warm-up of adapters left as the reference, not the base', async () => {
    const session = await createSession({
      config: configOf('llama3', { lora: { rank: 2, alpha: 4 } }),
      backend,
    });
    let result = await session.next();
    while (result.stage === 'WARM_UP') result = await session.next();
    // The policy is the reference when its first step begins: float32 rounding is left. From the base it is 0.26 away.
    expect(result.metrics.get('kl/ref_k3')).toBeLessThan(1e-9);
    session.dispose();
  });

  it('goes on from a snapshot as if it had never stopped, adapters over the same base', async () => {
    const config = configOf('llama3', { lora: { rank: 2, alpha: 4 } }, false);
    const whole = await createSession({ config, backend });
    await whole.next();
    const state = await whole.snapshot();
    await whole.next();
    const resumed = await createSession({ config, backend, restore: state });
    await resumed.next();
    expect(await resumed.weightsHash()).toBe(await whole.weightsHash());
    whole.dispose();
    resumed.dispose();
  });

  it('forks adapters: what the fork begins with is its reference, in its checkpoints too', async () => {
    const config = configOf('llama3', { lora: { rank: 2, alpha: 4 } }, false);
    const parent = await createSession({ config, backend });
    await parent.next();
    await parent.next();
    const fork = await parent.snapshot();
    expect(named(fork, 'reference/')).toEqual([]);
    // The same weights compared with the base.
    const fromBase = (await parent.next()).metrics.get('kl/ref_k3') ?? NaN;
    parent.dispose();

    const forked = await createSession({ config: { ...config, seed: 7 }, backend, fork });
    const { metrics } = await forked.next();
    // The policy is the reference: float32 rounding is left.
    expect(metrics.get('kl/ref_k3')).toBeLessThan(1e-9);
    expect(fromBase).toBeGreaterThan(1e-3);
    const state = await forked.snapshot();
    expect(named(state, 'reference/')).toEqual(named(fork, 'weights/'));
    const second = await forked.next();
    const resumed = await createSession({ config: { ...config, seed: 7 }, backend, restore: state });
    expect((await resumed.next()).metrics.get('kl/ref_k3')).toBe(second.metrics.get('kl/ref_k3'));
    expect(await resumed.weightsHash()).toBe(await forked.weightsHash());
    expect(named(await resumed.snapshot(), 'reference/')).toEqual(named(fork, 'weights/'));
    forked.dispose();
    resumed.dispose();
  });

  it('holds no copy of a whole model that only metrics would use', async () => {
    const config = configOf('gpt2', {}, false, 0);
    const before = tf.memory().numTensors;
    const session = await createSession({ config, backend });
    const { metrics, completions } = await session.next();
    expect([...metrics.keys()].filter((name) => name.startsWith('kl/ref'))).toEqual([]);
    expect(metrics.has('kl/old_k3')).toBe(true);
    expect(completions.map(({ refLogp, tokens }) => [refLogp, tokens?.refLogp])).toEqual(
      completions.map(() => [null, null]),
    );
    const state = await session.snapshot();
    expect(named(state, 'reference/')).toEqual([]);
    const { metrics: again } = await session.next();
    const resumed = await createSession({ config, backend, restore: state });
    expect((await resumed.next()).metrics.get('reward/mean')).toBe(again.get('reward/mean'));
    expect(await resumed.weightsHash()).toBe(await session.weightsHash());
    resumed.dispose();

    // A checkpoint that has one, of before this was so, goes on with it.
    const reference = state.tensors
      .filter(({ name }) => name.startsWith('weights/'))
      .map((tensor) => ({ ...tensor, name: tensor.name.replace('weights/', 'reference/') }));
    const older = await createSession({
      config,
      backend,
      restore: { ...state, tensors: [...state.tensors, ...reference] },
    });
    expect((await older.next()).metrics.get('kl/ref_k3')).toBeLessThan(1e-9);
    expect(named(await older.snapshot(), 'reference/')).toHaveLength(reference.length);
    older.dispose();
    session.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('takes other files under a checkpoint for others, before it says what is wrong with them', async () => {
    const out = await mkdtemp(path.join(tmpdir(), 'nabla-base-'));
    try {
      const dir = path.join(out, 'model');
      await cp(fixtureDir('llama3'), dir, { recursive: true });
      const config = configOf('llama3', { source: dir, lora: { rank: 2, alpha: 4 } }, false);
      const session = await createSession({ config, backend });
      await session.next();
      const state = await session.snapshot();
      session.dispose();
      const damaged = path.join(dir, 'model-00002-of-00003.safetensors');
      const bytes = await readFile(damaged);
      // All bits of the last number: a NaN in every float format.
      await writeFile(damaged, bytes.fill(0xff, bytes.length - 4));
      for (const given of [{ restore: state }, { fork: state }])
        await expect(createSession({ config, backend, ...given })).rejects.toMatchObject({
          code: 'INCOMPATIBLE_STATE',
          message: expect.stringMatching(/it stands on the model ".*" \(files .*…\), the run on the model/),
        });
      await expect(createSession({ config, backend })).rejects.toThrow(/the checkpoint is damaged/);
    } finally {
      await rm(out, { recursive: true });
    }
  });
});

it('knows a model by what ends a completion, too', async () => {
  const dir = await mkdtemp(path.join(tmpdir(), 'nabla-files-'));
  try {
    await cp(fixtureDir('llama'), dir, { recursive: true });
    const hashes = [await hashModelFiles(dir)];
    for (const name of ['generation_config.json', 'special_tokens_map.json']) {
      await writeFile(path.join(dir, name), '{"eos_token_id":5}');
      hashes.push(await hashModelFiles(dir));
    }
    await writeFile(path.join(dir, 'README.md'), 'says nothing of the numbers');
    expect(await hashModelFiles(dir)).toBe(hashes.at(-1));
    expect(new Set(hashes).size).toBe(3);
  } finally {
    await rm(dir, { recursive: true });
  }
});

function named({ tensors }: SessionState, group: string): Float32Array[] {
  return tensors.filter(({ name }) => name.startsWith(group)).map(({ data }) => data);
}

function difference(a: Float32Array, b: Float32Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((worst, value, index) => Math.max(worst, Math.abs(value - (b[index] ?? NaN))), 0);
}
