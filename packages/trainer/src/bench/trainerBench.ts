/**
 * @file What a policy-gradient step costs (`workload.ts`): native with and without XLA, native without compiled functions, and wasm; its
 * shares; larger models; and how it grows with batch, length and width. Prints one JSON line, and on standard error what it is at.
 *
 * Run: tsx src/bench/trainerBench.ts [--quick] [native] [wasm]. --quick: the usual workload only.
 */
import * as tf from '@tensorflow/tfjs-core';

import { openBackend, type Backend } from '../backend/backend.ts';
import { compileEager } from '../backend/compileEager.ts';
import { median, round } from './statistics.ts';
import { createWorkload, USUAL, type Size } from './workload.ts';

interface StepFigures {
  readonly parameters: number;
  /** Medians over the measured steps. */
  readonly stepMs: number;
  /** The shortest and the longest of them. */
  readonly stepMsRange: { readonly min: number; readonly max: number };
  readonly rolloutMs: number;
  readonly updateMs: number;
  readonly completionTokensPerSecond: number;
  /** Recording, compiling and TensorFlow's own optimisation are in it; XLA's cache is empty. */
  readonly firstStepMs: number;
  /** From the first step's beginning to the tenth's end. */
  readonly timeToTenthStepMs: number;
}

interface Shares {
  /** Of the step. `backward` is what the update takes beside forward pass and optimizer. */
  readonly rollout: number;
  readonly forward: number;
  readonly backward: number;
  readonly optimizer: number;
  /** Time that the matrix products would take at the machine's measured peak. */
  readonly gemm: number;
}

interface Measured {
  readonly figures: StepFigures;
  readonly shares: Shares;
}

/** Steps until TensorFlow has settled; the tenth is the first that is measured. */
const SETTLING_STEPS = 9;

/** @param what for whoever waits @param steps measured */
async function measure(
  what: string,
  backend: Backend,
  size: Size,
  { xla, steps, peak, settling = SETTLING_STEPS }: MeasureOptions,
): Promise<Measured> {
  console.error(`measuring ${what}`);
  const work = createWorkload(backend, size, xla);
  const started = performance.now();
  const times = [];
  let tenth = NaN;
  for (let step = 0; step < settling + steps; step++) {
    times.push(await work.step());
    if (step === 9) tenth = performance.now() - started;
  }
  const settled = times.slice(settling);
  const whole = settled.map(({ rolloutMs, updateMs }) => rolloutMs + updateMs);
  const stepMs = median(whole);
  const rolloutMs = median(settled.map((time) => time.rolloutMs));
  const updateMs = median(settled.map((time) => time.updateMs));
  const forwardMs = await medianOf(5, () => work.forward());
  const optimizerMs = await medianOf(5, () => work.optimize());
  work.dispose();
  const first = times[0] ?? { rolloutMs: NaN, updateMs: NaN };
  const share = (ms: number) => Math.round((ms / stepMs) * 1000) / 1000;
  return {
    figures: {
      parameters: work.parameters,
      stepMs: round(stepMs),
      stepMsRange: { min: round(Math.min(...whole)), max: round(Math.max(...whole)) },
      rolloutMs: round(rolloutMs),
      updateMs: round(updateMs),
      completionTokensPerSecond: Math.round(
        (size.prompts * size.group * size.completionTokens * 1000) / stepMs,
      ),
      firstStepMs: round(first.rolloutMs + first.updateMs),
      timeToTenthStepMs: round(tenth),
    },
    shares: {
      rollout: share(rolloutMs),
      forward: share(forwardMs),
      backward: share(updateMs - forwardMs - optimizerMs),
      optimizer: share(optimizerMs),
      gemm: share(work.floatOperations / peak / 1e6),
    },
  };
}

interface MeasureOptions {
  readonly xla: boolean;
  readonly steps: number;
  /** GFLOP/s of the backend. */
  readonly peak: number;
  readonly settling?: number;
}

