/** @file What `train` takes, and the run configuration that follows from it. */
import { createHash } from 'node:crypto';

import {
  canonicalJson,
  parseRunConfig,
  type EstimatorPreset,
  type PromptRecord,
  type RewardConfig,
  type RunConfig,
  type RunConfigInput,
} from '@nabla/domain';
import { z } from 'zod';

import type { RewardFunctions } from '../rewards/openRewards.ts';
import type { RewardInput } from '../rewards/rewardComponent.ts';
import type { StepResult } from '../stepResult.ts';

/** A number, or null where the reward cannot be computed; or a promise of it. What it throws counts as null, with the reason. */
export type Reward = (completion: RewardInput) => number | null | Promise<number | null>;

/** A reward with how it enters the sum: Σ weight · normalise(clip(value)). */
export interface WeightedReward extends Partial<Pick<RewardConfig, 'weight' | 'clip' | 'normalise'>> {
  readonly reward: Reward;
  /** Names what the function measures; the hash of its source text when absent, which does not see what it closes over. */
  readonly version?: string;
}

export interface PromptInput {
  readonly prompt: string;
  readonly answer?: string | number | null;
}

/** The fields of docs/cli.md, an estimator's preset among them; those that other options give may be left out. */
export type TrainConfig = Omit<RunConfigInput, 'task' | 'rewards' | 'name' | 'policyGradient'> &
  Partial<Pick<RunConfigInput, 'task' | 'rewards' | 'name'>> & {
    readonly policyGradient: RunConfigInput['policyGradient'] & { readonly preset?: EstimatorPreset };
  };

export interface TrainOptions {
  /** The run: model, estimator, optimizer, steps. A validated copy stands in the result. */
  readonly config: TrainConfig;
  /** Reward functions by name (lower-case letters, digits, underscores). They join `config.rewards`, where there are some. */
  readonly rewards?: Readonly<Record<string, Reward | WeightedReward>>;
  /** What to answer, in the place of `config.task`. */
  readonly prompts?: readonly PromptInput[];
  /**
   * Folder for metrics, completions and checkpoints, as `nabla train` writes them. A folder that holds this same run goes on with
   * it from its latest checkpoint; one that holds another is refused. Without it nothing is written.
   */
  readonly out?: string;
  /**
   * Records the run on a server too, with its checkpoints. Rewards stay in this process. A run that is stopped before its end is
   * paused there; `resume` goes on with it, here or on another machine.
   */
  readonly server?: TrainServer;
  /** Called after each step; a promise is awaited before the next step. */
  readonly onStep?: (step: StepResult) => unknown;
  /** Ends the run after the step under way, with a checkpoint if there is an `out`. */
  readonly signal?: AbortSignal;
  /** Hears what somebody should know and that does not end the run; stderr when absent. */
  readonly warn?: (message: string) => void;
  /** TensorFlow natively, WebAssembly, or the better one there is; `config.backend` when absent. */
  readonly backend?: RunConfig['backend'];
  /** Folder of reward modules; the working directory when absent. */
  readonly rewardsDir?: string;
  /** Where models downloaded by name are kept; .nabla/models when absent. */
  readonly modelsDir?: string;
}

export interface TrainServer {
  readonly url: string;
  readonly apiKey: string;
  /** The project's slug. */
  readonly project: string;
  /**
   * Id of a run that this same script recorded and that has not ended: goes on with it from its latest checkpoint on the server. After
   * a process that was killed, it first waits until the server has given that one up.
   */
  readonly resume?: string;
  /** Silence after which the server takes this process for gone, 5 to 600. Default 60. A long step is no silence. */
  readonly leaseSeconds?: number;
}

/** What `train` runs, once the options are checked. */
export interface TrainPlan {
  readonly config: RunConfig;
  readonly functions: RewardFunctions;
  /** Those given in code; undefined where the configuration names a task. */
  readonly prompts: readonly PromptRecord[] | undefined;
}

