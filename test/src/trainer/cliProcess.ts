/** @file The command `nabla` in a process of its own, as a terminal would run it. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const BIN = fileURLToPath(new URL('../../../packages/trainer/bin/nabla.mjs', import.meta.url));

export interface CliResult {
  readonly exitCode: number | string;
  /** stdout and stderr as they came. */
  readonly output: string;
}

export interface CliOptions {
  readonly cwd: string;
  readonly env?: Record<string, string>;
  /** Called with everything printed so far, whenever something is; may send a signal. */
  readonly onOutput?: (output: string, signal: (signal: NodeJS.Signals) => void) => void;
}

/** Resolves when the command has ended. */
export function nabla(args: readonly string[], { cwd, env = {}, onOutput }: CliOptions): Promise<CliResult> {
  const child = spawn(process.execPath, [BIN, ...args], {
    cwd,
    // A group of its own: a signal reaches all its processes, as Ctrl-C does.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NABLA_BACKEND: 'wasm', ...env },
  });
  let output = '';
  const signal = (name: NodeJS.Signals): void => {
    if (child.pid !== undefined) process.kill(-child.pid, name);
  };
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      onOutput?.(output, signal);
    });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, name) => resolve({ exitCode: code ?? name ?? 'unknown', output }));
  });
}

/** Sends the signal once, when the text has been printed. */
export function signalAt(text: string | RegExp, name: NodeJS.Signals): NonNullable<CliOptions['onOutput']> {
  let sent = false;
  return (output, signal) => {
    if (sent || output.match(text) === null) return;
    sent = true;
    signal(name);
  };
}
