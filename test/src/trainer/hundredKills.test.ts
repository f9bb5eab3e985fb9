/**
 * `nabla train` killed with SIGKILL again and again, at moments that a fixed seed chooses, and resumed each time: what is left at the
 * end is what an uninterrupted run leaves. NABLA_KILLS=100 for the full number; fewer by default, so that the suite stays fast.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { watch } from 'node:fs';
import { mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runConfigToYaml, type RunConfigInput } from '@nabla/domain';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { until } from '../house/until.ts';
import { nabla } from './cliProcess.ts';
import { tinyRun } from './runs.ts';
import { childOf } from './workerProcess.ts';

const BIN = fileURLToPath(new URL('../../../packages/trainer/bin/nabla.mjs', import.meta.url));
const KILLS = Number(process.env.NABLA_KILLS ?? 12);
const STEPS = 90;
/** A life is far shorter; only a hang reaches it. */
const LIFE_MS = 60_000;

/** Between them they hold every kind of state: warm-up, moving baseline, adapted beta, a reference that follows, a value head. */
const RUNS: readonly Partial<RunConfigInput>[] = [
  {
    seed: 11,
    policyGradient: {
      steps: STEPS - 10,
      promptsPerStep: 4,
      groupSize: 4,
      maxNewTokens: 4,
      advantage: 'ema',
      loss: 'clip',
      innerEpochs: 2,
      dynamicSampling: { maxRounds: 2 },
      kl: {
        beta: 0.05,
        estimator: 'k3',
        placement: 'loss',
        reference: 'previous',
        syncEverySteps: 3,
        mixing: 0.5,
        adaptive: { target: 0.1, horizon: 100 },
      },
    },
  },
  {
    seed: 12,
    warmup: undefined,
    policyGradient: {
      steps: STEPS,
      promptsPerStep: 4,
      groupSize: 4,
      maxNewTokens: 4,
      advantage: 'gae',
      loss: 'clip',
      miniBatches: 2,
      kl: { beta: 0.01, placement: 'reward_to_go' },
    },
    evaluation: { everySteps: 7, sets: [{ name: 'held_out', prompts: 4, samples: 2, passAt: [2] }] },
  },
];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nabla-kills-'));
  for (const [index, run] of RUNS.entries()) {
    const config = tinyRun(STEPS, { checkpoint: { everySteps: 3, keepLast: 2, keepBest: 1 }, ...run });
    await writeFile(join(folder, `run-${index}.yaml`), runConfigToYaml(config));
  }
});
afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

/** Numbers in [0, 1), always the same ones (Park and Miller). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

/** All that a run leaves which is no time or memory. */
async function outcome(out: string) {
  const lines = async (name: string): Promise<string[]> =>
    (await readFile(join(folder, out, name), 'utf8')).trimEnd().split('\n');
  const metrics = (await lines('metrics.jsonl')).map((line) => {
    const { step, stage, metrics: all }: Line = JSON.parse(line);
    return {
      step,
      stage,
      metrics: Object.entries(all).filter(([name]) => !/^(time|throughput|system)\//.test(name)),
    };
  });
  return {
    // Name, step and SHA-256 of every checkpoint that is kept: equal lists, equal weights and moments to the last bit.
    checkpoints: (await readdir(join(folder, out, 'checkpoints')))
      .filter((name) => name.endsWith('.ckpt'))
      .sort(),
    completions: await lines('completions.jsonl'),
    metrics,
  };
}
interface Line {
  step: number;
  stage: string;
  metrics: Record<string, number>;
}

/** Kinds of moments, in turn. */
const MOMENTS = ['any', 'afterStep', 'inCheckpoint', 'trainingProcess'] as const;

/** One life of the command, ended by SIGKILL at a moment of this kind; true when it came to its end before. */
async function live(
  out: string,
  config: string,
  moment: (typeof MOMENTS)[number],
  random: () => number,
): Promise<boolean> {
  const begun = await exists(join(folder, out, 'config.yaml'));
  const args = begun ? ['train', '--resume', '--out', out] : ['train', config, '--out', out];
  const child = spawn(process.execPath, [BIN, ...args], {
    cwd: folder,
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, NABLA_BACKEND: 'wasm' },
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ended = new Promise<number | string>((resolve) => {
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 'unknown'));
  });
  let over = false;
  void ended.then(() => (over = true));
  await strike(child, out, moment, random, () => over);
  const how = await ended;
  if (how !== 'SIGKILL' && how !== 0) throw new Error(`the command ended with ${how}:\n${said}`);
  return how === 0;
}

