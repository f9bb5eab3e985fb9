/** @file One supervised process: started, awaited until ready, restarted with back-off when it dies, stopped. */
import { spawn } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { eachLine } from './command.mjs';
import { rotateLog, tailOf } from './logFiles.mjs';
import { fromRoot } from './paths.mjs';

const FIRST_DELAY_MS = 1000;
const LONGEST_DELAY_MS = 30_000;
/** A process that lived this long has proved itself: its next death starts the count anew. */
const PROVED_MS = 60_000;
const TRIES = 10;

/**
 * @typedef {object} ServiceSpec
 * @property {string} name also of its log file
 * @property {string} folder package folder below the root
 * @property {string} entry TypeScript file below the folder
 * @property {NodeJS.ProcessEnv} env
 * @property {number} readyMs how long it may take to say it is ready
 * @property {number} stopMs how long it may take to stop before it is killed
 *
 * @typedef {object} ServiceEvents
 * @property {(name: string, how: string, delayMs: number) => void} onRestart it died and starts again after the delay
 * @property {(name: string, ready: Record<string, any>) => void} onReady it is ready, the first time or again
 * @property {(name: string, how: string, tail: string[], log: string) => void} onGivenUp it died too often
 */

/** A process that did not become ready; `tail` holds the end of its log. */
export class ServiceError extends Error {
  /** @param {string} message @param {string[]} tail @param {string} log */
  constructor(message, tail, log) {
    super(message);
    this.name = 'ServiceError';
    this.tail = tail;
    this.log = log;
  }
}

/**
 * @param {ServiceSpec} spec @param {string} logs folder @param {ServiceEvents} events
 */
export function createService(spec, logs, events) {
  const log = rotateLog(logs, spec.name);
  /** @type {import('node:child_process').ChildProcess | undefined} */
  let child;
  let stopping = false;
  let deaths = 0;
  /** @type {NodeJS.Timeout | undefined} */
  let restart;

  /** @returns {Promise<Record<string, any>>} its ready line */
  const launch = () =>
    new Promise((resolve, reject) => {
      const began = Date.now();
      const started = spawnLogged(spec, log);
      child = started;
      let ready = false;
      const late = setTimeout(() => {
        killGroup(started, 'SIGKILL');
        reject(
          new ServiceError(
            `${spec.name} did not become ready within ${spec.readyMs / 1000} s`,
            tailOf(log),
            log,
          ),
        );
      }, spec.readyMs);
      if (started.stdout)
        eachLine(started.stdout, (line) => {
          const message = ready ? undefined : parseReady(line);
          if (!message) return;
          ready = true;
          clearTimeout(late);
          events.onReady(spec.name, message);
          resolve(message);
        });
      started.once('error', (error) => {
        clearTimeout(late);
        reject(new ServiceError(`${spec.name} could not be started: ${error.message}`, [], log));
      });
      started.once('exit', (code, signal) => {
        clearTimeout(late);
        if (child === started) child = undefined;
        const how = signal ? `ended by ${signal}` : `exit code ${code}`;
        if (stopping) return reject(new ServiceError(`${spec.name} was stopped`, [], log));
        if (!ready && deaths === 0)
          return reject(new ServiceError(`${spec.name} did not start (${how})`, tailOf(log), log));
        deaths = Date.now() - began > PROVED_MS ? 1 : deaths + 1;
        reject(new ServiceError(`${spec.name} died (${how})`, [], log));
        if (deaths >= TRIES) return events.onGivenUp(spec.name, how, tailOf(log), log);
        const delayMs = Math.min(FIRST_DELAY_MS * 2 ** (deaths - 1), LONGEST_DELAY_MS);
        events.onRestart(spec.name, how, delayMs);
        // A failed restart is counted by its own exit handler, so there is nothing to do with the rejection here.
        restart = setTimeout(() => void launch().catch(() => undefined), delayMs);
      });
    });

  return {
    name: spec.name,
    log,
    start: launch,
    get pid() {
      return child?.pid;
    },
    /** Asks it to stop and waits; kills it when it takes too long. @returns {Promise<'stopped' | 'killed' | 'not running'>} */
    stop() {
      stopping = true;
      clearTimeout(restart);
      const current = child;
      if (!current || current.exitCode !== null || current.signalCode !== null)
        return Promise.resolve('not running');
      return new Promise((resolve) => {
        const force = setTimeout(() => killGroup(current, 'SIGKILL'), spec.stopMs);
        current.once('exit', (_, signal) => {
          clearTimeout(force);
          resolve(signal === 'SIGKILL' ? 'killed' : 'stopped');
        });
        current.kill('SIGTERM');
      });
    },
    /** Kills it and what it started, at once. */
    kill() {
      stopping = true;
      clearTimeout(restart);
      if (child) killGroup(child, 'SIGKILL');
    },
  };
}

/** @typedef {ReturnType<typeof createService>} Service */

/**
 * Its own process group, so that Ctrl-C in the terminal reaches the supervisor alone, which then stops all in order. Standard error goes
 * straight to the log file; standard output, where the ready line comes, is copied to it; the pipe on 3 is for parentGuard.mjs.
 * @param {ServiceSpec} spec @param {string} log
 */
function spawnLogged(spec, log) {
  const cwd = fromRoot(spec.folder);
  const file = openSync(log, 'a');
  writeSync(file, `---- ${spec.name} started ${new Date().toISOString()}\n`);
  const imports = [pathToFileURL(fromRoot('scripts/lib/parentGuard.mjs')).href, import.meta.resolve('tsx')];
  const child = spawn(process.execPath, [...imports.flatMap((url) => ['--import', url]), spec.entry], {
    cwd,
    env: { ...process.env, ...spec.env, NABLA_SUPERVISOR_PID: String(process.pid) },
    detached: true,
    stdio: ['ignore', 'pipe', file, 'pipe'],
  });
  if (child.stdout) eachLine(child.stdout, (line) => writeSync(file, `${line}\n`));
  child.once('close', () => closeSync(file));
  return child;
}

/** @param {import('node:child_process').ChildProcess} child @param {NodeJS.Signals} signal */
function killGroup(child, signal) {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error; // ESRCH: it is already gone
  }
}

/** @param {string} line @returns {Record<string, any> | undefined} */
function parseReady(line) {
  if (!line.startsWith('{')) return undefined;
  try {
    const message = JSON.parse(line);
    return message?.ready === true ? message : undefined;
  } catch {
    return undefined; // Some other line that begins with a brace; it is in the log.
  }
}
