/**
 * @file Whether XLA compiles the functions of a stage. Compiling takes seconds, once per shape and process; each call then takes less.
 * The answer is a function of the configuration, the prompts and the backend alone: a resumed or repeated run must take the same
 * path, because XLA rounds otherwise in the last bit.
 */
import type { Backend } from './backend.ts';

/** What is compiled: decoding completions, an optimizer step, or the log-probabilities of given completions. */
export type XlaKind = 'decode' | 'update' | 'score';

/** The calls of one function in a whole stage, those done included. */
export interface XlaWork {
  readonly kind: XlaKind;
  readonly calls: number;
  /** How often a call goes through the layers, one after another: tokens of a completion when decoding, else once. */
  readonly passes: number;
  /** That a call goes over, all rows and passes together. */
  readonly tokens: number;
  /** How many shapes there may be: each is compiled. */
  readonly shapes: number;
}

export interface XlaQuestion {
  /** As configured. */
  readonly mode: 'auto' | 'on' | 'off';
  readonly backend: Pick<Backend, 'kind' | 'device'>;
  readonly layers: number;
  /** D */
  readonly width: number;
  readonly work: readonly XlaWork[];
  /** How long the stage is, for people: "300 steps". */
  readonly span: string;
}

export interface XlaDecision {
  readonly use: boolean;
  /** One line for people. */
  readonly why: string;
}

export interface XlaCost {
  /** Seconds of a first call beyond those without XLA: these, and for each layer these. */
  readonly compileFixed: number;
  readonly compilePerLayer: number;
  /** What a call saves, in ms: for every pass through a layer, and for every million activations (tokens · layers · width). */
  readonly savedPerLayerPass: number;
  readonly savedPerMillionActivations: number;
}

/**
 * Of two cores with TensorFlow 2.21. `npm run bench -- xla` measures models of 2 to 8 layers, width 64 to 384 and various batches and
 * lengths, and prints what fits them in the form of this table (docs/performance.md).
 */
export const XLA_COSTS: Readonly<Record<XlaKind, XlaCost>> = {
  decode: {
    compileFixed: 1,
    compilePerLayer: 0.03,
    savedPerLayerPass: 0.12,
    savedPerMillionActivations: 21,
  },
  update: { compileFixed: 1.1, compilePerLayer: 0.18, savedPerLayerPass: 1, savedPerMillionActivations: 13 },
  score: {
    compileFixed: 0.4,
    compilePerLayer: 0.05,
    savedPerLayerPass: 0.2,
    savedPerMillionActivations: 9.4,
  },
};

/** The machine may be busier, and the run may be stopped early. */
const MARGIN = 1.5;

export function decideXla(
  { mode, backend, layers, width, work, span }: XlaQuestion,
  costs: Readonly<Record<XlaKind, XlaCost>> = XLA_COSTS,
): XlaDecision {
  if (mode === 'off') return { use: false, why: 'xla is off' };
  if (backend.kind === 'wasm') return { use: false, why: 'XLA needs the native backend, this one is wasm' };
  if (mode === 'on') return { use: true, why: 'xla is on' };
  if (backend.device === 'gpu')
    return { use: false, why: 'xla: auto compiles on the CPU only: what it gains on a GPU was not measured' };
  let [cost, saved] = [0, 0];
  for (const { kind, calls, shapes, ...call } of work) {
    cost += shapes * compileSeconds(costs[kind], layers);
    saved += (calls * savedMs(costs[kind], { ...call, layers, width })) / 1000;
  }
  const use = saved > MARGIN * cost;
  const figures = `${inSeconds(saved)} to gain over ${span}, ${inSeconds(cost)} to compile`;
  return { use, why: `${figures}${use ? '' : ': not worth it'}` };
}

/** Of one shape. */
export function compileSeconds(cost: XlaCost, layers: number): number {
  return cost.compileFixed + cost.compilePerLayer * layers;
}

/** Of one call; below 0 where XLA is slower. */
export function savedMs(
  cost: XlaCost,
  call: { readonly passes: number; readonly tokens: number; readonly layers: number; readonly width: number },
): number {
  const activations = (call.layers * call.width * call.tokens) / 1e6;
  return cost.savedPerLayerPass * call.passes * call.layers + cost.savedPerMillionActivations * activations;
}

/** The same backend, with XLA compiling what does not say otherwise. */
export function withXla(backend: Backend): Backend {
  return { ...backend, compile: (fn, options) => backend.compile(fn, { xla: true, ...options }) };
}

function inSeconds(value: number): string {
  return value > 0 && value < 1 ? 'less than 1 s' : `about ${Math.round(value)} s`;
}