async function strike(
  child: ChildProcess,
  out: string,
  moment: (typeof MOMENTS)[number],
  random: () => number,
  isOver: () => boolean,
): Promise<void> {
  const pid = child.pid ?? 0;
  const killAll = (): void => {
    try {
      process.kill(-pid, 'SIGKILL');
    } catch (error) {
      // It came to its end first.
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
    }
  };
  const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
  const metrics = join(folder, out, 'metrics.jsonl');
  const before = await sizeOf(metrics);
  const aStep = (): Promise<boolean> =>
    until(
      'a step is made',
      LIFE_MS,
      async () => isOver() || (await sizeOf(metrics)) > Math.max(before, 0),
      5,
    );
  switch (moment) {
    case 'any':
      // Before, while and after it starts.
      await wait(random() * 3000);
      return killAll();
    case 'afterStep':
      await aStep();
      await wait(random() * 150);
      return killAll();
    case 'inCheckpoint':
      await aStep();
      await firstUnfinished(join(folder, out, 'checkpoints'), isOver);
      return killAll();
    case 'trainingProcess': {
      await aStep();
      await wait(random() * 100);
      const training = isOver() ? undefined : await childOf(pid).catch(() => undefined);
      if (training !== undefined) process.kill(training, 'SIGKILL');
      // The command repairs that itself; it is ended a while later.
      await wait(500 + random() * 2500);
      return killAll();
    }
  }
}

/** Resolves as soon as a checkpoint begins to be written. */
async function firstUnfinished(checkpoints: string, isOver: () => boolean): Promise<void> {
  await mkdir(checkpoints, { recursive: true });
  let seen = false;
  const watcher = watch(checkpoints, (_event, name) => {
    if (name?.startsWith('.aside-') === true) seen = true;
  });
  try {
    await until('a checkpoint is written', LIFE_MS, () => seen || isOver(), 1);
  } finally {
    watcher.close();
  }
}

const sizeOf = (file: string): Promise<number> =>
  stat(file).then(
    ({ size }) => size,
    () => -1,
  );
const exists = async (file: string): Promise<boolean> => (await sizeOf(file)) >= 0;

it(
  `ends the same after ${KILLS} kills at random moments`,
  async () => {
    const references = [];
    for (const index of RUNS.keys()) {
      const whole = await nabla(['train', `run-${index}.yaml`, '--out', `whole-${index}`], { cwd: folder });
      expect(whole.exitCode, whole.output).toBe(0);
      references.push(await outcome(`whole-${index}`));
    }

    const random = seeded(20);
    let kills = 0;
    let torn = 0;
    for (const index of RUNS.keys()) {
      const quota = Math.round((KILLS * (index + 1)) / RUNS.length);
      const isLast = index === RUNS.length - 1;
      // A write is cut off only if the signal is fast enough: a few more tries, should none have been.
      const isMore = (): boolean => kills < quota || (isLast && torn === 0 && kills < quota + 10);
      // A run that comes to its end before it was killed often enough is begun again.
      for (let life = 0; life === 0 || isMore(); life++) {
        const out = `killed-${index}-${life}`;
        let finished = false;
        while (!finished && isMore()) {
          const moment = kills < quota ? MOMENTS[kills % MOMENTS.length] : 'inCheckpoint';
          finished = await live(out, `run-${index}.yaml`, moment ?? 'any', random);
          if (finished) break;
          kills++;
          const left = await readdir(join(folder, out, 'checkpoints')).catch(() => []);
          if (left.some((name) => name.startsWith('.aside-'))) torn++;
        }
        if (!finished) {
          const begun = await exists(join(folder, out, 'config.yaml'));
          const args = begun
            ? ['train', '--resume', '--out', out]
            : ['train', `run-${index}.yaml`, '--out', out];
          const last = await nabla(args, { cwd: folder });
          expect(last.exitCode, last.output).toBe(0);
        }
        expect(await outcome(out)).toEqual(references[index]);
      }
    }
    expect(kills).toBeGreaterThanOrEqual(KILLS);
    // Otherwise this test would prove less than it says: some writes of a checkpoint were really cut off.
    expect(torn).toBeGreaterThan(0);
    process.stdout.write(`${kills} kills, ${torn} of them in the middle of writing a checkpoint\n`);
  },
  KILLS * LIFE_MS,
);
