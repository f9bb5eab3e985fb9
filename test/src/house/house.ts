/** @file Starts the real house (`scripts/start.mjs`: database, API, dashboard, workers) on a data folder of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { until } from './until.ts';

export const ROOT = resolve(import.meta.dirname, '../../..');

const holderSchema = z.object({
  pid: z.int(),
  url: z.string().optional(),
  apiUrl: z.string().optional(),
  timings: z.record(z.string(), z.number()).default({}),
  processes: z.record(z.string(), z.int()).default({}),
});
export type Holder = z.infer<typeof holderSchema>;

export interface HouseOptions {
  /** Command-line options of `npm start`; free ports are chosen when none is named. */
  readonly args?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Data folder; a temporary one that goes with the house when absent. */
  readonly data?: string;
  /** Started through npm, as a person would, rather than the script itself. */
  readonly throughNpm?: boolean;
}

export interface House {
  readonly data: string;
  readonly process: ChildProcess;
  /** Everything printed so far. */
  output(): string;
  /** What the supervisor says about itself; undefined while there is none. */
  holder(): Holder | undefined;
  /** Waits until pages are served. */
  page(): Promise<{ url: string; apiUrl: string }>;
  /** Waits until the workers are up too. */
  workers(): Promise<void>;
  /** Signals the whole foreground group, as a terminal does on Ctrl-C, and waits for the end. */
  interrupt(): Promise<number | null>;
  /** Stops in order if still running, and removes a temporary data folder. */
  close(): Promise<void>;
}

/** Starts a house; it is up once `page()` has resolved. */
export async function startHouse({
  args = [],
  env = {},
  data,
  throughNpm = false,
}: HouseOptions = {}): Promise<House> {
  const folder = data ?? mkdtempSync(join(tmpdir(), 'nabla-house-'));
  const ports =
    args.includes('--port') || args.includes('--default-ports')
      ? []
      : ['--port', String(await freePort()), '--api-port', String(await freePort())];
  const options = [...args.filter((arg) => arg !== '--default-ports'), ...ports, '--data', folder];
  const [command, ...words] = throughNpm
    ? ['npm', 'start', '--', ...options]
    : [process.execPath, 'scripts/start.mjs', ...options];
  const child = spawn(command ?? process.execPath, words, {
    cwd: ROOT,
    env: { ...process.env, ...env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (printed += chunk.toString('utf8')));
  const ended = new Promise<number | null>((done) => child.once('close', (code) => done(code)));

  const holder = (): Holder | undefined => readHolder(folder);
  const alive = (): void => {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`the house ended (${child.exitCode ?? child.signalCode}):\n${printed}`);
  };
  const house: House = {
    data: folder,
    process: child,
    output: () => printed,
    holder,
    page: () =>
      until('the dashboard is served', 240_000, () => {
        alive();
        const { url, apiUrl } = holder() ?? {};
        return url !== undefined && apiUrl !== undefined ? { url, apiUrl } : undefined;
      }),
    workers: async () => {
      await until('the workers are up', 240_000, () => {
        alive();
        return holder()?.timings.workersMs;
      });
    },
    interrupt: () => {
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGINT');
      return ended;
    },
    close: async () => {
      if (child.exitCode === null && child.signalCode === null) await house.interrupt();
      if (data === undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
  return house;
}

/** The one-time sign-in link that the start printed. */
export function signInLink(house: House): string {
  const link = /https?:\/\/\S+\/sign-in\?token=\S+/.exec(house.output())?.[0];
  if (link === undefined) throw new Error(`no sign-in link was printed:\n${house.output()}`);
  return link;
}

/** The API key that the API leaves for local workers. */
export const workerKey = (data: string): string => readFileSync(join(data, 'worker-key'), 'utf8').trim();

export function readHolder(data: string): Holder | undefined {
  const file = join(data, 'supervisor.json');
  return existsSync(file) ? holderSchema.parse(JSON.parse(readFileSync(file, 'utf8'))) : undefined;
}

/** A port nobody listens on right now. */
export function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer();
    server.once('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
