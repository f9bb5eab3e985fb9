/** @file One life of `nabla train`, ended by SIGKILL at a moment of a given kind, and what the run was doing at that moment. */
import { spawn } from 'node:child_process';
import { watch } from 'node:fs';
import { mkdir, readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from '../house/until.ts';
import { childOf } from './workerProcess.ts';

const BIN = fileURLToPath(new URL('../../../packages/trainer/bin/nabla.mjs', import.meta.url));
/** A life is far shorter; only a hang reaches it. */
export const LIFE_MS = 60_000;

/** Kinds of moments, in turn. */
export const MOMENTS = ['any', 'afterStep', 'inCheckpoint', 'trainingProcess'] as const;
export type Moment = (typeof MOMENTS)[number];

/**
 * What a kill fell into. `start`: before this life's first step stands in the files. A checkpoint that was cut off is certain (its
 * file lies aside); the parts of a step are told from the time since the last one and from what its parts took, so about right.
 */
export const ACTIVITIES = ['start', 'warmup', 'rollout', 'reward', 'update', 'checkpoint'] as const;
export type Activity = (typeof ACTIVITIES)[number];

export interface Life {
  /** It came to its end before it was killed. */
  readonly finished: boolean;
  /** What each signal of this life fell into. */
  readonly kills: readonly Activity[];
}

export interface LifeOptions {
  /** Folder of the run, relative to `cwd`, and the configuration beside it. */
  readonly out: string;
  readonly config: string;
  readonly cwd: string;
  readonly moment: Moment;
  readonly random: () => number;
}

/** @throws Error when the command ended by itself otherwise than well. */
export async function live({ out, config, cwd, moment, random }: LifeOptions): Promise<Life> {
  const folder = join(cwd, out);
  const began = Date.now();
  const child = spawn(process.execPath, [BIN, ...(await trainArguments(cwd, out, config))], {
    cwd,
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, NABLA_BACKEND: 'wasm' },
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  let over = false;
  const ended = new Promise<number | string>((resolve) => {
    child.once('exit', (code, signal) => {
      over = true;
      resolve(code ?? signal ?? 'unknown');
    });
  });
  const killed = await strike({
    pid: child.pid ?? 0,
    folder,
    moment,
    random,
    began,
    isOver: () => over,
  });
  const how = await ended;
  if (how !== 'SIGKILL' && how !== 0) throw new Error(`the command ended with ${how}:\n${said}`);
  if (how === 0) return { finished: true, kills: killed.before };
  return { finished: false, kills: [...killed.before, await activityAt(folder, killed.at, began)] };
}

/** Of a run that may have begun. */
export async function trainArguments(cwd: string, out: string, config: string): Promise<string[]> {
  const begun = (await sizeOf(join(cwd, out, 'config.yaml'))) >= 0;
  return begun ? ['train', '--resume', '--out', out] : ['train', config, '--out', out];
}

interface Strike {
  readonly pid: number;
  readonly folder: string;
  readonly moment: Moment;
  readonly random: () => number;
  readonly began: number;
  readonly isOver: () => boolean;
}

/** Kills all processes of the command. @returns when (epoch ms), and what was hit by signals to single processes before. */
async function strike(options: Strike): Promise<{ at: number; before: Activity[] }> {
  const { pid, folder, moment, random, began, isOver } = options;
  const checkpoints = join(folder, 'checkpoints');
  const before: Activity[] = [];
  switch (moment) {
    case 'any':
      // Before, while and after it starts.
      await wait(random() * 3000);
      break;
    case 'afterStep':
      await aStep(folder, isOver);
      await wait(random() * 150);
      break;
    case 'inCheckpoint':
      await aStep(folder, isOver);
      await firstUnfinished(checkpoints, isOver);
      break;
    case 'trainingProcess': {
      await aStep(folder, isOver);
      await wait(random() * 100);
      const training = isOver() ? undefined : await childOf(pid).catch(() => undefined);
      if (training !== undefined) {
        const at = Date.now();
        process.kill(training, 'SIGKILL');
        before.push(await activityAt(folder, at, began));
      }
      // The command repairs that itself; it is ended a while later.
      await wait(500 + random() * 2500);
      break;
    }
  }
  const at = Date.now();
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // It came to its end first.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
  return { at, before };
}

/** Resolves when the run is further than it ever was. */
async function aStep(folder: string, isOver: () => boolean): Promise<void> {
  const metrics = join(folder, 'metrics.jsonl');
  const before = Math.max(await sizeOf(metrics), 0);
  await until('a step is made', LIFE_MS, async () => isOver() || (await sizeOf(metrics)) > before, 5);
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

async function activityAt(folder: string, at: number, began: number): Promise<Activity> {
  if (await isCutOff(join(folder, 'checkpoints'), began)) return 'checkpoint';
  const text = await readFile(join(folder, 'metrics.jsonl'), 'utf8').catch(() => '');
  // The last line may be torn: what follows the last newline is none.
  const line = text.split('\n').slice(0, -1).at(-1);
  if (line === undefined) return 'start';
  const { stage, time, metrics }: Line = JSON.parse(line);
  const sinceMs = at - Date.parse(time);
  if (Date.parse(time) < began) return 'start';
  if (stage === 'WARM_UP') return 'warmup';
  const rolloutMs = metrics['time/rollout_ms'] ?? 0;
  if (sinceMs < rolloutMs) return 'rollout';
  return sinceMs < rolloutMs + (metrics['time/reward_ms'] ?? 0) ? 'reward' : 'update';
}
/** Whether a checkpoint that this life began to write lies there unfinished; one of an earlier life may, until training starts. */
async function isCutOff(checkpoints: string, began: number): Promise<boolean> {
  const aside = (await readdir(checkpoints).catch(() => [])).filter((name) => name.startsWith('.aside-'));
  const written = await Promise.all(aside.map((name) => stat(join(checkpoints, name))));
  return written.some(({ mtimeMs }) => mtimeMs >= began);
}

interface Line {
  stage: string;
  time: string;
  metrics: Record<string, number>;
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** −1 where there is no such file. */
const sizeOf = (file: string): Promise<number> =>
  stat(file).then(
    ({ size }) => size,
    () => -1,
  );
