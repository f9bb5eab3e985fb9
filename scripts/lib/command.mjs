/** @file Running a command of the set-up to its end, its output kept for the case that it fails. */
import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname, delimiter } from 'node:path';
import { fromRoot } from './paths.mjs';
import { descendantsOf } from './processTable.mjs';

/** Of a failed command's output, the beginning and the end are shown: builders say what is wrong first, installers last. */
const HEAD_LINES = 15;
const TAIL_LINES = 15;
/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();

/** A command that ended badly; `output` holds the beginning and the end of what it printed. */
export class CommandError extends Error {
  /** @param {string} message @param {string[]} output @param {string} [logFile] where all of it is */
  constructor(message, output, logFile) {
    super(message);
    this.name = 'CommandError';
    this.output = output;
    this.logFile = logFile;
  }
}

/**
 * Runs a command without a shell; resolves when it exits with 0.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, onLine?: (line: string) => void, show?: boolean, logFile?: string }} [options]
 *   show: output goes to this terminal as it is; logFile: keep the whole output there
 * @returns {Promise<void>}
 * @throws {CommandError} when it cannot be started, exits with another code or is killed
 */
export function runCommand(
  command,
  args,
  { cwd = fromRoot(), env = {}, onLine, show = false, logFile } = {},
) {
  return new Promise((resolve, reject) => {
    /** @type {string[]} */
    const head = [];
    /** @type {string[]} */
    const tail = [];
    let left = 0;
    const kept = () => [...head, ...(left > 0 ? [`… ${left} lines …`] : []), ...tail];
    const child = spawn(command, args, {
      cwd,
      env: withBinaries({ ...process.env, ...env }, cwd),
      stdio: ['ignore', show ? 'inherit' : 'pipe', show ? 'inherit' : 'pipe'],
    });
    running.add(child);
    if (logFile) mkdirSync(dirname(logFile), { recursive: true });
    const log = logFile ? createWriteStream(logFile) : undefined;
    for (const stream of [child.stdout, child.stderr])
      if (stream)
        eachLine(stream, (line) => {
          if (head.length < HEAD_LINES) head.push(line);
          else tail.push(line);
          if (tail.length > TAIL_LINES && tail.shift() !== undefined) left += 1;
          log?.write(`${line}\n`);
          onLine?.(line);
        });
    const shown = [command.split('/').at(-1), ...args].join(' ');
    child.once('error', (error) => {
      running.delete(child);
      log?.end();
      reject(new CommandError(`could not start "${shown}": ${error.message}`, kept(), logFile));
    });
    child.once('close', (code, signal) => {
      running.delete(child);
      log?.end();
      if (code === 0) resolve();
      else
        reject(
          new CommandError(
            `"${shown}" ${signal ? `was ended by ${signal}` : `exited with code ${code}`}`,
            kept(),
          ),
        );
    });
  });
}

/**
 * Ends whatever command is still running; used when a person stops the set-up. The whole tree is told: npm does not pass signals on to
 * what its shell started.
 */
export function stopCommands() {
  for (const child of running) {
    if (child.pid === undefined) continue;
    for (const pid of [...descendantsOf(child.pid), child.pid]) {
      try {
        process.kill(pid, 'SIGTERM');
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error; // it ended meanwhile
      }
    }
  }
}

/**
 * Calls back for every whole line, and for the last one when the stream ends.
 * @param {import('node:stream').Readable} stream
 * @param {(line: string) => void} onLine
 */
export function eachLine(stream, onLine) {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (/** @type {string} */ chunk) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line.replace(/\r$/, ''));
  });
  stream.on('end', () => {
    if (rest) onLine(rest);
  });
}

/** The package's own binaries first, then the root's, as a package manager would. @param {NodeJS.ProcessEnv} env @param {string} cwd */
function withBinaries(env, cwd) {
  const path = [`${cwd}/node_modules/.bin`, fromRoot('node_modules', '.bin'), env.PATH ?? ''].join(delimiter);
  return { ...env, PATH: path };
}
