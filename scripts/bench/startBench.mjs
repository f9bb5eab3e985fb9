/**
 * @file How long a person waits: a copy of this tree in an empty folder is started twice, as a clone would be.
 * `--cold` empties the caches too (npm, pnpm, native engine), so that everything is downloaded; `--backend` goes to npm start.
 *
 * installMs     from the command until everything is installed and built
 * firstPageMs   from the command until the dashboard answers, first start
 * laterStartMs  the same, second start
 * firstRewardMs from the end of the install until the first reward of the policy gradient can be queried
 */
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readHolder } from '../lib/folderLock.mjs';
import { fromRoot } from '../lib/paths.mjs';
import { choosePort } from '../lib/ports.mjs';

const LIMIT_MS = 15 * 60_000;
const REWARD_QUERY =
  '{ runs(first: 1) { nodes { status statusReason step metricSummaries(names: ["reward/mean"]) { count last } } } }';
const cold = process.argv.includes('--cold');
const passedOn = process.argv.slice(2).filter((arg) => arg !== '--cold');

const folder = mkdtempSync(join(tmpdir(), 'nabla-start-bench-'));
try {
  const clone = join(folder, 'nabla');
  copyTree(clone);
  const env = cold ? coldCaches(join(folder, 'caches')) : {};
  const first = await measure(clone, env, true);
  const second = await measure(clone, env, false);
  const figures = {
    installMs: first.installMs,
    firstPageMs: first.pageMs,
    laterStartMs: second.pageMs,
    firstRewardMs: first.rewardMs,
    cold,
  };
  console.log(JSON.stringify({ name: 'start', figures }));
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 });
}

/** One start, from the command to the figures, and its orderly end. @param {string} clone @param {NodeJS.ProcessEnv} env @param {boolean} untilReward */
async function measure(clone, env, untilReward) {
  const port = (
    await choosePort({ what: 'dashboard', option: '--port', port: 13_000, named: false, host: '127.0.0.1' })
  ).port;
  const apiPort = (
    await choosePort({ what: 'API', option: '--api-port', port: 14_000, named: false, host: '127.0.0.1' })
  ).port;
  const began = Date.now();
  const child = spawn(
    'npm',
    ['start', '--', '--port', String(port), '--api-port', String(apiPort), ...passedOn],
    { cwd: clone, env: { ...process.env, ...env }, detached: true, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const ended = new Promise((resolve) => child.once('close', resolve));
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => process.stderr.write(chunk));
  try {
    const data = join(clone, '.nabla');
    const pageMs = await until('the dashboard answers', child, async () =>
      (await answers(`http://127.0.0.1:${port}/`)) ? Date.now() - began : undefined,
    );
    const installMs = await until('the install has ended', child, () => readHolder(data)?.timings?.installMs);
    if (!untilReward) return { pageMs, installMs, rewardMs: 0 };
    const rewardMs = await until('a first reward', child, async () =>
      (await hasReward(`http://127.0.0.1:${apiPort}`, data)) ? Date.now() - began - installMs : undefined,
    );
    return { pageMs, installMs, rewardMs };
  } finally {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGINT');
    await ended;
  }
}

/** @template T @param {string} what @param {import('node:child_process').ChildProcess} child @param {() => T | undefined | Promise<T | undefined>} probe @returns {Promise<T>} */
async function until(what, child, probe) {
  for (const end = Date.now() + LIMIT_MS; Date.now() < end;) {
    const value = await probe();
    if (value !== undefined) return value;
    if (child.exitCode !== null)
      throw new Error(`npm start ended with code ${child.exitCode} before ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`waited ${LIMIT_MS / 60_000} minutes in vain until ${what}`);
}

/** @param {string} url */
async function answers(url) {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false; // Nobody listens yet.
  }
}

/** @param {string} apiUrl @param {string} data */
async function hasReward(apiUrl, data) {
  const response = await fetch(`${apiUrl}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${readFileSync(join(data, 'worker-key'), 'utf8').trim()}`,
    },
    body: JSON.stringify({ query: REWARD_QUERY }),
  });
  /** @type {{ data?: { runs: { nodes: { status: string, statusReason: string, metricSummaries: { count: number | string }[] }[] } }, errors?: unknown }} */
  const answer = JSON.parse(await response.text());
  const run = answer.data?.runs.nodes[0];
  if (!run) throw new Error(`the API did not tell of a run: ${JSON.stringify(answer.errors ?? answer)}`);
  if (run.status === 'FAILED') throw new Error(`the demo run failed: ${run.statusReason}`);
  return run.metricSummaries.some((summary) => Number(summary.count) > 0);
}

/** What git would put into a clone, with what is changed here and not yet committed. @param {string} target */
function copyTree(target) {
  const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: fromRoot(),
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  for (const file of files.split('\0').filter((each) => each && existsSync(fromRoot(each)))) {
    mkdirSync(dirname(join(target, file)), { recursive: true });
    cpSync(fromRoot(file), join(target, file), { force: true });
  }
}

/** @param {string} root @returns {NodeJS.ProcessEnv} */
function coldCaches(root) {
  return {
    XDG_CACHE_HOME: join(root, 'cache'),
    XDG_DATA_HOME: join(root, 'data'),
    npm_config_cache: join(root, 'npm'),
    npm_config_store_dir: join(root, 'store'),
    PIP_FIND_LINKS: '',
  };
}
