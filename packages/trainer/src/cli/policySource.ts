/**
 * @file The policy that somebody points at: a checkpoint file, the folder of a run, a Hugging Face directory, or a name on the hub.
 * `nabla sample` and `nabla eval` read all four alike.
 */
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';

import { parseRunConfig, type RunConfig } from '@nabla/domain';
import * as tf from '@tensorflow/tfjs-core';

import { CheckpointError } from '../checkpoint/checkpointError.ts';
import { readCheckpointFile } from '../checkpoint/checkpointFile.ts';
import { listCheckpoints } from '../checkpoint/checkpointStore.ts';
import { TrainerError } from '../errors.ts';
import { openPolicyModel, type PolicyModel } from '../model/policyModel.ts';
import type { SessionState } from '../sessionState.ts';
import { CliError, EXIT } from './cliError.ts';
import { checkpointFolder, openRunFolder } from './runFiles.ts';

/** Of a name on the hub: owner/name, without dots at the start as paths have. */
const HUB_NAME = /^[A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*$/;

/** Where it was found, before anything large is read. */
export type PolicySource = (
  | { readonly kind: 'checkpoint'; readonly file: string; readonly sha256: string | null }
  | { readonly kind: 'hugging_face'; readonly source: string }
) & {
  /** As it was given. */
  readonly name: string;
  /** What paths of its configuration are relative to. */
  readonly baseFolder: string;
};

/** A policy in the current engine. */
export interface OpenPolicy {
  /** One line for people. */
  readonly description: string;
  /** Of the run, or one that only says which model it is. */
  readonly config: RunConfig;
  readonly model: PolicyModel;
  /** The decoder's whole list. */
  readonly weights: readonly tf.Tensor[];
  /** Steps of training behind it; null for a model that was not trained here. */
  readonly step: number | null;
  dispose(): void;
}

export interface FindOptions {
  /** Of a run's folder: the checkpoint of this step; the latest when absent. */
  readonly step?: number | undefined;
}

export interface OpenOptions {
  /** Where models downloaded by name are kept. */
  readonly modelsDir: string;
  readonly warn: (message: string) => void;
  /** Of a checkpoint: where its base model lies now, if not where its configuration says. */
  readonly base?: string | undefined;
  /** Of a model: put prompts into its chat template. */
  readonly chat?: boolean;
  /** System message before each prompt, with `chat`. */
  readonly system?: string | undefined;
}

/** @throws CliError telling what it could have been. */
export async function findPolicy(given: string, { step }: FindOptions = {}): Promise<PolicySource> {
  const found = await stat(given).catch(() => null);
  if (found?.isFile() === true) {
    refuseStep(step, given);
    // <run>/checkpoints/step-….ckpt: the run's own folder is two above.
    const baseFolder = await baseFolderOf(path.dirname(path.dirname(path.resolve(given))));
    return { kind: 'checkpoint', file: given, sha256: null, name: given, baseFolder };
  }
  if (found?.isDirectory() === true) {
    const names = new Set(await readdir(given));
    // A run folder may lie beside an exported model; its own file decides.
    if (names.has('run.json')) return inRun(given, checkpointFolder(given), await baseFolderOf(given), step);
    if (names.has('config.json')) {
      refuseStep(step, given);
      return { kind: 'hugging_face', source: path.resolve(given), name: given, baseFolder: process.cwd() };
    }
    if ([...names].some((name) => name.endsWith('.ckpt'))) return inRun(given, given, process.cwd(), step);
    throw new CliError(
      EXIT.usage,
      `${given} holds neither a run (run.json), nor checkpoints (*.ckpt), nor a Hugging Face model (config.json)`,
    );
  }
  if (HUB_NAME.test(given))
    return { kind: 'hugging_face', source: given, name: given, baseFolder: process.cwd() };
  throw new CliError(
    EXIT.usage,
    `${given} is not there: give a checkpoint file, the folder of a run, a Hugging Face directory, or a name on the hub (owner/name)`,
  );
}

/** Reads it into the current engine. @throws CliError */
export async function openPolicy(source: PolicySource, options: OpenOptions): Promise<OpenPolicy> {
  try {
    return await (source.kind === 'checkpoint'
      ? openCheckpoint(source, options)
      : openModel(source, options));
  } catch (error) {
    if (error instanceof CheckpointError || error instanceof TrainerError)
      throw new CliError(EXIT.usage, error.message, { cause: error });
    throw error;
  }
}

async function inRun(
  given: string,
  folder: string,
  baseFolder: string,
  step: number | undefined,
): Promise<PolicySource> {
  const checkpoints = await listCheckpoints(folder);
  const chosen = step === undefined ? checkpoints[0] : checkpoints.find((other) => other.step === step);
  if (chosen !== undefined)
    return { kind: 'checkpoint', file: chosen.path, sha256: chosen.sha256, name: given, baseFolder };
  const known = checkpoints.map((checkpoint) => checkpoint.step).reverse();
  throw new CliError(
    EXIT.usage,
    known.length === 0
      ? `${given} holds no checkpoint yet`
      : `${given} has no checkpoint of step ${step}; there are those of steps ${known.join(', ')}`,
  );
}

/** Of a run's folder; the working directory for any other. */
async function baseFolderOf(folder: string): Promise<string> {
  const isRun = (await stat(path.join(folder, 'run.json')).catch(() => null)) !== null;
  return isRun ? (await openRunFolder(folder)).baseFolder : process.cwd();
}

function refuseStep(step: number | undefined, given: string): void {
  if (step !== undefined)
    throw new CliError(EXIT.usage, `--step chooses a checkpoint in the folder of a run; ${given} is none`);
}

async function openCheckpoint(
  { file, sha256, name }: Extract<PolicySource, { kind: 'checkpoint' }>,
  options: OpenOptions,
): Promise<OpenPolicy> {
  const state = await readCheckpointFile(file, sha256);
  const { step } = state;
  const config = withBase(state.config, options.base);
  const model = await openPolicyModel({ config, modelsDir: options.modelsDir, warn: options.warn }).catch(
    (error: unknown) => {
      if (
        !(error instanceof TrainerError) ||
        config.model.kind !== 'hugging_face' ||
        options.base !== undefined
      )
        throw error;
      const advice = `${error.message}. If the model that the run began with lies elsewhere now: --base <folder>`;
      throw new TrainerError(error.code, advice, {}, { cause: error });
    },
  );
  try {
    assertBase(state, model);
    const weights = trainedWeights(state, model);
    return {
      description: `step ${step} of ${name}`,
      config,
      model,
      weights: [...model.frozen, ...weights],
      step,
      dispose() {
        tf.dispose(weights);
        model.dispose();
      },
    };
  } catch (error) {
    model.dispose();
    throw error;
  }
}

/** @throws CliError for a run without a base model. */
function withBase(config: RunConfig, base: string | undefined): RunConfig {
  if (base === undefined) return config;
  if (config.model.kind !== 'hugging_face')
    throw new CliError(
      EXIT.usage,
      '--base is for runs that began with a Hugging Face model; this one is from scratch',
    );
  return { ...config, model: { ...config.model, source: path.resolve(base) } };
}

/** Adapters fit the base that they were trained on, and no other. */
function assertBase({ base }: SessionState, model: PolicyModel): void {
  if (base === null || model.frozen.length === 0 || base.sha256 === model.base?.sha256) return;
  throw new TrainerError(
    'MODEL',
    `the checkpoint was trained on ${base.source} with the files of SHA-256 ${base.sha256.slice(0, 12)}…; those there now have ${model.base?.sha256.slice(0, 12) ?? 'none'}…`,
  );
}

/** What learnt, without what an estimator keeps beside it (a value head). */
function trainedWeights(state: SessionState, model: PolicyModel): tf.Tensor[] {
  const byName = new Map(state.tensors.map((tensor) => [tensor.name, tensor]));
  const found = model.trainable.map(({ name, shape }) => {
    const tensor = byName.get(`weights/${name}`);
    if (tensor === undefined || String(tensor.shape) !== String(shape))
      throw new TrainerError(
        'INCOMPATIBLE_STATE',
        `the checkpoint's model does not fit this trainer: weights/${name} is ${tensor === undefined ? 'missing' : `[${tensor.shape}] instead of [${shape}]`}`,
      );
    return tensor;
  });
  return found.map(({ data, shape }) => tf.tensor(data, [...shape], 'float32'));
}

async function openModel(
  { source, name }: Extract<PolicySource, { kind: 'hugging_face' }>,
  options: OpenOptions,
): Promise<OpenPolicy> {
  const config = configOfModel(source, options);
  const model = await openPolicyModel({ config, modelsDir: options.modelsDir, warn: options.warn });
  const weights = await model.initial();
  return {
    description: `model ${name}`,
    config,
    model,
    weights: [...model.frozen, ...weights],
    step: null,
    dispose() {
      tf.dispose(weights);
      model.dispose();
    },
  };
}

/** The least that a configuration says; what is not about the model is never looked at. */
function configOfModel(source: string, { chat = false, system }: OpenOptions): RunConfig {
  const parsed = parseRunConfig({
    name: path.basename(source),
    model: {
      kind: 'hugging_face',
      source,
      ...(chat ? { promptFormat: 'chat' } : {}),
      ...(system === undefined ? {} : { system }),
    },
    task: { kind: 'file', path: 'prompts.jsonl' },
    policyGradient: { steps: 1 },
  });
  if (!parsed.ok)
    throw new CliError(EXIT.usage, `${source}: ${parsed.errors.map(({ message }) => message).join('; ')}`);
  return parsed.config;
}
