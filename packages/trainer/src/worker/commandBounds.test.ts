/**
 * What is asked of a run is done within the step under way: none is begun after the request reached the worker. Counted in steps that a
 * reward module holds up while the request is made, never in seconds; in real training processes.
 */
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { RunConfig } from '@nabla/domain';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { tinyConfig } from '../testing/tinyModel.ts';
import { CheckpointRequest } from './checkpointRequest.ts';
import { ProcessPool } from './processPool.ts';
import { StopRequest } from './stopRequest.ts';
import { superviseTraining, type SupervisedOutcome } from './superviseTraining.ts';

const HELD_STEP = 3;
const STEPS = 6;

let folder: string;
let pool: ProcessPool;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nabla-bounds-test-'));
  pool = new ProcessPool('wasm');
});
afterEach(async () => {
  await pool.close();
  await rm(folder, { recursive: true, force: true });
});

/** Called once a step: notes that the step has begun, and stays in step 3 as long as the file `hold` is there. */
const GATE = `import { existsSync, writeFileSync } from 'node:fs';
let step = 0;
export default async (completions) => {
  step++;
  writeFileSync(new URL('begun', import.meta.url), String(step));
  if (step === ${HELD_STEP}) {
    const hold = new URL('hold', import.meta.url);
    if (existsSync(hold)) writeFileSync(new URL('held', import.meta.url), '');
    while (existsSync(hold)) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return completions.map(({ completion }) => completion.length);
};`;

const gated = (): RunConfig =>
  tinyConfig({
    backend: 'wasm',
    warmup: undefined,
    policyGradient: { steps: STEPS, promptsPerStep: 1, groupSize: 2, maxNewTokens: 2 },
    rewards: [{ kind: 'module', name: 'gate', path: 'gate.mjs', batch: true, timeoutMs: 600_000 }],
    checkpoint: { everySteps: 1000 },
  });

interface Life {
  readonly outcome: SupervisedOutcome;
  /** Recorded, in their order. */
  readonly steps: readonly number[];
  readonly checkpoints: readonly number[];
  /** Last step that was begun, by what the gate noted. */
  readonly begun: number;
}

/** A run that is asked for something while its step 3 is under way, which then ends. */
async function askWhileHeld(ask: (stop: StopRequest, checkpoints: CheckpointRequest) => void): Promise<Life> {
  await writeFile(join(folder, 'gate.mjs'), GATE);
  await writeFile(join(folder, 'hold'), '');
  const stop = new StopRequest();
  const requests = new CheckpointRequest();
  const steps: number[] = [];
  const checkpoints: number[] = [];
  const running = superviseTraining(
    pool,
    { config: gated(), checkpointFolder: join(folder, 'checkpoints'), rewardsDir: folder },
    {
      started: () => undefined,
      step: ({ step }) => Promise.resolve(void steps.push(step)),
      checkpoint: ({ step }) => void checkpoints.push(step),
      log: () => undefined,
      waiting: () => undefined,
    },
    stop,
    { checkpoints: requests },
  );
  await vi.waitFor(() => access(join(folder, 'held')), { timeout: 60_000 });
  ask(stop, requests);
  await rm(join(folder, 'hold'));
  const outcome = await running;
  return { outcome, steps, checkpoints, begun: Number(await readFile(join(folder, 'begun'), 'utf8')) };
}