/** GFLOP/s of 1024 × 1024 × 1024 products, the best of many. */
async function gemmPeak(backend: Backend): Promise<number> {
  const side = 1024;
  console.error(`measuring matrix products on ${backend.kind}`);
  const product = backend.compile(
    ([a, b]) =>
      a && b ? [tf.matMul<tf.Tensor2D>(tf.reshape(a, [side, side]), tf.reshape(b, [side, side]))] : [],
    { name: 'peak' },
  );
  const inputs = [tf.ones([side, side]), tf.ones([side, side])];
  let best = Infinity;
  for (let turn = 0; turn < (backend.kind === 'wasm' ? 3 : 15); turn++) {
    const started = performance.now();
    const outputs = product(inputs);
    await outputs[0]?.data();
    best = Math.min(best, performance.now() - started);
    tf.dispose(outputs);
  }
  tf.dispose(inputs);
  product.dispose();
  return (2 * side ** 3) / best / 1e6;
}

/** 10 and 50 M parameters. */
const LARGER: readonly Size[] = [
  { ...USUAL, layers: 6, width: 384, heads: 6, feedForward: 1024 },
  { ...USUAL, layers: 8, width: 768, heads: 12, feedForward: 1664 },
];

/** Each twice and four times the usual one. */
const SCALES: readonly { readonly axis: string; readonly size: (factor: number) => Size }[] = [
  { axis: 'batch', size: (factor) => ({ ...USUAL, group: USUAL.group * factor }) },
  { axis: 'length', size: (factor) => ({ ...USUAL, completionTokens: USUAL.completionTokens * factor }) },
  {
    axis: 'width',
    size: (factor) => ({
      ...USUAL,
      width: USUAL.width * factor,
      heads: USUAL.heads * factor,
      feedForward: USUAL.feedForward * factor,
    }),
  },
];

async function native(quick: boolean) {
  const backend = await openBackend('native');
  console.error(backend.describe());
  const peak = await gemmPeak(backend);
  const headline = {
    gemmPeakGflops: Math.round(peak),
    ...(await measure('the usual step under XLA', backend, USUAL, { xla: true, steps: 25, peak })),
    withoutXla: await measure('the usual step without XLA', backend, USUAL, { xla: false, steps: 25, peak }),
  };
  if (quick) return headline;
  const eager: Backend = { ...backend, compile: compileEager };
  // Ten in all: the tenth step's end is a figure.
  const ten = { steps: 5, settling: 5, peak };
  const usualEager = await measure('the usual step, eager', eager, USUAL, { ...ten, xla: false });
  const sizes = [];
  for (const size of LARGER) {
    const name = `${size.layers} layers of width ${size.width}`;
    sizes.push({
      xla: (await measure(`${name} under XLA`, backend, size, { ...ten, xla: true })).figures,
      withoutXla: (await measure(`${name} without XLA`, backend, size, { ...ten, xla: false })).figures,
      eager: (await measure(`${name}, eager`, eager, size, { ...ten, xla: false })).figures,
    });
  }
  const growth = [];
  for (const { axis, size } of SCALES)
    for (const factor of [1, 2, 4]) {
      const few = { steps: 3, settling: 2, peak, xla: false };
      const { figures } = await measure(`${axis} times ${factor}`, backend, size(factor), few);
      const { stepMs, stepMsRange, rolloutMs, updateMs } = figures;
      growth.push({ axis, factor, stepMs, stepMsRange, rolloutMs, updateMs });
    }
  return {
    ...headline,
    eager: usualEager.figures,
    sizes,
    growth,
  };
}

async function wasm() {
  const backend = await openBackend('wasm');
  console.error(backend.describe());
  const peak = await gemmPeak(backend);
  return {
    gemmPeakGflops: Math.round(peak),
    ...(await measure('the usual step on wasm', backend, USUAL, { xla: false, steps: 5, peak, settling: 5 })),
  };
}

async function medianOf(times: number, run: () => Promise<number>): Promise<number> {
  const taken: number[] = [];
  await run();
  for (let turn = 0; turn < times; turn++) taken.push(await run());
  return median(taken);
}

async function main(args: readonly string[]): Promise<void> {
  // Else the second run would be measured with what the first has compiled.
  process.env.TF_XLA_FLAGS ??= '';
  const kinds = ['native', 'wasm'].filter((kind) => args.includes(kind));
  const wanted = (kind: string) => kinds.length === 0 || kinds.includes(kind);
  const figures: Record<string, unknown> = {};
  if (wanted('native'))
    try {
      figures.native = await native(args.includes('--quick'));
    } catch (error) {
      figures.native = { missing: error instanceof Error ? error.message : String(error) };
    }
  if (wanted('wasm')) figures.wasm = await wasm();
  console.log(JSON.stringify({ name: 'trainer', figures }));
}

await main(process.argv.slice(2));
