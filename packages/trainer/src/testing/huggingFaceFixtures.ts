/** @file For tests: the small checkpoints that scripts/fixtures/hugging_face.py makes, one folder for each family. */
import path from 'node:path';

import * as tf from '@tensorflow/tfjs-core';

import { readModelJson } from '../huggingFace/modelFile.ts';
import { openSafetensors } from '../huggingFace/safetensors.ts';
import type { Architecture } from '../model/architecture.ts';
import { huggingFaceArchitecture } from '../model/huggingFaceArchitecture.ts';
import { checkpointReader } from '../model/huggingFaceWeights.ts';

export const FAMILIES = ['gpt2', 'llama', 'llama_biases', 'llama3', 'smollm', 'qwen2', 'qwen3'] as const;
export type FixtureFamily = (typeof FAMILIES)[number];

export function fixtureDir(family: FixtureFamily): string {
  return path.join(import.meta.dirname, '../../fixtures/hugging_face', family);
}

export interface Checkpoint {
  readonly dir: string;
  readonly architecture: Architecture;
  /** Values in the order of `parameterSpecs`. */
  readonly values: readonly Float32Array[];
  /** The same as tensors: the caller's. */
  tensors(): tf.Tensor[];
}

/** A checkpoint of ours or of a directory that a test wrote. */
export async function readCheckpoint(dir: string): Promise<Checkpoint> {
  const architecture = huggingFaceArchitecture(await readModelJson(dir, 'config.json', 'test'));
  const files = await openSafetensors(dir);
  try {
    const reader = checkpointReader(architecture, files, dir);
    const values: Float32Array[] = [];
    for (const parameter of reader.parameters) values.push(await reader.read(parameter));
    return {
      dir,
      architecture,
      values,
      tensors: () =>
        values.map((value, index) => tf.tensor(value, [...(reader.parameters[index]?.spec.shape ?? [])])),
    };
  } finally {
    await files.close();
  }
}
