/** @file A Hugging Face directory as a model that is ready to train: files, weights and tokenizer checked against each other. */
import { totalmem } from 'node:os';

import { BOUNDS, type HuggingFaceModelConfig } from '@nabla/domain';
import * as tf from '@tensorflow/tfjs-core';

import { TrainerError } from '../errors.ts';
import type { DownloadProgress } from '../huggingFace/download.ts';
import { openModelDirectory } from '../huggingFace/modelDirectory.ts';
import { openSafetensors } from '../huggingFace/safetensors.ts';
import type { ModelBase } from '../sessionState.ts';
import { openHuggingFaceTokenizer, type HuggingFaceTokenizer } from '../tokenizer/huggingFaceTokenizer.ts';
import type { Architecture } from './architecture.ts';
import { decoder } from './decoder.ts';
import { huggingFaceArchitecture } from './huggingFaceArchitecture.ts';
import { checkpointReader } from './huggingFaceWeights.ts';
import { loraLayout, loraSpecs } from './lora.ts';
import { memoryWarning } from './memory.ts';
import { hashModelFiles } from './modelBase.ts';
import { initialValues, parameterSpecs, valueCount } from './parameters.ts';
import type { PolicyModel } from './policyModel.ts';

export interface HuggingFacePolicyOptions {
  readonly model: HuggingFaceModelConfig;
  /** Draws the adapters' first factors. */
  readonly seed: number;
  readonly modelsDir: string;
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
  readonly warn?: ((message: string) => void) | undefined;
  /** As `PolicyModelOptions` has it. */
  readonly copiesReference: boolean;
  readonly checkBase?: ((base: ModelBase) => void) | undefined;
}

/** @throws TrainerError MODEL saying which file does not fit, and why */
export async function openHuggingFacePolicy({
  model,
  seed,
  modelsDir,
  onProgress,
  warn,
  copiesReference,
  checkBase,
}: HuggingFacePolicyOptions): Promise<PolicyModel> {
  const { source, revision, promptFormat } = model;
  const { dir, config } = await openModelDirectory({ source, revision, modelsDir, onProgress });
  const architecture = huggingFaceArchitecture(config, `${dir}/config.json`);
  const tokenizer = await openHuggingFaceTokenizer(dir, { promptFormat });
  assertTokenizerFits(tokenizer, architecture, dir);
  const maxTokens = longestSequence(model, architecture, dir);
  const encodePrompt = promptEncoder(model, tokenizer);
  const lora = model.lora ? loraLayout(architecture, model.lora) : null;
  const trainable = lora ? loraSpecs(architecture.layers, lora) : parameterSpecs(architecture);
  const frozenCount = lora ? valueCount(parameterSpecs(architecture)) : 0;
  // Before the weights: of other files it is told that they are others, not what is wrong with them.
  const base = { source, sha256: await hashModelFiles(dir) };
  checkBase?.(base);
  const warning = memoryWarning(frozenCount, trainable, copiesReference, totalmem());
  if (warning !== null) warn?.(warning);
  // Wrong files are told before anything is trained: adapters read their base now, full training its files' headers and `initial` the values.
  const frozen = lora ? await loadWeights(architecture, dir) : await checkWeights(architecture, dir);
  return {
    architecture,
    lora,
    decoder: decoder(architecture, lora),
    base,
    tokenizer,
    maxTokens,
    encodePrompt,
    trainable,
    frozen,
    initial: async () =>
      lora
        ? initialValues(trainable, seed).map((values, index) =>
            tf.tensor(values, [...(trainable[index]?.shape ?? [])], 'float32'),
          )
        : loadWeights(architecture, dir),
    dispose: () => tf.dispose(frozen),
  };
}

/** All weights in the order of `parameterSpecs`, one at a time in the host's memory. @throws TrainerError MODEL */
export async function loadWeights(architecture: Architecture, dir: string): Promise<tf.Tensor[]> {
  const files = await openSafetensors(dir);
  const weights: tf.Tensor[] = [];
  try {
    const reader = checkpointReader(architecture, files, dir);
    for (const parameter of reader.parameters) {
      const values = await reader.read(parameter);
      assertFinite(
        values,
        parameter.pieces.map(({ name }) => name),
        dir,
      );
      weights.push(tf.tensor(values, [...parameter.spec.shape], 'float32'));
    }
    return weights;
  } catch (error) {
    tf.dispose(weights);
    throw error;
  } finally {
    await files.close();
  }
}

/** Whether all tensors are there, of the right shapes and types: their values are not read. @throws TrainerError MODEL */
async function checkWeights(architecture: Architecture, dir: string): Promise<tf.Tensor[]> {
  const files = await openSafetensors(dir);
  try {
    checkpointReader(architecture, files, dir);
    return [];
  } finally {
    await files.close();
  }
}

function assertFinite(values: Float32Array, names: readonly string[], dir: string): void {
  for (let index = 0; index < values.length; index++)
    if (!Number.isFinite(values[index]))
      throw new TrainerError(
        'MODEL',
        `the weights in ${dir} hold ${values[index]} in ${names.join(', ')}: the checkpoint is damaged or its training diverged`,
      );
}

/** An embedding may have more rows than the tokenizer has tokens (filled up to a round number), never fewer. */
function assertTokenizerFits(
  tokenizer: HuggingFaceTokenizer,
  { vocabulary }: Architecture,
  dir: string,
): void {
  const refuse = (what: string): never => {
    throw new TrainerError(
      'MODEL',
      `tokenizer and model in ${dir} do not belong together: ${what}, but the embedding has only ${vocabulary} rows (vocab_size)`,
    );
  };
  if (tokenizer.vocabulary > vocabulary) refuse(`the tokenizer has ${tokenizer.vocabulary} tokens`);
  const beyond = tokenizer.eosIds.find((id) => id >= vocabulary);
  if (beyond !== undefined) refuse(`the end-of-sequence token has the id ${beyond}`);
}

/** @throws TrainerError MODEL when more is asked for than the model can read */
function longestSequence(
  { maxContextTokens }: HuggingFaceModelConfig,
  { maxPositions }: Architecture,
  dir: string,
): number {
  if (maxContextTokens === undefined) return Math.min(maxPositions, BOUNDS.maxContextTokens);
  if (maxContextTokens > maxPositions)
    throw new TrainerError(
      'MODEL',
      `model.maxContextTokens is ${maxContextTokens}, the model in ${dir} was made for ${maxPositions} positions`,
    );
  return maxContextTokens;
}

function promptEncoder(
  { promptFormat, system }: HuggingFaceModelConfig,
  tokenizer: HuggingFaceTokenizer,
): (text: string) => readonly number[] {
  const { chat, bosId } = tokenizer;
  if (promptFormat === 'plain' || chat === null) {
    const begin = bosId === null ? [] : [bosId];
    return (text) => [...begin, ...tokenizer.encode(text)];
  }
  const before = system === undefined ? [] : [{ role: 'system', content: system } as const];
  // The template writes special tokens itself, the one that begins a text too.
  return (text) => tokenizer.encode(chat.render([...before, { role: 'user', content: text }], true));
}
