/** @file The life of a run, without I/O: step after step, and at any moment all that is needed to go on elsewhere. */
import {
  BOUNDS,
  configHash,
  totalSteps,
  type PromptRecord,
  type RunConfig,
  type RunStage,
} from '@nabla/domain';
import * as tf from '@tensorflow/tfjs-core';

import type { Backend } from './backend/backend.ts';
import { TrainerError } from './errors.ts';
import { decoder } from './model/decoder.ts';
import { initialValues, modelSizes, parameterSpecs } from './model/parameters.ts';
import { createPolicyStage, type PolicyStage } from './policyStage.ts';
import { assertAnswers, broughtPrompts, openPrompts, type PromptSource } from './prompts.ts';
import { needsAnswer } from './rewards/builtInRewards.ts';
import { openRewards } from './rewards/openRewards.ts';
import {
  captureState,
  hashWeights,
  restoreState,
  type LiveState,
  type SessionState,
} from './sessionState.ts';
import type { StepResult } from './stepResult.ts';
import { STREAMS } from './streams.ts';
import { openTokenizer } from './tokenizer/openTokenizer.ts';
import type { Tokenizer } from './tokenizer/tokenizer.ts';
import { disposeState } from './update.ts';
import { createWarmupLearner, type WarmupLearner } from './warmup.ts';
import { warmupStep } from './warmupStage.ts';

export interface SessionOptions {
  readonly config: RunConfig;
  readonly backend: Backend;
  /** Those of the prompt set or file that the task names; none for a built-in task. */
  readonly prompts?: readonly PromptRecord[] | undefined;
  /** Those of `warmup.path`, where it is given. */
  readonly warmupPrompts?: readonly PromptRecord[] | undefined;
  /** Folder of reward modules. */
  readonly rewardsDir?: string | undefined;
  /** Takes what somebody should know of the run and that does not end it. */
  readonly warn?: ((message: string) => void) | undefined;
  /** Go on from here instead of from the beginning. */
  readonly restore?: SessionState | undefined;
}

export interface Session {
  readonly config: RunConfig;
  /** Last step done; 0 before the first. */
  readonly step: number;
  readonly totalSteps: number;
  /** Stage of the last step done, of the first one before it. */
  readonly stage: RunStage;
  /**
   * Does one step. After an error the session stands where it stood before.
   * @throws TrainerError NOT_FINITE, ALL_REWARDS_NULL, RUN_IS_OVER
   */
  next(): Promise<StepResult>;
  /** A copy of everything, to be restored by a session with the same configuration. Not while a step is under way. */
  snapshot(): Promise<SessionState>;
  /** SHA-256 (hex) of the weights. */
  weightsHash(): Promise<string>;
  /** Frees all tensors and compiled functions. */
  dispose(): void;
}

/**
 * Checks what needs the tokenizer, loads the rewards, and makes (or restores) the weights.
 * @throws TrainerError UNKNOWN_CHARACTER, INVALID_PROMPTS, PROMPT_TOO_LONG, REWARD_MODULE, INCOMPATIBLE_STATE
 */
