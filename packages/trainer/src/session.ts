/** @file The life of a run, without I/O: step after step, and at any moment all that is needed to go on elsewhere. */
import { configHash, totalSteps, type PromptRecord, type RunConfig, type RunStage } from '@nabla/domain';
import * as tf from '@tensorflow/tfjs-core';

import type { Backend } from './backend/backend.ts';
import { TrainerError } from './errors.ts';
import { openEvaluationSets } from './evaluation/evaluationSets.ts';
import { addEvaluation, type Evaluator } from './evaluation/evaluator.ts';
import { createRunEvaluator, isEvaluationDue } from './evaluation/runEvaluator.ts';
import { openFork, openReference, type Fork } from './forkState.ts';
import { openPolicyModel } from './model/policyModel.ts';
import { policyParameters } from './policyParameters.ts';
import { createPolicyStage, type PolicyStage } from './policyStage.ts';
import { beginPolicyGradient, inPolicyState } from './policyStart.ts';
import { holdsReference, needsReference } from './referencePolicy.ts';
import { closeRewards, openRewards, type RewardFunctions } from './rewards/openRewards.ts';
import { openSources } from './runSources.ts';
import {
  assertSameBase,
  captureState,
  freshState,
  hashWeights,
  inPolicyGradient,
  refusal,
  restoreState,
  upload,
  type LiveState,
  type ModelBase,
  type Scalars,
  type SessionState,
  type StateLayout,
  type StateOwner,
  type StateTensor,
} from './sessionState.ts';
import type { StepResult } from './stepResult.ts';
import { disposeState } from './update.ts';
import { createWarmupStage, type WarmupStage } from './warmupStage.ts';

export interface SessionOptions {
  readonly config: RunConfig;
  readonly backend: Backend;
  /** Those of the prompt set or file that the task names; none for a built-in task. */
  readonly prompts?: readonly PromptRecord[] | undefined;
  /** Those of `warmup.path`, where it is given. */
  readonly warmupPrompts?: readonly PromptRecord[] | undefined;
  /** Those of evaluation sets that do not generate their own, by the set's name. */
  readonly evaluationPrompts?: Readonly<Record<string, readonly PromptRecord[]>> | undefined;
  /** Folder of reward modules. */
  readonly rewardsDir?: string | undefined;
  /** Rewards of kind `function`, by name. */
  readonly rewardFunctions?: RewardFunctions | undefined;
  /** Where downloaded models are kept. */
  readonly modelsDir?: string | undefined;
  /** Takes what reward modules print, and of each stage whether XLA compiles it. */
  readonly log?: ((message: string) => void) | undefined;
  /** Takes what somebody should know of the run and that does not end it. */
  readonly warn?: ((message: string) => void) | undefined;
  /** Go on from here instead of from the beginning. */
  readonly restore?: SessionState | undefined;
  /** Begin with the weights of another run. Not looked at when `restore` is given. */
  readonly fork?: SessionState | undefined;
  /** The reference policy, where the configuration names a checkpoint and the policy gradient has not begun. */
  readonly reference?: SessionState | undefined;
}

export interface Session {
  readonly config: RunConfig;
  /** Last step done; 0 before the first. */
  readonly step: number;
  readonly totalSteps: number;
  /** Stage of the last step done, of the first one before it. */
  readonly stage: RunStage;
  /**
   * Does one step, and the evaluation that is due after it. After an error the session stands where it stood before; after one of
   * the evaluation (REWARD_MODULE) it is of no more use.
   * @throws TrainerError NOT_FINITE, ALL_REWARDS_NULL, RUN_IS_OVER
   */
  next(): Promise<StepResult>;
  /**
   * A copy of everything, to be restored by a session with the same configuration. Not while a step is under way.
   * @throws TrainerError NOT_FINITE
   */
  snapshot(): Promise<SessionState>;
  /** SHA-256 (hex) of the weights. */
  weightsHash(): Promise<string>;
  /** Frees all tensors and compiled functions. */
  dispose(): void;
}

/**
 * Checks what needs the tokenizer, loads the rewards, and makes (or restores) the weights.
 * @throws TrainerError UNKNOWN_CHARACTER, INVALID_PROMPTS, PROMPT_TOO_LONG, REWARD_MODULE, MODEL, INCOMPATIBLE_STATE
 */
