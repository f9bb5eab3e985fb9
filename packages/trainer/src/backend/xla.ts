/**
 * @file Whether XLA compiles a run's functions. Compiling takes seconds, once per shape and process; each step then takes less.
 * The answer is a function of the configuration, the prompts and the backend alone: a resumed or repeated run must take the same
 * path, because XLA rounds otherwise in the last bit.
 */
import type { Backend } from './backend.ts';

export interface XlaQuestion {
  /** As configured. */
  readonly mode: 'auto' | 'on' | 'off';
  readonly backend: Pick<Backend, 'kind' | 'device'>;
  /** Of the whole stage, done or not. */
  readonly steps: number;
  readonly layers: number;
  /** D */
  readonly width: number;
  /** B · (P + C), of the widest batch. */
  readonly tokensPerStep: number;
  /** How many shapes of batch there may be: all is compiled once for each. */
  readonly shapes: number;
}

export interface XlaDecision {
  readonly use: boolean;
  /** One line for people. */
  readonly why: string;
}

/**
 * Measured with TensorFlow 2.21 on two cores (docs/performance.md): rollout, update and scores of a 4-layer decoder compile in 3 to
 * 4 s, of a 6-layer decoder in half as much again, hardly depending on its width.
 */
const COMPILE_SECONDS_PER_LAYER = 1;
/**
 * What a step saves, in ms: 4 layers of width 128 at 2,048 tokens (1 M activations a pass) 45 ms, 6 layers of width 384 (4.7 M) 85 ms.
 * It is what lies between the matrix products, so it grows with activations, not with parameters.
 */
const SAVED_MS = { fixed: 30, perMillionActivations: 12 } as const;
/** The machine may be busier, and the run may be stopped early. */
const MARGIN = 1.5;

export function decideXla(question: XlaQuestion): XlaDecision {
  const { mode, backend, steps, shapes } = question;
  if (mode === 'off') return { use: false, why: 'xla is off' };
  if (backend.kind === 'wasm') return { use: false, why: 'XLA needs the native backend, this one is wasm' };
  if (mode === 'on') return { use: true, why: 'xla is on' };
  if (backend.device === 'gpu')
    return { use: false, why: 'xla: auto compiles on the CPU only: what it gains on a GPU was not measured' };
  const cost = COMPILE_SECONDS_PER_LAYER * question.layers * shapes;
  const activations = (question.layers * question.width * question.tokensPerStep) / 1e6;
  const saved = (steps * (SAVED_MS.fixed + SAVED_MS.perMillionActivations * activations)) / 1000;
  const use = saved > MARGIN * cost;
  const figures = `about ${Math.round(saved)} s to gain over ${steps} steps, about ${Math.round(cost)} s to compile`;
  return { use, why: `${figures}${use ? '' : ': not worth it'}` };
}

/** The same backend, with XLA compiling what does not say otherwise. */
export function withXla(backend: Backend): Backend {
  return { ...backend, compile: (fn, options) => backend.compile(fn, { xla: true, ...options }) };
}
