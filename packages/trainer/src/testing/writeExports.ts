/**
 * @file Trains each fixture for a few steps, in full and with LoRA, exports what it learnt in every format and writes our logits
 * beside it, for scripts/fixtures/check_export.py to compare with those of transformers and PEFT:
 *
 *     pnpm --filter @nabla/trainer exec tsx src/testing/writeExports.ts <new folder>
 *     python scripts/fixtures/check_export.py <the folder>
 */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { parseRunConfig, type RunConfig } from '@nabla/domain';
import * as tf from '@tensorflow/tfjs-core';

import { openBackend } from '../backend/backend.ts';
import { exportModel } from '../huggingFace/exportModel.ts';
import { openPolicyModel } from '../model/policyModel.ts';
import { createSession } from '../session.ts';
import type { SessionState } from '../sessionState.ts';
import { FAMILIES, fixtureDir } from './huggingFaceFixtures.ts';

const STEPS = 3;
const LENGTH = 12;

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('Name a new folder for the exports.');
const out = path.resolve(folder);
const backend = await openBackend('auto');

for (const family of FAMILIES.filter((name) => name !== 'llama_biases')) {
  const source = fixtureDir(family);
  await write(`${family}-full`, configOf({ kind: 'hugging_face', source }, 'model'), ['hugging_face']);
  await write(
    `${family}-lora`,
    configOf({ kind: 'hugging_face', source, lora: { rank: 4, alpha: 8 } }, 'model'),
    ['hugging_face', 'peft'],
  );
}
await write(
  'scratch-char',
  configOf({ kind: 'scratch', layers: 2, width: 16, heads: 4, kvHeads: 2, feedForward: 24 }, 'char'),
  ['hugging_face'],
);
await write(
  'scratch-byte',
  configOf({ kind: 'scratch', layers: 2, width: 16, heads: 2, feedForward: 24, tieEmbeddings: true }, 'byte'),
  ['hugging_face'],
);

async function write(
  name: string,
  config: RunConfig,
  formats: readonly ('hugging_face' | 'peft')[],
): Promise<void> {
  const session = await createSession({ config, backend });
  for (let step = 0; step < STEPS; step++) await session.next();
  const state = await session.snapshot();
  session.dispose();
  const { ids, logits } = await ownLogits(config, state);
  for (const format of formats) {
    const dir = path.join(out, `${name}.${format}`);
    await mkdir(out, { recursive: true });
    await exportModel({ state, out: dir, format, modelsDir: path.join(out, 'none') });
    await writeFile(path.join(dir, 'expected.json'), JSON.stringify({ ids, logits }));
    console.log(dir);
  }
}

/** Logits [T, V] of some ids under the weights of a state. */
async function ownLogits(
  config: RunConfig,
  { tensors }: SessionState,
): Promise<{ ids: number[]; logits: number[][] }> {
  const model = await openPolicyModel({ config });
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const weights = model.trainable.map(({ name, shape }) =>
    tf.tensor(byName.get(`weights/${name}`)?.data ?? [], [...shape]),
  );
  const { vocabulary } = model.architecture;
  const ids = Array.from({ length: LENGTH }, (_, index) => (index * 37 + 5) % vocabulary);
  const input = tf.tensor2d(ids, [1, LENGTH], 'int32');
  const logits = model.decoder.logits(
    [...model.frozen, ...weights],
    input,
    tf.tensor1d([0], 'int32'),
    LENGTH,
  );
  const rows = tf.reshape<tf.Rank.R2>(logits, [LENGTH, vocabulary]).arraySync();
  model.dispose();
  return { ids, logits: rows };
}

function configOf(model: object, tokenizer: string): RunConfig {
  const parsed = parseRunConfig({
    name: 'export',
    model,
    tokenizer: { kind: tokenizer },
    task: { kind: 'sort_digits', length: { min: 1, max: 2 } },
    rewards: [{ kind: 'length', name: 'short', target: 3 }],
    // Supervised steps move every weight; a step of the policy gradient may find nothing to learn from.
    warmup: { steps: STEPS, batchSize: 4, optimizer: { learningRate: 0.02 } },
    policyGradient: { steps: 1, promptsPerStep: 2, groupSize: 4, maxNewTokens: 5 },
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return parsed.config;
}
