/** @file Dependencies through the pnpm version that package.json pins, fetched by npm itself when it is not installed. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CommandError, runCommand } from './command.mjs';
import { fingerprint } from './fingerprint.mjs';
import { SETUP_DIR, fromRoot } from './paths.mjs';
import { isStamped, stamp } from './stamps.mjs';

const exec = promisify(execFile);
const INPUTS = [
  'package.json',
  'pnpm-lock.yaml',
  'pnpm-workspace.yaml',
  'patches',
  'apps',
  'packages',
  'test',
];

/** Installs what the lockfile names, if anything changed since the last time. @param {import('./progress.mjs').Progress} progress */
export async function ensureDependencies(progress) {
  const wanted = fingerprint(
    INPUTS,
    (path) => !/^(apps|packages|test)\//.test(path) || /^[^/]+(\/[^/]+)?\/package\.json$/.test(path),
  );
  if (isStamped('dependencies', wanted) && existsSync(fromRoot('node_modules', '.modules.yaml'))) return;
  const stage = progress.stage('Dependencies');
  try {
    const pnpm = await findPnpm();
    await runCommand(
      pnpm.command,
      [
        ...pnpm.args,
        'install',
        '--frozen-lockfile',
        '--reporter=ndjson',
        '--config.confirmModulesPurge=false',
      ],
      {
        onLine: installProgress(stage),
        logFile: join(SETUP_DIR, 'install.log'),
      },
    );
  } catch (error) {
    stage.fail('could not be installed');
    throw error instanceof CommandError
      ? new CommandError(error.message, readable(error.output), error.logFile)
      : error;
  }
  stamp('dependencies', wanted);
  stage.succeed();
}

/** The command line that runs the pinned pnpm. @returns {Promise<{ command: string, args: string[] }>} */
export async function findPnpm() {
  const pinned = String(JSON.parse(readFileSync(fromRoot('package.json'), 'utf8')).packageManager).replace(
    /^pnpm@/,
    '',
  );
  try {
    const { stdout } = await exec('pnpm', ['--version'], {
      cwd: fromRoot(),
      timeout: 15_000,
      env: { ...process.env, COREPACK_ENABLE_DOWNLOAD_PROMPT: '0' },
    });
    if (stdout.trim() === pinned) return { command: 'pnpm', args: [] };
  } catch {
    // No pnpm here, or one that cannot become the pinned version: npm, which came with Node, gets it.
  }
  const npm = process.env.npm_execpath;
  const [command, ...args] = npm?.endsWith('npm-cli.js') ? [process.execPath, npm] : ['npm'];
  return {
    command: command ?? 'npm',
    args: [...args, 'exec', '--yes', '--package', `pnpm@${pinned}`, '--', 'pnpm'],
  };
}

/** Turns pnpm's events into a bar. @param {import('./progress.mjs').Stage} stage @returns {(line: string) => void} */
function installProgress(stage) {
  let resolved = 0;
  let imported = 0;
  return (line) => {
    const event = parseEvent(line);
    if (event?.name === 'pnpm:progress' && event.status === 'resolved') resolved += 1;
    else if (event?.name === 'pnpm:progress' && event.status === 'imported') imported += 1;
    else if (event?.name === 'pnpm:lifecycle' && event.script)
      stage.detail(`${event.depPath ?? ''} ${event.script}`);
    else return;
    if (resolved > 0)
      stage.fraction(imported / Math.max(resolved, imported), `${imported} of ${resolved} packages`);
  };
}

/** What a person can read of pnpm's events. @param {string[]} lines */
function readable(lines) {
  return lines.flatMap((line) => {
    const event = parseEvent(line);
    if (!event) return [line];
    if (event.level === 'error' || event.level === 'warn')
      return [String(event.err?.message ?? event.message ?? line)];
    return event.name === 'pnpm:lifecycle' && event.line ? [String(event.line)] : [];
  });
}

/** @param {string} line @returns {Record<string, any> | undefined} an event of pnpm's ndjson reporter */
function parseEvent(line) {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined; // A line of some other program that happens to begin with a brace.
  }
}
