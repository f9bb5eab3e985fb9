/**
 * @file Evaluation on held-out prompts: greedy completions for accuracy, samples for pass@k and the mean reward. A function of the
 * weights, the sets and the seed alone: nothing of a run's state is read or changed, and every evaluation draws with the same noise, so
 * that two differ by their weights only.
 */
import { evaluationMetric, type RewardConfig, type RunConfig } from '@nabla/domain';
import type * as tf from '@tensorflow/tfjs-core';

import { mean } from '../algorithms/advantages.ts';
import type { Backend } from '../backend/backend.ts';
import { bucketWidth, padPrompts } from '../batch.ts';
import type { PolicyModel } from '../model/policyModel.ts';
import { builtInReward } from '../rewards/builtInRewards.ts';
import { correctness } from '../rewards/correctness.ts';
import type { RewardComponent } from '../rewards/rewardComponent.ts';
import { firstScoreError, scoreCompletions, type CompletionScore } from '../rewards/scoreCompletions.ts';
import { createSampler, type Sampler } from '../rollout.ts';
import type { CompletionResult, StepResult } from '../stepResult.ts';
import { STREAMS } from '../streams.ts';
import type { EvaluationSet } from './evaluationSets.ts';
import { clusteredMean, passAtK } from './statistics.ts';

export interface EvaluatorParts {
  readonly backend: Backend;
  readonly model: Pick<PolicyModel, 'decoder' | 'tokenizer' | 'maxTokens'>;
  readonly sets: readonly EvaluationSet[];
  /** Components and, in the same order, their configurations. Stay the caller's. */
  readonly rewards: readonly RewardComponent[];
  readonly rewardConfigs: readonly RewardConfig[];
  readonly seed: number;
  /** Completion tokens at most, end of sequence included. */
  readonly maxNewTokens: number;
  /** Completions decoded at a time: what fits in training fits here. */
  readonly rowsAtATime: number;
  /** Whether token columns are kept. */
  readonly recordTokens: boolean;
  readonly warn?: ((message: string) => void) | undefined;
}

export interface EvaluationResult {
  /** By the names of the catalogue: eval/<set>/…, time/evaluation_ms. */
  readonly metrics: Map<string, number>;
  /** Set after set, prompt after prompt: the greedy completion, then the samples where there are any. Indices from 0. */
  readonly completions: readonly CompletionResult[];
}

/** Every so many steps of the run, and after its last. */
export function isEvaluationDue(
  { evaluation }: Pick<RunConfig, 'evaluation'>,
  step: number,
  totalSteps: number,
): boolean {
  return evaluation !== undefined && (step % evaluation.everySteps === 0 || step === totalSteps);
}

export interface Evaluator {
  /**
   * @param weights the decoder's whole list
   * @throws TrainerError REWARD_MODULE; the weights are as they were
   */
  evaluate(weights: readonly tf.Tensor[]): Promise<EvaluationResult>;
  dispose(): void;
}

/** One completion with all that is known of it. */
interface Judged {
  readonly result: Omit<CompletionResult, 'index'>;
  readonly right: boolean | null;
}

/** Calls of the sampler that one set may make: their noise is keyed by set · this + call. */
const CALLS_PER_SET = 2 ** 16;

