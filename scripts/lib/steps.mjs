/** @file The steps between a fresh clone and something that runs. Each looks first whether there is anything to do. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runCommand } from './command.mjs';
import { fingerprint } from './fingerprint.mjs';
import { FolderHeldError, lockFolder } from './folderLock.mjs';
import { SETUP_DIR, fromRoot } from './paths.mjs';
import { isStamped, stamp } from './stamps.mjs';
export { ensureDependencies } from './packageManager.mjs';

/** @typedef {import('./progress.mjs').Progress} Progress */

const PRISMA_INPUTS = ['prisma/schema.prisma', 'prisma.config.ts', 'packages/db/package.json'];
const PRISMA_OUTPUT = 'packages/db/src/generated';
const DASHBOARD_INPUTS = ['apps/dashboard', 'packages/domain/src', 'pnpm-lock.yaml', 'tsconfig.base.json'];
const DASHBOARD_OUTPUT = 'apps/dashboard/.next/BUILD_ID';

/**
 * Runs the work while no other process sets this checkout up.
 * @template T @param {Progress} progress @param {() => Promise<T>} work @returns {Promise<T>}
 */
export async function exclusively(progress, work) {
  let said = false;
  for (;;) {
    try {
      const lock = lockFolder(SETUP_DIR);
      try {
        return await work();
      } finally {
        lock.release();
      }
    } catch (error) {
      if (!(error instanceof FolderHeldError)) throw error;
      if (!said)
        progress.line(
          `  Another set-up of this checkout is under way (process ${error.holder.pid}); waiting for it.`,
        );
      said = true;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

/** The Prisma client, which is made from the schema and not committed. @param {Progress} progress */
export async function ensurePrismaClient(progress) {
  const wanted = fingerprint(PRISMA_INPUTS);
  if (isStamped('prisma-client', wanted) && existsSync(fromRoot(PRISMA_OUTPUT))) return;
  await asStage(progress, 'Database client', (stage) =>
    runCommand('npm', ['run', '--silent', 'codegen'], {
      cwd: fromRoot('packages/db'),
      onLine: stage.detail,
      logFile: join(SETUP_DIR, 'prisma-client.log'),
    }),
  );
  stamp('prisma-client', wanted);
}

/** The dashboard's production build. @param {Progress} progress */
export async function ensureDashboardBuild(progress) {
  const wanted = fingerprint(
    DASHBOARD_INPUTS,
    (path) => !/\.(test\.tsx?|md|tsbuildinfo)$/.test(path) && !path.endsWith('next-env.d.ts'),
  );
  if (existsSync(fromRoot(DASHBOARD_OUTPUT)) && isStamped('dashboard', `${wanted} ${buildId()}`)) return;
  await asStage(progress, 'Dashboard build', (stage) =>
    runCommand('npm', ['run', '--silent', 'build'], {
      cwd: fromRoot('apps/dashboard'),
      env: { NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
      onLine: (line) => line.trim() && stage.detail(line.trim()),
      logFile: join(SETUP_DIR, 'dashboard-build.log'),
    }),
  );
  stamp('dashboard', `${wanted} ${buildId()}`);
}

/** Which build lies there: the stamp names it, so that a build by hand in between is noticed. */
const buildId = () => readFileSync(fromRoot(DASHBOARD_OUTPUT), 'utf8').trim();

/**
 * Native TensorFlow where it can be had; never fails, but says what doing without costs.
 * @param {Progress} progress @returns {Promise<{ native: boolean, reason?: string, note?: string }>}
 */
export async function ensureNativeBackend(progress) {
  const { ensureNative } = await import(pathToFileURL(fromRoot('scripts/native.mjs')).href);
  /** @type {import('./progress.mjs').Stage | undefined} */
  let stage;
  const log = Object.assign((/** @type {string} */ line) => stage?.detail(line), {
    progress(/** @type {string} */ label, /** @type {number} */ done, /** @type {number} */ total) {
      stage?.fraction(done / total, `${label}, ${Math.round(done / 1e6)} of ${Math.round(total / 1e6)} MB`);
    },
  });
  const late = setTimeout(() => (stage = progress.stage('Native TensorFlow')), 300); // said only when there is something to do
  try {
    const result = await ensureNative({ log });
    if (result.native && result.note === undefined) stage?.succeed();
    else if (result.native) (stage ?? progress.stage('Native TensorFlow')).warn(result.note);
    else (stage ?? progress.stage('Native TensorFlow')).warn(result.reason ?? 'not available');
    return result;
  } finally {
    clearTimeout(late);
  }
}

/**
 * @template T @param {Progress} progress @param {string} name @param {(stage: import('./progress.mjs').Stage) => Promise<T>} work
 * @returns {Promise<T>}
 */
async function asStage(progress, name, work) {
  const stage = progress.stage(name);
  try {
    const result = await work(stage);
    stage.succeed();
    return result;
  } catch (error) {
    stage.fail('failed');
    throw error;
  }
}
