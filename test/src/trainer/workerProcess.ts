/** @file A real worker process, started as `npm start` starts it, that a test may kill at any moment. */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const TRAINER = fileURLToPath(new URL('../../../packages/trainer', import.meta.url));
const START_LIMIT_MS = 60_000;

export interface WorkerOptions {
  readonly url: string;
  readonly key: string;
  /** Kept between lives of the same worker. */
  readonly folder: string;
  readonly env?: Record<string, string>;
}

export interface WorkerProcess {
  readonly workerId: string;
  readonly pid: number;
  /** Messages logged so far. */
  readonly messages: readonly string[];
  /** The training process under it; undefined when there is none. */
  trainingPid(): Promise<number | undefined>;
  signal(signal: NodeJS.Signals): void;
  /** As SIGKILL to the whole group of processes at once: what a machine that loses its power does. */
  killAll(): Promise<void>;
  /** Resolves with the exit code, or the signal's name. */
  readonly exited: Promise<number | string>;
}

/** Resolves when the worker is registered and asks for runs. */
export async function startWorker({ url, key, folder, env = {} }: WorkerOptions): Promise<WorkerProcess> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/worker/main.ts'], {
    cwd: TRAINER,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      NABLA_API_URL: url,
      NABLA_API_KEY: key,
      NABLA_WORKER_DIR: folder,
      NABLA_BACKEND: 'wasm',
      NABLA_LEASE_SECONDS: '5',
      NABLA_POLL_MS: '100',
      ...env,
    },
  });
  const messages: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => messages.push(messageOf(line)));
  const exited = new Promise<number | string>((resolve) =>
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 'unknown')),
  );
  const ready = new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve);
    void exited.then((how) => reject(new Error(`the worker ended with ${how}:\n${messages.join('\n')}`)));
    setTimeout(
      () => reject(new Error(`no ready worker in ${START_LIMIT_MS} ms:\n${messages.join('\n')}`)),
      START_LIMIT_MS,
    ).unref();
  });
  const line: unknown = JSON.parse(await ready);
  if (typeof line !== 'object' || line === null || !('workerId' in line) || typeof line.workerId !== 'string')
    throw new Error(`the worker is not ready: ${JSON.stringify(line)}`);
  const pid = child.pid ?? 0;
  return {
    workerId: line.workerId,
    pid,
    messages,
    trainingPid: () => childOf(pid),
    signal: (signal) => void process.kill(pid, signal),
    async killAll() {
      try {
        process.kill(-pid, 'SIGKILL');
      } catch (error) {
        // The group is gone already.
        if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
      }
      await exited;
    },
    exited,
  };
}

/** A folder for one worker's lives, and how to remove it. */
export async function workerFolder(): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'nabla-worker-test-'));
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 5 }) };
}

/** The first child of a process; undefined when it has none. */
export async function childOf(pid: number): Promise<number | undefined> {
  const children = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8'))
    .trim()
    .split(' ')
    .filter(Boolean);
  return children[0] === undefined ? undefined : Number(children[0]);
}

function messageOf(line: string): string {
  try {
    const entry: unknown = JSON.parse(line);
    if (typeof entry === 'object' && entry !== null && 'message' in entry) return String(entry.message);
  } catch {
    // Not one of the worker's log lines: what an engine or a crash printed is worth keeping as it is.
  }
  return line;
}