export async function createSession({
  config,
  backend,
  prompts,
  warmupPrompts,
  rewardsDir,
  warn,
  restore,
}: SessionOptions): Promise<Session> {
  const { warmup } = config;
  const tokenizer = openTokenizer(config.tokenizer, config.task);
  const sources = openSources(config, tokenizer, prompts, warmupPrompts);
  const rewards = await openRewards(config, rewardsDir);
  const model = decoder(config.model, tokenizer.vocabulary);
  const specs = parameterSpecs(config.model, modelSizes(config.model, tokenizer.vocabulary));
  const hash = configHash(config);
  const warmupSteps = warmup?.steps ?? 0;
  const total = totalSteps(config);

  let live: LiveState = restore ? restoreState(restore, specs, hash) : initialState();
  let warmupLearner: WarmupLearner | null = null;
  let policyStage: PolicyStage | null = null;

  function initialState(): LiveState {
    const weights = initialValues(specs, config.seed).map((values, index) =>
      tf.tensor(values, [...(specs[index]?.shape ?? [])], 'float32'),
    );
    return {
      step: 0,
      stage: warmup ? 'WARM_UP' : 'POLICY_GRADIENT',
      train: fresh(weights),
      reference: null,
      warmupCursor: 0,
      promptCursor: 0,
    };
  }

  async function nextWarmupStep(step: number): Promise<StepResult> {
    if (!warmup || !sources.warmup) throw new RangeError('session: a warm-up step without a warm-up');
    const settings = {
      optimizer: warmup.optimizer,
      padId: tokenizer.padId,
      longestPrompt: sources.warmup.longest,
    };
    warmupLearner ??= createWarmupLearner(backend, model, specs, settings);
    const parts = { config: warmup, learner: warmupLearner, tokenizer, pairs: sources.warmup };
    const { train, warmupCursor, result } = await warmupStep(parts, {
      train: live.train,
      warmupCursor: live.warmupCursor,
      step,
    });
    disposeState(live.train);
    live = { ...live, train, warmupCursor, step, stage: 'WARM_UP' };
    return result;
  }

  async function nextPolicyStep(step: number): Promise<StepResult> {
    if (live.reference === null) beginPolicyGradient();
    const { train: current, reference, promptCursor: cursor } = live;
    if (reference === null) throw new RangeError('session: no reference policy');
    policyStage ??= createPolicyStage({
      config,
      backend,
      model,
      specs,
      tokenizer,
      prompts: sources.prompts,
      rewards,
      warn,
    });
    const { train, promptCursor, result } = await policyStage.step({
      train: current,
      reference,
      promptCursor: cursor,
      step,
      stageStep: step - warmupSteps,
    });
    disposeState(current);
    live = { ...live, train, promptCursor, step, stage: 'POLICY_GRADIENT' };
    return result;
  }

  /** The weights become the reference, the optimizer forgets the warm-up. */
  function beginPolicyGradient(): void {
    warmupLearner?.dispose();
    warmupLearner = null;
    const { weights, m, v } = live.train;
    live = { ...live, train: fresh(weights), reference: weights.map((weight) => tf.clone(weight)) };
    tf.dispose([...m, ...v]);
  }

  return {
    config,
    totalSteps: total,
    get step() {
      return live.step;
    },
    get stage() {
      return live.stage;
    },
    async next() {
      const step = live.step + 1;
      if (step > total) throw new TrainerError('RUN_IS_OVER', `the run has ${total} steps and all are done`);
      const result = await (step <= warmupSteps ? nextWarmupStep(step) : nextPolicyStep(step));
      result.metrics.set('system/rss_bytes', process.memoryUsage.rss());
      if (backend.device === 'gpu') result.metrics.set('system/gpu_memory_bytes', backend.memory().numBytes);
      return result;
    },
    snapshot: () => captureState(live, specs, hash),
    weightsHash: () => hashWeights(live.train.weights, specs),
    dispose() {
      warmupLearner?.dispose();
      policyStage?.dispose();
      disposeState(live.train);
      tf.dispose([...(live.reference ?? [])]);
    },
  };
}

function fresh(weights: readonly tf.Tensor[]): LiveState['train'] {
  return {
    weights,
    m: weights.map((weight) => tf.zerosLike(weight)),
    v: weights.map((weight) => tf.zerosLike(weight)),
    updates: 0,
  };
}

interface Sources {
  readonly prompts: PromptSource;
  /** Null without a warm-up. */
  readonly warmup: PromptSource | null;
}

function openSources(
  config: RunConfig,
  tokenizer: Tokenizer,
  prompts: readonly PromptRecord[] | undefined,
  warmupPrompts: readonly PromptRecord[] | undefined,
): Sources {
  const { task, warmup, seed } = config;
  const component = config.rewards.find((reward) => needsAnswer(reward, task));
  if (component && prompts) assertAnswers(prompts, `reward ${component.name} (${component.kind})`);
  const source = openPrompts(task, prompts, { seed, stream: STREAMS.prompts, tokenizer });
  assertRoom(source, prompts, config.policyGradient.maxNewTokens, tokenizer);
  if (!warmup) return { prompts: source, warmup: null };

  const options = { seed, stream: STREAMS.warmup, tokenizer };
  if (warmup.path !== undefined && !warmupPrompts)
    throw new TrainerError('INVALID_PROMPTS', `the pairs of warmup.path "${warmup.path}" were not given`);
  const pairs = warmup.path === undefined ? prompts : warmupPrompts;
  if (pairs) assertAnswers(pairs, 'the warm-up');
  const warmupSource =
    warmup.path === undefined ? openPrompts(task, prompts, options) : broughtPrompts(pairs ?? [], options);
  const longestAnswer = (pairs ?? []).reduce(
    (most, { answer }) => Math.max(most, answer === null ? 0 : tokenizer.encode(answer).length + 1),
    0,
  );
  assertRoom(warmupSource, pairs, longestAnswer, tokenizer);
  return { prompts: source, warmup: warmupSource };
}

/** @throws TrainerError PROMPT_TOO_LONG naming the first prompt that leaves too little room. */
function assertRoom(
  source: PromptSource,
  prompts: readonly PromptRecord[] | undefined,
  completionTokens: number,
  tokenizer: Tokenizer,
): void {
  const room = BOUNDS.maxContextTokens - completionTokens;
  if (source.longest <= room) return;
  const promptIndex = prompts?.findIndex(({ text }) => tokenizer.encode(text).length + 1 > room) ?? -1;
  const which = promptIndex < 0 ? 'the longest prompt' : `prompt ${promptIndex}`;
  const message = `${which} has up to ${source.longest} tokens; with ${completionTokens} completion tokens only ${room} fit into the bound of ${BOUNDS.maxContextTokens}`;
  throw new TrainerError('PROMPT_TOO_LONG', message, promptIndex < 0 ? {} : { promptIndex });
}
