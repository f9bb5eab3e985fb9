/**
 * @file Evaluation on held-out prompts: greedy completions for accuracy, samples for pass@k and the mean reward. A function of the
 * weights, the sets and the seed alone: nothing of a run's state is read or changed, and every evaluation draws with the same noise, so
 * that two differ by their weights only.
 */
import type { RewardConfig } from '@nabla/domain';
import type * as tf from '@tensorflow/tfjs-core';

import type { Backend } from '../backend/backend.ts';
import type { PolicyModel } from '../model/policyModel.ts';
import { builtInReward } from '../rewards/builtInRewards.ts';
import { correctness } from '../rewards/correctness.ts';
import type { RewardComponent } from '../rewards/rewardComponent.ts';
import { firstScoreError, scoreCompletions, type CompletionScore } from '../rewards/scoreCompletions.ts';
import type { CompletionResult, StepResult } from '../stepResult.ts';
import { createDrawer, type Drawn } from './drawCompletions.ts';
import { drawingsOf } from './drawings.ts';
import type { EvaluationSet } from './evaluationSets.ts';
import { samplesOf, setMetrics, type Judged } from './setMetrics.ts';

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
  /** Have XLA compile the decoding (native only). */
  readonly xla: boolean;
  readonly warn?: ((message: string) => void) | undefined;
}

export interface EvaluationResult {
  /** By the names of the catalogue: eval/<set>/…, time/evaluation_ms. */
  readonly metrics: Map<string, number>;
  /** Set after set, prompt after prompt: the greedy completion, then the samples where there are any. Indices from 0. */
  readonly completions: readonly CompletionResult[];
}

export interface Evaluator {
  /**
   * @param weights the decoder's whole list
   * @throws TrainerError REWARD_MODULE; the weights are as they were
   */
  evaluate(weights: readonly tf.Tensor[]): Promise<EvaluationResult>;
  dispose(): void;
}

export function createEvaluator(parts: EvaluatorParts): Evaluator {
  const { sets, warn, xla } = parts;
  const { tokenizer } = parts.model;
  const drawings = drawingsOf(sets, parts, xla);
  const drawer = createDrawer(parts);
  const warned = new Set<string>();

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
      for (const [setIndex, set] of sets.entries()) {
        const drawn: Drawn[][] = set.prompts.map(() => []);
        // The greedy ones come first.
        for (const drawing of drawings.filter((each) => each.set === set))
          for (const [index, more] of (await drawer.draw(weights, drawing, setIndex)).entries())
            drawn[index]?.push(...more);
        const groups = await judge(set, drawn);
        warnOfTooFew(set, groups);
        for (const [name, value] of setMetrics(set, groups)) metrics.set(name, value);
        for (const { result } of groups.flat()) completions.push({ index: completions.length, ...result });
      }
      metrics.set('time/evaluation_ms', performance.now() - started);
      return { metrics, completions };
    },
    dispose: () => drawer.dispose(),
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
