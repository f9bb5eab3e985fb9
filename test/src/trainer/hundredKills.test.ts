/**
 * `nabla train` killed with SIGKILL again and again, at moments that a fixed seed chooses, and resumed each time: what is left at the
 * end is what an uninterrupted run leaves. NABLA_KILLS=100 for the full number; fewer by default, so that the suite stays fast.
 */
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { runConfigToYaml, type RunConfigInput } from '@nabla/domain';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { nabla } from './cliProcess.ts';
import { ACTIVITIES, LIFE_MS, MOMENTS, live, trainArguments, type Life } from './killedLife.ts';
import { tinyRun } from './runs.ts';

const KILLS = Number(process.env.NABLA_KILLS ?? 12);
const STEPS = 90;
/** Kills beyond its share that a configuration may get until one falls into the writing of a checkpoint. */
const MORE_TRIES = 10;

/** Between them they hold every kind of state: warm-up, moving baseline, adapted beta, a reference that follows, a value head. */
const RUNS: readonly Partial<RunConfigInput>[] = [
  {
    seed: 11,
    // A third of its steps: as many kills fall into this stage.
    warmup: { steps: STEPS / 3, batchSize: 8 },
    policyGradient: {
      steps: (STEPS / 3) * 2,
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

interface Outcome {
  readonly checkpoints: readonly string[];
  readonly completions: readonly string[];
  readonly metrics: readonly { step: number; stage: string; metrics: [string, number][] }[];
}

/** All that a run leaves which is no time or memory. */
async function outcome(out: string): Promise<Outcome> {
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

/** Says only where they first part: the whole of both is thousands of lines. */
function expectSame(found: Outcome, reference: Outcome | undefined): void {
  if (reference === undefined) throw new Error('no run to compare with');
  for (const part of ['metrics', 'completions', 'checkpoints'] as const) {
    const [left, right] = [found[part], reference[part]];
    const at = right.findIndex((line, index) => !isDeepStrictEqual(line, left[index]));
    expect(left[at], `${part}, line ${at + 1}`).toEqual(right[at]);
    expect(left.length, part).toBe(right.length);
  }
}

/** How often each activity of this configuration was hit. */
function spread(lives: readonly Life[]): string {
  const hits = lives.flatMap(({ kills }) => kills);
  const counts = ACTIVITIES.map((kind) => `${kind} ${hits.filter((hit) => hit === kind).length}`);
  return `${hits.length} signals in ${lives.length} lives: ${counts.join(', ')}`;
}

it(
  `ends the same after ${KILLS} kills at random moments`,
  async () => {
    const references: Outcome[] = [];
    for (const index of RUNS.keys()) {
      const whole = await nabla(['train', `run-${index}.yaml`, '--out', `whole-${index}`], { cwd: folder });
      expect(whole.exitCode, whole.output).toBe(0);
      references.push(await outcome(`whole-${index}`));
    }

    const random = seeded(20);
    let all = 0;
    const torn: number[] = [];
    for (const index of RUNS.keys()) {
      const quota = Math.round((KILLS * (index + 1)) / RUNS.length) - all;
      const lives: Life[] = [];
      const cutOff = (): number => lives.filter(({ kills }) => kills.includes('checkpoint')).length;
      // A write is cut off only if the signal is fast enough: a few more tries, should none have been.
      const isMore = (): boolean =>
        lives.length < quota || (cutOff() === 0 && lives.length < quota + MORE_TRIES);
      // A run that comes to its end before it was killed often enough is begun again.
      for (let round = 0; round === 0 || isMore(); round++) {
        const out = `killed-${index}-${round}`;
        const config = `run-${index}.yaml`;
        let finished = false;
        while (!finished && isMore()) {
          const moment = lives.length < quota ? MOMENTS[lives.length % MOMENTS.length] : 'inCheckpoint';
          const life = await live({ out, config, cwd: folder, moment: moment ?? 'any', random });
          finished = life.finished;
          if (!finished) lives.push(life);
        }
        if (!finished) {
          const last = await nabla(await trainArguments(folder, out, config), { cwd: folder });
          expect(last.exitCode, last.output).toBe(0);
        }
        expectSame(await outcome(out), references[index]);
      }
      all += Math.min(lives.length, quota);
      torn.push(cutOff());
      process.stdout.write(`configuration ${index}: ${spread(lives)}\n`);
    }
    expect(all).toBe(KILLS);
    // Otherwise this test would prove less than it says: some writes of a checkpoint were really cut off, in each configuration.
    for (const count of torn) expect(count).toBeGreaterThan(0);
  },
  KILLS * LIFE_MS,
);
