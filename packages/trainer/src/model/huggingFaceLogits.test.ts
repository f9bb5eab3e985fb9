/** @file Logits against the reference implementation's, on the checkpoints that scripts/fixtures/hugging_face.py makes. */
import path from 'node:path';

import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { at } from '../at.ts';
import { describeOnEachBackend } from '../backend/testBackends.ts';
import { padPrompts } from '../batch.ts';
import { openSafetensorsFile } from '../huggingFace/safetensors.ts';
import { FAMILIES, fixtureDir, readCheckpoint, type FixtureFamily } from '../testing/huggingFaceFixtures.ts';
import { decoder, type Decoder } from './decoder.ts';

/** What is promised. Logits are up to 7 here; measured differences are at most 3e-5. */
const PROMISED = 2e-4;

interface Case {
  readonly model: Decoder;
  readonly weights: tf.Tensor[];
  readonly sequences: readonly { readonly ids: number[]; readonly logits: Float32Array }[];
}

await describeOnEachBackend('decoder of Hugging Face checkpoints', () => {
  describe.each(FAMILIES)('%s', (family) => {
    let given: Case;
    beforeAll(async () => {
      given = await load(family);
    });
    afterAll(() => tf.dispose(given.weights));

    it('gives the logits of the reference, read at once', () => {
      given.sequences.forEach(({ ids, logits }) => {
        tf.tidy(() => {
          const { model, weights } = given;
          const input = tf.tensor2d(ids, [1, ids.length], 'int32');
          const own = model.logits(weights, input, tf.tensor1d([0], 'int32'), ids.length);
          expectWithin(own, logits, PROMISED);
        });
      });
    });

    it('gives them padded to one width, in one batch', () => {
      tf.tidy(() => {
        const { model, weights, sequences } = given;
        const width = Math.max(...sequences.map(({ ids }) => ids.length)) + 3;
        const { ids, padding } = batchOf(
          sequences.map((sequence) => sequence.ids),
          width,
        );
        const own = model.logits(weights, ids, padding, width);
        sequences.forEach(({ ids, logits }, row) =>
          expectWithin(tf.slice(own, [row, width - ids.length, 0], [1, -1, -1]), logits, PROMISED),
        );
      });
    });

    it('gives them token by token, from prompts of different lengths', () => {
      tf.tidy(() => {
        const { model, weights, sequences } = given;
        const vocabulary = model.architecture.vocabulary;
        // Each sequence but its last two tokens is the prompt; those follow from the cache.
        const prompts = sequences.map(({ ids }) => ids.slice(0, -2));
        const width = Math.max(...prompts.map(({ length }) => length)) + 2;
        const { ids, padding } = batchOf(prompts, width);
        const tables = model.tables(width + 2);
        let state = model.prefill(weights, ids, padding, width + 2);
        for (const done of [0, 1, 2]) {
          sequences.forEach(({ ids, logits }, row) => {
            const place = ids.length - 3 + done;
            const expected = logits.subarray(place * vocabulary, (place + 1) * vocabulary);
            expectWithin(tf.slice(state.logits, [row, 0], [1, -1]), expected, PROMISED);
          });
          if (done === 2) break;
          state = model.decode(weights, {
            cache: state.cache,
            tokens: tf.tensor1d(
              sequences.map(({ ids }) => at(ids, ids.length - 2 + done)),
              'int32',
            ),
            padding,
            position: tf.scalar(width + done, 'int32'),
            tables,
          });
        }
      });
    });

    it('gives the scores of the logits, whole and in slices of the vocabulary', () => {
      tf.tidy(() => {
        const { model, weights, sequences } = given;
        const { ids, logits } = at(sequences, -1);
        const input = tf.tensor2d(ids, [1, ids.length], 'int32');
        const hidden = model.hidden(weights, input, tf.tensor1d([0], 'int32'), ids.length);
        const tokens = tf.tensor2d([...ids.slice(1), 0], [1, ids.length], 'int32');
        const logps = tf.logSoftmax(
          tf.mul(tf.tensor2d(logits, [ids.length, model.architecture.vocabulary]), 1 / 0.7),
        );
        const chosen = tf.cast(tf.oneHot(tf.squeeze(tokens, [0]), model.architecture.vocabulary), 'float32');
        const logp = tf.sum(tf.mul(logps, chosen), -1).dataSync<'float32'>();
        const entropy = tf.neg(tf.sum(tf.mul(tf.exp(logps), logps), -1)).dataSync<'float32'>();
        for (const options of [{}, { maxLogits: 1, sliceLogits: 100 * ids.length }]) {
          const scores = model.tokenScores(weights, hidden, tokens, 0.7, options);
          expectWithin(scores.logp, logp, PROMISED);
          expectWithin(scores.entropy, entropy, PROMISED);
        }
      });
    });
  });
});

async function load(family: FixtureFamily): Promise<Case> {
  const { dir, architecture, tensors } = await readCheckpoint(fixtureDir(family));
  const expected = await openSafetensorsFile(path.join(dir, 'expected.safetensors'));
  const count = expected.names().length / 2;
  const sequences = await Promise.all(
    Array.from({ length: count }, async (_, index) => ({
      ids: [...(await expected.read(`ids.${index}`))],
      logits: await expected.read(`logits.${index}`),
    })),
  );
  await expected.close();
  return { model: decoder(architecture), weights: tensors(), sequences };
}

function batchOf(rows: number[][], width: number) {
  const padded = padPrompts(rows, width, 0);
  return {
    ids: tf.tensor2d(padded.ids, [rows.length, width], 'int32'),
    padding: tf.tensor1d(padded.padding, 'int32'),
  };
}

function expectWithin(actual: tf.Tensor, expected: Float32Array, tolerance: number): void {
  const values = actual.dataSync<'float32'>();
  expect(values.length).toBe(expected.length);
  let worst = 0;
  values.forEach((value, index) => {
    const difference = Math.abs(value - (expected[index] ?? NaN));
    if (!(difference <= worst)) worst = difference;
  });
  expect(worst).toBeLessThan(tolerance);
}
