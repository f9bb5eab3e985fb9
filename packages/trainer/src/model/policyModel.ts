/**
 * @file A model that is ready to train: decoder, tokenizer, and which weights learn. The flat list that a decoder takes is
 * `[...frozen, ...trainable]`. With all weights learning, `frozen` is empty; under LoRA it is the base, and the base alone (no
 * adapters after it) is a valid list too: the policy as it was before training.
 */
import path from 'node:path';

import { BOUNDS, type RunConfig } from '@nabla/domain';
import * as tf from '@tensorflow/tfjs-core';

import type { DownloadProgress } from '../huggingFace/download.ts';
import type { ModelBase } from '../sessionState.ts';
import { openTokenizer } from '../tokenizer/openTokenizer.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { scratchArchitecture, type Architecture } from './architecture.ts';
import { decoder, type Decoder } from './decoder.ts';
import { openHuggingFacePolicy } from './huggingFacePolicy.ts';
import type { LoraLayout } from './lora.ts';
import { initialValues, parameterSpecs, type ParameterSpec } from './parameters.ts';

export interface PolicyModel {
  readonly architecture: Architecture;
  /** Null where all weights learn. */
  readonly lora: LoraLayout | null;
  readonly decoder: Decoder;
  /** The files that the weights stand on; null for a model from scratch. */
  readonly base: ModelBase | null;
  readonly tokenizer: Tokenizer;
  /** Longest sequence, prompt and completion, in tokens. */
  readonly maxTokens: number;
  /** Turns a task's prompt into the ids that the policy continues, template and beginning-of-sequence included. */
  encodePrompt(text: string): readonly number[];
  /** What learns, in the order of `TrainState.weights`. */
  readonly trainable: readonly ParameterSpec[];
  /** What stays; the model's own, freed by `dispose`. */
  readonly frozen: readonly tf.Tensor[];
  /** Values that the trainable weights begin with; the caller's. @throws TrainerError MODEL */
  initial(): Promise<tf.Tensor[]>;
  dispose(): void;
}

export interface PolicyModelOptions {
  readonly config: Pick<RunConfig, 'model' | 'tokenizer' | 'task' | 'seed'>;
  /** Where downloaded models are kept. */
  readonly modelsDir?: string | undefined;
  /** Takes how a download gets on, a line for each tenth, and what will not fit into memory. */
  readonly warn?: ((message: string) => void) | undefined;
  /** Whether the run holds a reference policy beside the weights that learn: part of the memory it needs. Default false. */
  readonly copiesReference?: boolean | undefined;
  /** Told which files the weights stand on, before their values are read: throws where other ones are needed. */
  readonly checkBase?: ((base: ModelBase) => void) | undefined;
}

/** Under the working directory, where nobody says otherwise. */
const MODELS_DIR = path.join('.nabla', 'models');

/** @throws TrainerError saying which file does not fit, and why. */
export async function openPolicyModel({
  config,
  modelsDir,
  warn,
  copiesReference = false,
  checkBase,
}: PolicyModelOptions): Promise<PolicyModel> {
  const { model, seed } = config;
  if (model.kind === 'hugging_face') {
    const onProgress = warn && progressReporter(model.source, warn);
    return openHuggingFacePolicy({
      model,
      seed,
      modelsDir: modelsDir ?? path.resolve(MODELS_DIR),
      onProgress,
      warn,
      copiesReference,
      checkBase,
    });
  }
  const tokenizer = openTokenizer(config.tokenizer, config.task);
  const architecture = scratchArchitecture(model, tokenizer.vocabulary);
  const trainable = parameterSpecs(architecture);
  return {
    architecture,
    lora: null,
    decoder: decoder(architecture),
    base: null,
    tokenizer,
    maxTokens: BOUNDS.maxContextTokens,
    encodePrompt: (text) => [
      ...(tokenizer.bosId === null ? [] : [tokenizer.bosId]),
      ...tokenizer.encode(text),
    ],
    trainable,
    frozen: [],
    initial: () =>
      Promise.resolve(
        initialValues(trainable, seed).map((values, index) =>
          tf.tensor(values, [...(trainable[index]?.shape ?? [])], 'float32'),
        ),
      ),
    dispose: () => undefined,
  };
}

function progressReporter(source: string, report: (message: string) => void) {
  let reported = -1;
  return ({ bytes, totalBytes }: DownloadProgress): void => {
    const tenths = Math.floor((10 * bytes) / Math.max(1, totalBytes));
    if (tenths <= reported) return;
    reported = tenths;
    report(`downloading ${source}: ${tenths * 10} % of ${(totalBytes / 1e6).toFixed(0)} MB`);
  };
}