/** @throws RangeError naming every option that is wrong. */
export function planOf(options: TrainOptions): TrainPlan {
  assertShape(options);
  const { config, rewards = {}, prompts } = options;
  if (prompts !== undefined && config.task !== undefined)
    throw new RangeError('train: give prompts or config.task, not both');
  if (prompts === undefined && config.task === undefined)
    throw new RangeError('train: say what to train on: prompts, or config.task');
  const records = prompts?.map(({ prompt, answer = null }, index): PromptRecord => {
    if (prompt === '') throw new RangeError(`train: prompts.${index}.prompt is empty`);
    return { text: prompt, answer: answer === null ? null : String(answer), metadata: null };
  });
  if (records?.length === 0) throw new RangeError('train: prompts is empty');
  const functions = Object.entries(rewards).map(([name, given]) => {
    const { reward, version, ...shaping } = typeof given === 'function' ? { reward: given } : given;
    const kept = version ?? hashOf(String(reward));
    return { score: reward, config: { kind: 'function' as const, name, version: kept, ...shaping } };
  });
  const own = config.rewards ?? (functions.length === 0 ? undefined : []);
  const parsed = parseRunConfig({
    name: 'library run',
    ...config,
    // The hash makes other prompts another configuration: a run is never resumed with them.
    task: config.task ?? { kind: 'file', path: `prompts-${hashOf(canonicalJson(records))}.jsonl` },
    ...(own === undefined ? {} : { rewards: [...own, ...functions.map((reward) => reward.config)] }),
  });
  if (!parsed.ok)
    throw new RangeError(
      parsed.errors.map(({ path, message }) => `train: config.${path.join('.')}: ${message}`).join('\n'),
    );
  return {
    config: parsed.config,
    functions: Object.fromEntries(functions.map(({ score, config: { name } }) => [name, score])),
    prompts: records,
  };
}

/** For callers without types. @throws RangeError */
function assertShape(options: unknown): void {
  const parsed = shape.safeParse(options);
  if (parsed.success) return;
  throw new RangeError(
    parsed.error.issues
      .map(({ path, message }) => `train: ${path.length === 0 ? 'options' : path.join('.')}: ${message}`)
      .join('\n'),
  );
}

const rewardShape = z.custom((given) => typeof given === 'function', 'is no function');
const shape = z.strictObject(
  {
    config: z.record(z.string(), z.unknown(), 'is missing: give an object with the settings of the run'),
    rewards: z
      .record(
        z.string(),
        z.union(
          [rewardShape, z.object({ reward: rewardShape })],
          'is neither a function nor { reward: function }',
        ),
      )
      .optional(),
    prompts: z
      .array(
        z.object({ prompt: z.string('is no text') }, 'is not of the form { prompt, answer? }'),
        'is no array',
      )
      .optional(),
    backend: z.enum(['auto', 'native', 'wasm'], 'is none of auto, native, wasm').optional(),
    out: z.string('is no path').optional(),
    server: z
      .strictObject(
        {
          url: z.string(),
          apiKey: z.string(),
          project: z.string(),
          resume: z.string().optional(),
          leaseSeconds: z.number().optional(),
        },
        { error: strictly('is not of the form { url, apiKey, project, resume?, leaseSeconds? }') },
      )
      .optional(),
    onStep: rewardShape.optional(),
    signal: z.instanceof(AbortSignal, { error: 'is no AbortSignal' }).optional(),
    warn: rewardShape.optional(),
    rewardsDir: z.string('is no path').optional(),
    modelsDir: z.string('is no path').optional(),
  },
  { error: strictly('are missing: give an object with config, prompts and rewards') },
);

/** A name that is not known is told apart from the rest: it is a typo. */
function strictly(message: string): (issue: { readonly code?: string; readonly keys?: unknown }) => string {
  return ({ code, keys }) =>
    code === 'unrecognized_keys' && Array.isArray(keys)
      ? `there is no option ${keys.join(', ')}; see docs/library.md for those there are`
      : message;
}

/** Twelve hex digits: enough to tell two of one person's functions apart. */
function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