export function createEvaluator(parts: EvaluatorParts): Evaluator {
  const { backend, model, sets, seed, maxNewTokens, rowsAtATime, warn } = parts;
  const { tokenizer } = model;
  const samplers = new Map<string, Sampler>();
  const warned = new Set<string>();

  /** One for all greedy completions, one for each number of samples and temperature. */
  function samplerOf(groupSize: number, temperature: number | 'greedy'): Sampler {
    const key = `${groupSize} ${temperature}`;
    const known = samplers.get(key);
    if (known) return known;
    const sampler = createSampler(backend, model.decoder, {
      maxNewTokens,
      groupSize,
      temperature: temperature === 'greedy' ? 1 : temperature,
      greedy: temperature === 'greedy',
      eosIds: tokenizer.eosIds,
      padId: tokenizer.padId,
      seed,
      stream: STREAMS.evaluationSampling,
    });
    samplers.set(key, sampler);
    return sampler;
  }

  /** `count` completions of each prompt, prompt after prompt. */
  async function draw(
    weights: readonly tf.Tensor[],
    { prompts, config }: EvaluationSet,
    count: number,
    temperature: number | 'greedy',
  ): Promise<Drawn[][]> {
    const groupSize = Math.min(count, rowsAtATime);
    const sampler = samplerOf(groupSize, temperature);
    const promptsAtATime = Math.min(prompts.length, Math.max(1, Math.floor(rowsAtATime / groupSize)));
    const longest = prompts.reduce((most, { ids }) => Math.max(most, ids.length), 0);
    const width = bucketWidth(longest, Math.max(longest, model.maxTokens - maxNewTokens));
    const drawn: Drawn[][] = prompts.map(() => []);
    let call = sets.findIndex((set) => set.config === config) * CALLS_PER_SET;
    for (let start = 0; start < prompts.length; start += promptsAtATime) {
      // The last rows are filled up with the last prompt: one shape, one compiled function.
      const chunk = Array.from({ length: promptsAtATime }, (_, row) =>
        Math.min(start + row, prompts.length - 1),
      );
      const padded = padPrompts(
        chunk.map((index) => prompts[index]?.ids ?? []),
        width,
        tokenizer.padId,
      );
      for (let have = 0; have < count; have += groupSize) {
        const {
          ids,
          logp,
          lengths,
          truncated,
          width: columns,
        } = await sampler.sample(weights, padded, call++);
        for (let row = 0; row < padded.rows * groupSize; row++) {
          const place = start + Math.floor(row / groupSize);
          const list = drawn[place];
          if (!list || list.length >= Math.min(count, have + groupSize)) continue;
          const [from, length] = [row * columns, lengths[row] ?? 0];
          list.push({
            ids: ids.slice(from, from + length),
            logp: logp.slice(from, from + length),
            truncated: truncated[row] ?? false,
          });
        }
      }
    }
    return drawn;
  }

  /** Groups of the prompts: the greedy completion first. */
  async function judge(set: EvaluationSet, groups: readonly (readonly Drawn[])[]): Promise<Judged[][]> {
    const rows = groups.flatMap((group, index) => group.map((drawn) => ({ drawn, group: index })));
    const inputs = rows.map(({ drawn, group }) => ({
      prompt: set.prompts[group]?.text ?? '',
      answer: set.prompts[group]?.answer ?? null,
      completion: tokenizer.decode(drawn.truncated ? drawn.ids : drawn.ids.subarray(0, -1)),
      tokenCount: drawn.ids.length,
    }));
    const scores = await scoreCompletions(await rewardsFor(parts, set), inputs, {
      groupSize: groups[0]?.length ?? 1,
      normalise: false,
    });
    warnOfNulls(set, scores);
    const isRight = correctness(parts.rewardConfigs, set.task);
    const judged = rows.map(({ drawn, group }, row): Judged => {
      const input = inputs[row];
      const score = scores[row];
      if (!input || !score) throw new RangeError(`evaluation: nothing known of completion ${row}`);
      return {
        right: isRight(score, { text: input.prompt, answer: input.answer }, input.completion),
        result: {
          evaluationSet: set.config.name,
          group,
          promptText: input.prompt,
          answer: input.answer,
          text: input.completion,
          tokenCount: input.tokenCount,
          truncated: drawn.truncated,
          reward: score.reward,
          rewards: score.components,
          advantage: null,
          signal: null,
          kl: null,
          logp: drawn.logp.reduce((sum, logp) => sum + logp, 0),
          refLogp: null,
          updatedLogp: null,
          tokens: parts.recordTokens
            ? {
                tokenIds: drawn.ids,
                pieces: tokenizer.pieces(drawn.ids),
                logp: drawn.logp,
                refLogp: null,
                updatedLogp: null,
              }
            : null,
        },
      };
    });
    const byGroup = groups.map((): Judged[] => []);
    for (const one of judged) byGroup[one.result.group]?.push(one);
    return byGroup;
  }

  function warnOfNulls(set: EvaluationSet, scores: readonly CompletionScore[]): void {
    const missing = scores.filter(({ reward }) => reward === null).length;
    if (missing === 0 || warned.has(set.config.name)) return;
    warned.add(set.config.name);
    warn?.(
      `evaluation set "${set.config.name}": ${missing} of ${scores.length} completions have no reward: ${firstScoreError(scores) ?? 'no reason was given'} (said once)`,
    );
  }

  /** Their estimate of pass@k needs k samples that are right or wrong; leaving prompts out silently would be a bias unseen. */
  function warnOfTooFew(set: EvaluationSet, groups: readonly (readonly Judged[])[]): void {
    const key = `${set.config.name} pass@k`;
    const known = samplesOf(set, groups).map((group) => group.filter(({ right }) => right !== null).length);
    // Where nothing can be right or wrong, there is no pass@k at all: the documents say so.
    if (warned.has(key) || known.every((count) => count === 0)) return;
    const most = Math.max(0, ...set.config.passAt);
    const without = known.filter((count) => count < most).length;
    if (without === 0) return;
    warned.add(key);
    warn?.(
      `evaluation set "${set.config.name}": ${without} of ${groups.length} prompts stay out of pass@${most}: fewer than ${most} of their samples are known to be right or wrong (said once)`,
    );
  }

  return {
    async evaluate(weights) {
      const started = performance.now();
      const metrics = new Map<string, number>();
      const completions: CompletionResult[] = [];
      for (const set of sets) {
        const greedy = await draw(weights, set, 1, 'greedy');
        const { samples, temperature } = set.config;
        const sampled = samples === 1 ? [] : await draw(weights, set, samples, temperature);
        const groups = await judge(
          set,
          greedy.map((first, index) => [...first, ...(sampled[index] ?? [])]),
        );
        warnOfTooFew(set, groups);
        for (const [name, value] of setMetrics(set, groups)) metrics.set(name, value);
        for (const { result } of groups.flat()) completions.push({ index: completions.length, ...result });
      }
      metrics.set('time/evaluation_ms', performance.now() - started);
      return { metrics, completions };
    },
    dispose() {
      for (const sampler of samplers.values()) sampler.dispose();
    },
  };
}

