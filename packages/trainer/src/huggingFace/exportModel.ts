/**
 * @file Writes what a checkpoint learnt as a Hugging Face directory that transformers loads, or as a PEFT adapter. Everything is
 * written aside, flushed, and named only when it is whole.
 */
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';

import type { HuggingFaceModelConfig } from '@nabla/domain';
import { z } from 'zod';

import { TrainerError } from '../errors.ts';
import { scratchArchitecture, type Architecture } from '../model/architecture.ts';
import { huggingFaceArchitecture } from '../model/huggingFaceArchitecture.ts';
import { checkpointReader, toHuggingFace, type HuggingFaceTensor } from '../model/huggingFaceWeights.ts';
import { loraLayout, loraSpecs } from '../model/lora.ts';
import { hashModelFiles } from '../model/modelBase.ts';
import { parameterSpecs, type ParameterSpec } from '../model/parameters.ts';
import { loraToPeft, mergeAdapters, peftConfig } from '../model/peft.ts';
import type { SessionState } from '../sessionState.ts';
import { openTokenizer } from '../tokenizer/openTokenizer.ts';
import { openModelDirectory, type ModelDirectory } from './modelDirectory.ts';
import { exists, hasCode, statOf } from './modelFile.ts';
import { openSafetensors } from './safetensors.ts';
import { scratchFiles, torchDtype } from './scratchFiles.ts';
import { writeBytes, writeJson, type WrittenFile } from './writeFile.ts';
import { writeSafetensors, type StoredDtype } from './writeSafetensors.ts';

