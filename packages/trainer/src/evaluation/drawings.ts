/** @file In which calls of the sampler an evaluation draws its completions: a function of the sets and of what fits, not of the weights. */
import { bucketWidth, coarseWidth } from '../batch.ts';
import type { PolicyModel } from '../model/policyModel.ts';
import type { DecodingCalls } from '../stageXla.ts';
import type { EvaluationSet } from './evaluationSets.ts';

/** `count` completions of each prompt of a set. */
export interface Drawing {
  readonly set: EvaluationSet;
  readonly count: number;
  readonly temperature: number | 'greedy';
  /** G of one call. */
  readonly groupSize: number;
  /** N of one call; the last is filled up with the last prompt: one shape, one compiled function. */
  readonly promptsAtATime: number;
  /** P */
  readonly width: number;
  readonly calls: number;
}

export interface DrawingBounds {
  readonly model: Pick<PolicyModel, 'maxTokens'>;
  readonly maxNewTokens: number;
  /** Completions decoded at a time. */
  readonly rowsAtATime: number;
}

/**
 * The greedy completion of each prompt, set after set, and the samples where there are any.
 * @param xla prompts then have few widths
 */
export function drawingsOf(
  sets: readonly EvaluationSet[],
  { model, maxNewTokens, rowsAtATime }: DrawingBounds,
  xla: boolean,
): Drawing[] {
  const widest = Math.max(...sets.map(longestOf));
  return sets.flatMap((set) => {
    const longest = longestOf(set);
    const width = xla
      ? coarseWidth(longest, widest)
      : bucketWidth(longest, Math.max(longest, model.maxTokens - maxNewTokens));
    const drawing = (count: number, temperature: number | 'greedy'): Drawing => {
      const groupSize = Math.min(count, rowsAtATime);
      const promptsAtATime = Math.min(set.prompts.length, Math.max(1, Math.floor(rowsAtATime / groupSize)));
      const calls = Math.ceil(set.prompts.length / promptsAtATime) * Math.ceil(count / groupSize);
      return { set, count, temperature, groupSize, promptsAtATime, width, calls };
    };
    const { samples, temperature } = set.config;
    return [drawing(1, 'greedy'), ...(samples === 1 ? [] : [drawing(samples, temperature)])];
  });
}

/** Which sampler serves a drawing: one for all greedy completions, one for each number of samples and temperature. */
export function samplerKey({ groupSize, temperature }: Pick<Drawing, 'groupSize' | 'temperature'>): string {
  return `${groupSize} ${temperature}`;
}

/** What one evaluation calls: drawings of the same sampler and shape share what is compiled. */
export function decodingOf(drawings: readonly Drawing[], completionTokens: number): DecodingCalls[] {
  const byShape = new Map<string, DecodingCalls>();
  for (const drawing of drawings) {
    const { groupSize, promptsAtATime, width, calls } = drawing;
    const key = `${samplerKey(drawing)} ${promptsAtATime} ${width}`;
    byShape.set(key, {
      calls: calls + (byShape.get(key)?.calls ?? 0),
      prompts: promptsAtATime,
      groupSize,
      promptTokens: width,
      completionTokens,
      shapes: 1,
    });
  }
  return [...byShape.values()];
}

function longestOf({ prompts }: EvaluationSet): number {
  return prompts.reduce((most, { ids }) => Math.max(most, ids.length), 0);
}