describe('a request that arrives while a step is under way', () => {
  it('to pause: that step ends, is recorded and kept in a checkpoint, and no other is begun', async () => {
    const { outcome, steps, checkpoints, begun } = await askWhileHeld((stop) => stop.ask('save', 'paused'));
    expect(outcome).toEqual({ kind: 'stopped', step: HELD_STEP });
    expect(steps).toEqual([1, 2, 3]);
    expect(checkpoints).toEqual([HELD_STEP]);
    expect(begun).toBe(HELD_STEP);
  });

  it('to cancel: no other is begun, and no checkpoint is made', async () => {
    const { outcome, checkpoints, begun } = await askWhileHeld((stop) => stop.ask('drop', 'cancelled'));
    expect(outcome.kind).toBe('stopped');
    expect(checkpoints).toEqual([]);
    expect(begun).toBe(HELD_STEP);
  });

  it('for a checkpoint: it holds that step, and the run goes on', async () => {
    const { outcome, checkpoints } = await askWhileHeld((_stop, requests) => requests.ask());
    expect(checkpoints).toEqual([HELD_STEP, STEPS]);
    expect(outcome).toMatchObject({ kind: 'finished', step: STEPS });
  });

  it('to pause after one for a checkpoint: one checkpoint answers both', async () => {
    const { outcome, checkpoints } = await askWhileHeld((stop, requests) => {
      requests.ask();
      stop.ask('save', 'paused');
    });
    expect(outcome).toEqual({ kind: 'stopped', step: HELD_STEP });
    expect(new Set(checkpoints)).toEqual(new Set([HELD_STEP]));
  });
});

it('a process that goes on tells of the checkpoint it begins with: whoever wrote it may have been killed before', async () => {
  const config = tinyConfig({
    backend: 'wasm',
    warmup: undefined,
    policyGradient: { ...gated().policyGradient, steps: 2 },
  });
  const life = async (): Promise<number[]> => {
    const told: number[] = [];
    const outcome = await superviseTraining(
      pool,
      { config, checkpointFolder: join(folder, 'kept') },
      {
        started: () => undefined,
        step: () => Promise.resolve(),
        checkpoint: ({ step }) => void told.push(step),
        log: () => undefined,
        waiting: () => undefined,
      },
      new StopRequest(),
    );
    expect(outcome).toMatchObject({ kind: 'finished', step: 2 });
    return told;
  };
  expect((await life()).at(-1)).toBe(2);
  expect(await life()).toEqual([2]);
});

describe('a run that is paused whenever it has made a step, and resumed each time', () => {
  /** Warm-up, a moving baseline, several epochs and a reference that follows: everything that a checkpoint has to carry over. */
  const config = tinyConfig({
    backend: 'wasm',
    warmup: { steps: 1, batchSize: 4 },
    policyGradient: {
      steps: 4,
      promptsPerStep: 2,
      groupSize: 2,
      maxNewTokens: 2,
      advantage: 'ema',
      loss: 'clip',
      innerEpochs: 2,
      kl: { beta: 0.05, estimator: 'k3', placement: 'loss', reference: 'previous', syncEverySteps: 2 },
    },
    checkpoint: { everySteps: 1000 },
  });

  /** Until it is finished; the metrics of each step that are no times. */
  async function lives(name: string, isPaused: boolean) {
    const metrics = new Map<number, [string, number][]>();
    for (let pauses = 0; ; pauses++) {
      const stop = new StopRequest();
      let asked = Infinity;
      const outcome = await superviseTraining(
        pool,
        { config, checkpointFolder: join(folder, name) },
        {
          started: () => undefined,
          step(result) {
            expect(metrics.has(result.step), `step ${result.step} is made twice`).toBe(false);
            metrics.set(
              result.step,
              [...result.metrics].filter(([metric]) => !/^(time|throughput|system)\//.test(metric)),
            );
            if (isPaused && asked === Infinity) {
              asked = result.step;
              stop.ask('save', 'paused');
            }
            return Promise.resolve();
          },
          checkpoint: () => undefined,
          log: () => undefined,
          waiting: () => undefined,
        },
        stop,
      );
      if (outcome.kind === 'finished') return { pauses, weightsHash: outcome.weightsHash, metrics };
      if (outcome.kind === 'failed') throw new Error(outcome.message);
      // One more step may be under way when the one before it is recorded.
      expect(outcome.step).toBeLessThanOrEqual(asked + 1);
    }
  }

  it('ends with the weights and metrics of one that was never paused', async () => {
    const whole = await lives('whole', false);
    const paused = await lives('paused', true);
    expect(whole.metrics.size).toBe(5);
    // Each life makes one or two steps, and the last one finishes.
    expect(paused.pauses).toBeGreaterThanOrEqual(2);
    expect(paused.weightsHash).toBe(whole.weightsHash);
    expect(paused.metrics).toEqual(whole.metrics);
  });
});
