/** @file What each stage of a run would have XLA compile, and whether it does: `backend/xla.ts` weighs it. */
import type { RunConfig, WarmupConfig } from '@nabla/domain';

import type { Backend } from './backend/backend.ts';
import { decideXla, type XlaQuestion, type XlaWork } from './backend/xla.ts';
import { coarseWidths } from './batch.ts';
import type { Architecture } from './model/architecture.ts';
import { rowSizes } from './rollout/drawnRows.ts';

export interface StageParts {
  readonly config: RunConfig;
  readonly backend: Pick<Backend, 'kind' | 'device'>;
  readonly model: { readonly architecture: Pick<Architecture, 'layers' | 'width'> };
  /** Takes the decision. */
  readonly log?: ((message: string) => void) | undefined;
  /** Takes it where it is not what was asked for. */
  readonly warn?: ((message: string) => void) | undefined;
}

/** Calls of one decoding function: each reads N prompts and draws N · G completions. */
export interface DecodingCalls {
  readonly calls: number;
  /** N */
  readonly prompts: number;
  /** G */
  readonly groupSize: number;
  /** P of the widest */
  readonly promptTokens: number;
  /** C */
  readonly completionTokens: number;
  /** How many sizes [N, P] there may be. */
  readonly shapes: number;
}

/** To be asked when the stage begins, once. */
export function policyUsesXla(
  parts: StageParts & { readonly prompts: { readonly longest: number } },
): boolean {
  return decide('policy gradient', parts, {
    work: policyWork(parts.config, parts.prompts.longest),
    span: plural(parts.config.policyGradient.steps, 'step'),
  });
}

/**
 * To be asked when the stage begins, once.
 * @param pairs tokens of the longest prompt and answer
 */
export function warmupUsesXla(
  parts: StageParts & { readonly warmup: WarmupConfig; readonly pairs: LongestPair },
): boolean {
  const { warmup, pairs } = parts;
  return decide('warm-up', parts, { work: warmupWork(warmup, pairs), span: plural(warmup.steps, 'step') });
}

/** To be asked when the first evaluation begins, once. @param drawing what one evaluation calls */
export function evaluationUsesXla(
  parts: StageParts & { readonly drawing: readonly DecodingCalls[]; readonly evaluations: number },
): boolean {
  const { drawing, evaluations } = parts;
  return decide('evaluation', parts, {
    work: drawing.map((each) => decodeWork({ ...each, calls: each.calls * evaluations })),
    span: plural(evaluations, 'evaluation'),
  });
}

export interface LongestPair {
  readonly longest: number;
  readonly longestAnswer: number;
}

/** Only what every configuration has: scores of a reference or of the policy before the step come to them. */
export function policyWork({ policyGradient: pg, record }: RunConfig, longestPrompt: number): XlaWork[] {
  const rows = pg.promptsPerStep * pg.groupSize;
  const width = longestPrompt + pg.maxNewTokens;
  const shapes = coarseWidths(longestPrompt).length;
  const rectangles = shapes * coarseWidths(pg.maxNewTokens).length;
  const perUpdate = rows / pg.miniBatches;
  /** Backward or forward passes over so many rows are cut into pieces. */
  const inPieces = (kind: 'update' | 'score', of: number, times: number): XlaWork => {
    const size = Math.min(pg.microBatchSize ?? of, of);
    return { kind, calls: times * Math.ceil(of / size), passes: 1, tokens: size * width, shapes: rectangles };
  };
  return [
    decodeWork({
      calls: pg.steps,
      prompts: pg.promptsPerStep,
      groupSize: pg.groupSize,
      promptTokens: longestPrompt,
      completionTokens: pg.maxNewTokens,
      // Rounds of dynamic sampling are smaller batches.
      shapes: shapes * (pg.dynamicSampling === null ? 1 : 2),
    }),
    inPieces('update', perUpdate, pg.steps * pg.innerEpochs * pg.miniBatches),
    // What a step's completions are after it, where it is recorded.
    inPieces('score', rows, Math.ceil(pg.steps / record.completionsEverySteps)),
  ];
}

export function warmupWork(
  { steps, batchSize }: WarmupConfig,
  { longest, longestAnswer }: LongestPair,
): XlaWork[] {
  return [
    {
      kind: 'update',
      calls: steps,
      passes: 1,
      tokens: batchSize * (longest + longestAnswer),
      shapes: coarseWidths(longest).length * coarseWidths(longestAnswer).length,
    },
  ];
}

export function decodeWork(of: DecodingCalls): XlaWork {
  const rows = of.prompts * of.groupSize;
  return {
    kind: 'decode',
    calls: of.calls,
    passes: of.completionTokens,
    tokens: of.prompts * of.promptTokens + rows * of.completionTokens,
    // Completions that have ended leave the batch, and each size is compiled.
    shapes: of.shapes * rowSizes(rows),
  };
}

function decide(
  stage: string,
  { config, backend, model, log, warn }: StageParts,
  { work, span }: Pick<XlaQuestion, 'work' | 'span'>,
): boolean {
  const { layers, width } = model.architecture;
  const { use, why } = decideXla({ mode: config.xla, backend, layers, width, work, span });
  const message = `XLA ${use ? 'compiles' : 'does not compile'} the ${stage}: ${why}`;
  if (config.xla === 'on' && !use) warn?.(message);
  // On wasm nobody had a choice.
  else if (config.xla !== 'off' && backend.kind === 'native') log?.(message);
  return use;
}

function plural(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