/** A step's result with what an evaluation after it found; its completions follow those of the step. */
export function addEvaluation(result: StepResult, { metrics, completions }: EvaluationResult): StepResult {
  const first = result.completions.length;
  return {
    ...result,
    metrics: new Map([...result.metrics, ...metrics]),
    completions: [
      ...result.completions,
      ...completions.map((completion) => ({ ...completion, index: first + completion.index })),
    ],
  };
}

interface Drawn {
  /** With the end-of-sequence token, if it ends. */
  readonly ids: Int32Array;
  readonly logp: Float32Array;
  readonly truncated: boolean;
}

/** exact_match evaluates expressions where the task is countdown: it goes by the set's own task. */
async function rewardsFor(
  { rewards, rewardConfigs, maxNewTokens }: EvaluatorParts,
  { task }: EvaluationSet,
): Promise<readonly RewardComponent[]> {
  return Promise.all(
    rewards.map(async (component, index) => {
      const config = rewardConfigs[index];
      return config?.kind === 'exact_match' ? builtInReward(config, { task, maxNewTokens }) : component;
    }),
  );
}

/** The samples where there are any, else the greedy completions. */
function samplesOf(
  { config }: EvaluationSet,
  groups: readonly (readonly Judged[])[],
): readonly (readonly Judged[])[] {
  return config.samples === 1 ? groups : groups.map((group) => group.slice(1));
}

/** Of the samples; accuracy always of the greedy completions. */
function setMetrics(set: EvaluationSet, groups: readonly (readonly Judged[])[]): [string, number][] {
  const { config } = set;
  const metrics: [string, number][] = [];
  const judged = samplesOf(set, groups);
  const greedy = groups.flatMap(([first]) => (first && first.right !== null ? [Number(first.right)] : []));
  if (greedy.length > 0) metrics.push([evaluationMetric(config.name, 'accuracy'), mean(greedy)]);
  for (const k of config.passAt) {
    const estimates = judged.flatMap((group) => {
      const known = group.flatMap(({ right }) => (right === null ? [] : [right]));
      return known.length < k ? [] : [passAtK(known.length, known.filter(Boolean).length, k)];
    });
    if (estimates.length > 0) metrics.push([evaluationMetric(config.name, `pass_at_${k}`), mean(estimates)]);
  }
  const reward = clusteredMean(judged.map((group) => group.map(({ result }) => result.reward)));
  if (reward) {
    metrics.push([evaluationMetric(config.name, 'reward_mean'), reward.mean]);
    if (reward.halfWidth !== null)
      metrics.push([evaluationMetric(config.name, 'reward_ci95'), reward.halfWidth]);
  }
  metrics.push([
    evaluationMetric(config.name, 'length_mean'),
    mean(judged.flatMap((group) => group.map(({ result }) => result.tokenCount))),
  ]);
  return metrics;
}