export interface ExportOptions {
  /** What is exported: as `readCheckpointFile` gives it. */
  readonly state: SessionState;
  /** A directory that is not there yet, or is empty. */
  readonly out: string;
  /** peft: only the adapters of a LoRA run, to be put on its base. hugging_face: a whole model, adapters merged into it. */
  readonly format: 'hugging_face' | 'peft';
  /** BF16 halves the size and rounds; F32 when absent. */
  readonly dtype?: StoredDtype | undefined;
  /** Where the run's base model lies now, if not where its configuration says. */
  readonly base?: string | undefined;
  /** Where downloaded models are kept. */
  readonly modelsDir: string;
  /** Name of the run, for the record that goes along. */
  readonly name?: string | undefined;
  readonly onProgress?: ((message: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface ExportResult {
  readonly dir: string;
  readonly files: readonly WrittenFile[];
  /** Values in the tensors written. */
  readonly parameters: number;
}

/** Copied from the base model's directory, where it has them: a tokenizer is whole only with all of its files. */
const TOKENIZER_FILES = [
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'added_tokens.json',
  'chat_template.jinja',
  'vocab.json',
  'merges.txt',
  'tokenizer.model',
];

/**
 * @throws TrainerError MODEL when the checkpoint holds no adapters but `peft` is asked for, when the base model is not the one
 * that was trained, when the directory is not empty, or the disk is full.
 */
export async function exportModel(options: ExportOptions): Promise<ExportResult> {
  const { state, format } = options;
  const out = path.resolve(options.out);
  const { model } = state.config;
  if (format === 'peft' && (model.kind !== 'hugging_face' || model.lora === undefined))
    throw new TrainerError(
      'MODEL',
      'the checkpoint holds a whole model, no LoRA adapters: export it with format hugging_face',
    );
  await assertFree(out);
  const aside = `${out}.incomplete-${process.pid}`;
  await rm(aside, { recursive: true, force: true });
  await mkdir(aside, { recursive: true });
  try {
    const { files, parameters } = await writeAll(aside, options);
    await syncFolder(aside);
    // An empty directory may stand in the way.
    await rm(out, { recursive: true, force: true });
    await rename(aside, out);
    await syncFolder(path.dirname(out));
    return { dir: out, files, parameters };
  } catch (error) {
    await rm(aside, { recursive: true, force: true });
    if (!hasCode(error, 'ENOSPC')) throw error;
    throw new TrainerError('MODEL', `the disk of ${out} is full: nothing was exported`, {}, { cause: error });
  }
}

interface Written {
  readonly files: readonly WrittenFile[];
  readonly parameters: number;
}

async function writeAll(dir: string, options: ExportOptions): Promise<Written> {
  const { model } = options.state.config;
  const record = await writeJson(dir, 'nabla.json', recordOf(options));
  const { files, parameters } =
    model.kind === 'scratch' ? await writeScratch(dir, options) : await writeTrained(dir, options, model);
  return { files: [...files, record], parameters };
}

async function writeScratch(dir: string, { state, dtype = 'F32' }: ExportOptions): Promise<Written> {
  const { model, tokenizer: kind, task } = state.config;
  if (model.kind !== 'scratch') throw new Error('writeScratch: the model is not from scratch');
  const tokenizer = openTokenizer(kind, task);
  const architecture = scratchArchitecture(model, tokenizer.vocabulary);
  const files: WrittenFile[] = [];
  for (const [name, value] of Object.entries(scratchFiles(architecture, tokenizer, kind.kind, dtype)))
    files.push(await writeJson(dir, name, value));
  const learnt = trained(state, parameterSpecs(architecture));
  const weights = await writeWeights(dir, toHuggingFace(architecture, learnt), dtype);
  return { files: [...files, ...weights.files], parameters: weights.parameters };
}

async function writeTrained(
  dir: string,
  options: ExportOptions,
  model: HuggingFaceModelConfig,
): Promise<Written> {
  const { state, format, dtype = 'F32', modelsDir, signal } = options;
  const base = await openModelDirectory({
    source: options.base ?? model.source,
    revision: model.revision,
    modelsDir,
    signal,
    onProgress: ({ file, bytes, totalBytes }) =>
      options.onProgress?.(`downloading ${file}: ${Math.floor((100 * bytes) / totalBytes)} %`),
  });
  const architecture = huggingFaceArchitecture(base.config, path.join(base.dir, 'config.json'));
  const lora = model.lora === undefined ? null : loraLayout(architecture, model.lora);
  if (lora) await assertBase(state, base.dir);
  const learnt = trained(state, lora ? loraSpecs(architecture.layers, lora) : parameterSpecs(architecture));
  if (lora && format === 'peft') {
    const config = peftConfig(architecture, lora, { source: model.source, revision: base.commit });
    const settings = await writeJson(dir, 'adapter_config.json', config);
    const tensors = loraToPeft(architecture, lora, learnt);
    const adapters = await writeWeights(dir, tensors, dtype, 'adapter_model');
    return { files: [settings, ...adapters.files], parameters: adapters.parameters };
  }
  const files = [
    await writeJson(dir, 'config.json', trainedConfig(base, dtype)),
    ...(base.generationConfig === null
      ? []
      : [await writeJson(dir, 'generation_config.json', base.generationConfig)]),
    ...(await copyTokenizer(base.dir, dir)),
  ];
  const whole = lora
    ? mergeAdapters(architecture, lora, await readWeights(architecture, base.dir), learnt)
    : learnt;
  const weights = await writeWeights(dir, toHuggingFace(architecture, whole), dtype);
  return { files: [...files, ...weights.files], parameters: weights.parameters };
}

/** Adapters fit the base that they were trained on, and no other. */
async function assertBase({ base }: SessionState, dir: string): Promise<void> {
  const found = await hashModelFiles(dir);
  if (base !== null && base.sha256 !== found)
    throw new TrainerError(
      'MODEL',
      `the adapters were trained on ${base.source} with files of SHA-256 ${base.sha256.slice(0, 12)}…; those in ${dir} have ${found.slice(0, 12)}…. Name the right directory with --base, or the right commit as model.revision`,
    );
}

async function readWeights(architecture: Architecture, dir: string): Promise<Float32Array[]> {
  const files = await openSafetensors(dir);
  try {
    const reader = checkpointReader(architecture, files, dir);
    const values: Float32Array[] = [];
    for (const parameter of reader.parameters) values.push(await reader.read(parameter));
    return values;
  } finally {
    await files.close();
  }
}

/** What learnt, in the order given, without what an estimator keeps beside it (a value head). */
function trained({ tensors }: SessionState, specs: readonly ParameterSpec[]): Float32Array[] {
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  return specs.map(({ name, shape }) => {
    const tensor = byName.get(`weights/${name}`);
    if (tensor === undefined || String(tensor.shape) !== String(shape))
      throw new TrainerError(
        'INCOMPATIBLE_STATE',
        `the checkpoint's model is not the one of its files: weights/${name} is ${tensor === undefined ? 'missing' : `[${tensor.shape}] instead of [${shape}]`}`,
      );
    return tensor.data;
  });
}

async function writeWeights(
  dir: string,
  tensors: ReadonlyMap<string, HuggingFaceTensor>,
  dtype: StoredDtype,
  baseName = 'model',
): Promise<Written> {
  const sources = [...tensors].map(([name, tensor]) => ({
    name,
    shape: tensor.shape,
    read: () => tensor.data,
  }));
  const parameters = sources.reduce(
    (sum, { shape }) => sum + shape.reduce((product, axis) => product * axis, 1),
    0,
  );
  return { files: await writeSafetensors(dir, sources, { dtype, baseName }), parameters };
}

/** That of the base, but for the kind of numbers. */
function trainedConfig({ config, dir }: ModelDirectory, dtype: StoredDtype): object {
  const parsed = z.record(z.string(), z.unknown()).safeParse(config);
  if (!parsed.success) throw new TrainerError('MODEL', `${path.join(dir, 'config.json')} is no JSON object`);
  const { torch_dtype: _, ...rest } = parsed.data;
  // Both names: the first is understood since transformers 4.56, the second before.
  return { ...rest, dtype: torchDtype(dtype), torch_dtype: torchDtype(dtype) };
}

async function copyTokenizer(from: string, to: string): Promise<WrittenFile[]> {
  const copied: WrittenFile[] = [];
  for (const name of TOKENIZER_FILES) {
    const file = path.join(from, name);
    if (await exists(file)) copied.push(await writeBytes(to, name, await readFile(file)));
  }
  return copied;
}

/** Which run it comes from, for people who find the directory later. */
function recordOf({ state, name, format, dtype = 'F32' }: ExportOptions): object {
  const { config, configHash, step, stage, base } = state;
  // The configuration in a checkpoint has no name of its own.
  return {
    run: name ?? null,
    step,
    stage,
    configHash,
    base,
    format,
    dtype,
    config: { ...config, name: undefined },
  };
}

/** @throws TrainerError MODEL when there is something already. */
async function assertFree(out: string): Promise<void> {
  const found = await statOf(out);
  if (found === null) return;
  if (!found.isDirectory()) throw new TrainerError('MODEL', `${out} is a file: give a new directory`);
  if ((await readdir(out)).length > 0)
    throw new TrainerError('MODEL', `${out} is not empty: give a new directory, nothing is overwritten`);
}

async function syncFolder(dir: string): Promise<void> {
  const handle = await open(dir, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