export async function createSession(options: SessionOptions): Promise<Session> {
  const { config, backend, prompts, warmupPrompts, rewardsDir, modelsDir, log, warn, restore } = options;
  const { warmup } = config;
  // A state over other files is refused before what may be wrong with those is.
  const checkBase = (base: ModelBase): void => {
    const [state, what] = restore ? [restore, 'resumed'] : [options.fork, 'forked'];
    if (state && state.base !== null) assertSameBase(state, base, refusal(state, what));
  };
  const model = await openPolicyModel({
    config,
    modelsDir,
    warn,
    copiesReference: needsReference(config),
    checkBase,
  });
  const owner: StateOwner = { config, configHash: configHash(config), base: model.base };
  const parameters = policyParameters(config.policyGradient, model);
  const warmupSteps = warmup?.steps ?? 0;
  const total = totalSteps(config);

  let fork: Fork | null = null;
  /** Of the configuration's reference checkpoint, until the policy gradient begins. */
  let givenReference: readonly StateTensor[] | null = null;
  const { sources, evaluationSets, rewards, first } = await orFree(
    () => model.dispose(),
    async () => {
      const checked = {
        sources: openSources(config, model, prompts, warmupPrompts),
        evaluationSets: openEvaluationSets(config, model, options.evaluationPrompts),
      };
      const rewards = await openRewards(config, {
        rewardsDir,
        functions: options.rewardFunctions,
        log,
        warn,
      });
      const first = await orFree(() => void closeRewards(rewards), firstState);
      return { ...checked, rewards, first };
    },
  );
  let live: LiveState = first;
  let warmupStage: WarmupStage | null = null;
  let policyStage: PolicyStage | null = null;
  let evaluator: Evaluator | null = null;

  async function firstState(): Promise<LiveState> {
    // A state of the policy gradient holds its reference itself.
    if (!restore || !inPolicyGradient(restore))
      givenReference = openReference(options.reference, config, model);
    if (restore) {
      const hasReference = holdsReference(restore) || needsReference(config);
      return restoreState(restore, layoutOf(restore, hasReference), owner);
    }
    fork = options.fork ? openFork(options.fork, config, model, parameters) : null;
    return {
      step: 0,
      stage: warmup ? 'WARM_UP' : 'POLICY_GRADIENT',
      train: freshState(fork ? upload(fork.weights) : await model.initial()),
      reference: null,
      scalars: {},
      metrics: {},
      warmupCursor: 0,
      promptCursor: 0,
    };
  }

  function layoutOf(state: Pick<SessionState, 'stage' | 'step'>, hasReference: boolean): StateLayout {
    if (!inPolicyGradient(state)) return { train: model.trainable, reference: [] };
    return { train: parameters.specs, reference: hasReference ? model.trainable : [] };
  }

  const liveLayout = (): StateLayout => layoutOf(live, (live.reference ?? []).length > 0);

  async function nextWarmupStep(step: number): Promise<StepResult> {
    if (!warmup || !sources.warmup) throw new RangeError('session: a warm-up step without a warm-up');
    warmupStage ??= createWarmupStage({ config, warmup, backend, model, pairs: sources.warmup, log, warn });
    const { train, warmupCursor, result } = await warmupStage.step({ ...live, step });
    disposeState(live.train);
    live = { ...live, train, warmupCursor, step, stage: 'WARM_UP' };
    return result;
  }

  async function nextPolicyStep(step: number): Promise<StepResult> {
    const start = { config, model, parameters, fork, givenReference };
    const begun = inPolicyState(live) ? live : beginPolicyGradient(live, start);
    const stage = (policyStage ??= createPolicyStage({
      config,
      backend,
      model,
      prompts: sources.prompts,
      rewards,
      log,
      warn,
    }));
    const made = await orFree(
      () => begun !== live && freeState(begun),
      () => stage.step({ ...begun, step, stageStep: step - warmupSteps }),
    );
    if (begun !== live) {
      disposeState(live.train);
      warmupStage?.dispose();
      [warmupStage, fork, givenReference] = [null, null, null];
    }
    disposeState(begun.train);
    if (made.reference !== begun.reference) tf.dispose([...begun.reference]);
    const { result, ...changed } = made;
    live = { ...live, ...changed, step, stage: 'POLICY_GRADIENT' };
    return result;
  }

  /** The step's result with what the held-out prompts say of its weights, where that is due. Changes nothing of the run. */
  async function evaluated(result: StepResult): Promise<StepResult> {
    if (!isEvaluationDue(config, result.step, total)) return result;
    evaluator ??= createRunEvaluator({ config, backend, model, sets: evaluationSets, rewards, log, warn });
    // What an estimator brings with it (a value head) comes after the model's own.
    const policy = live.train.weights.slice(0, model.trainable.length);
    return addEvaluation(result, await evaluator.evaluate([...model.frozen, ...policy]));
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
      const made = await (step <= warmupSteps ? nextWarmupStep(step) : nextPolicyStep(step));
      const result = await evaluated(made);
      result.metrics.set('system/rss_bytes', process.memoryUsage.rss());
      if (backend.device === 'gpu') result.metrics.set('system/gpu_memory_bytes', backend.memory().numBytes);
      live = { ...live, metrics: { ...live.metrics, ...judgedBy(config, result.metrics) } };
      return result;
    },
    snapshot: () => captureState(live, liveLayout(), owner),
    weightsHash: () => hashWeights(live.train.weights, liveLayout().train),
    dispose() {
      warmupStage?.dispose();
      policyStage?.dispose();
      evaluator?.dispose();
      void closeRewards(rewards);
      freeState(live);
      model.dispose();
    },
  };
}

function freeState({ train, reference }: LiveState): void {
  disposeState(train);
  tf.dispose([...(reference ?? [])]);
}

/** What a checkpoint of the step is judged by. */
function judgedBy({ checkpoint }: RunConfig, metrics: ReadonlyMap<string, number>): Scalars {
  return Object.fromEntries(
    [...metrics].filter(
      ([name]) => name === 'reward/mean' || name.startsWith('eval/') || name === checkpoint.bestMetric,
    ),
  );
}

async function orFree<Result>(free: () => unknown, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    free();
    throw error;
  }
}
