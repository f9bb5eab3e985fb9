/** @file The whole house: set-up and processes in the order in which they need each other, and their orderly end. */
import { relative } from 'node:path';
import { stopCommands } from './command.mjs';
import { reportFailure, showTail } from './failure.mjs';
import { FolderHeldError, lockFolder } from './folderLock.mjs';
import { PortTakenError, choosePort } from './ports.mjs';
import { createProgress, duration } from './progress.mjs';
import { createService } from './service.mjs';
import { addressesOf, apiService, dashboardService, workerService } from './services.mjs';
import {
  ensureDashboardBuild,
  ensureDependencies,
  ensureNativeBackend,
  ensurePrismaClient,
  exclusively,
} from './steps.mjs';

/**
 * @typedef {import('./startOptions.mjs').StartOptions} StartOptions
 * @typedef {import('./service.mjs').Service} Service
 */

const SAME_KEYSTROKE_MS = 500;
const PARENT_CHECK_MS = 1000;

/** Runs until it is told to stop. @param {StartOptions} options @returns {Promise<number>} exit code */
export async function runHouse(options) {
  const progress = createProgress();
  const lock = takeDataFolder(options.data);
  if (!lock) return 1;
  const end = deferred();
  const house = createHouse(options, progress, lock, end.resolve);
  const release = onStopSignals(progress, house, end.resolve);
  try {
    const opened = house.open();
    // A stop in the middle of starting makes the rest of the start fail; that is not news.
    opened.catch((error) => {
      if (house.stopping) return;
      if (error instanceof PortTakenError) progress.line(progress.paint.red(`  ${error.message}`));
      else reportFailure(progress, error);
      end.resolve(1);
    });
    const code = await end.promise;
    await house.close();
    return house.killed ? 1 : code;
  } finally {
    progress.close();
    lock.release();
    release();
  }
}

/** @param {string} data */
function takeDataFolder(data) {
  try {
    return lockFolder(data);
  } catch (error) {
    if (!(error instanceof FolderHeldError)) throw error;
    const { holder } = error;
    console.error(
      [
        `Nabla is already running on ${data} (process ${holder.pid}, since ${holder.startedAt}).`,
        holder.url ? `  Open it        ${holder.url}` : '  It is still starting.',
        `  Stop it        Ctrl-C in its terminal, or: kill ${holder.pid}`,
        '  A second one   npm start -- --data <another folder>',
      ].join('\n'),
    );
    return undefined;
  }
}

/**
 * @param {StartOptions} options @param {import('./progress.mjs').Progress} progress
 * @param {ReturnType<typeof lockFolder>} lock @param {(code: number) => void} giveUp
 */
function createHouse(options, progress, lock, giveUp) {
  const began = Date.now();
  const { paint } = progress;
  const logs = `${options.data}/logs`;
  /** @type {{ api?: Service, dashboard?: Service, workers: Service[] }} */
  const services = { workers: [] };
  /** @type {Record<string, number>} */
  const timings = {};
  let stopping = false;
  let killed = false;

  const publish = (/** @type {Partial<import('./folderLock.mjs').Holder>} */ news = {}) => {
    const all = [services.api, services.dashboard, ...services.workers];
    const processes = Object.fromEntries(
      all.flatMap((service) => (service?.pid === undefined ? [] : [[service.name, service.pid]])),
    );
    lock.publish({ ...news, timings, processes });
  };
  const events = {
    onReady: () => publish(),
    onRestart: (/** @type {string} */ name, /** @type {string} */ how, /** @type {number} */ delayMs) =>
      progress.line(
        paint.yellow(
          `  ${name} ended unexpectedly (${how}); starting it again in ${duration(delayMs)}. Log: ${shown(`${logs}/${name}.log`)}`,
        ),
      ),
    onGivenUp: (
      /** @type {string} */ name,
      /** @type {string} */ how,
      /** @type {string[]} */ tail,
      /** @type {string} */ log,
    ) => {
      progress.line(paint.red(`  ${name} keeps ending (${how}); giving up on it. The end of ${shown(log)}:`));
      showTail(progress, tail);
      if (!name.startsWith('worker')) giveUp(1);
    },
  };

  /** @param {Service} service @param {string} title @param {(ready: Record<string, any>) => string} [say] */
  const startVisibly = async (service, title, say) => {
    const stage = progress.stage(title);
    try {
      const ready = await service.start();
      stage.succeed(say?.(ready));
      return ready;
    } catch (error) {
      if (!stopping) stage.fail('did not start');
      throw error;
    }
  };

  const open = async () => {
    progress.line(`\n  ${paint.bold('∇ Nabla')}\n`);
    await exclusively(progress, async () => {
      await ensureDependencies(progress);
      await ensurePrismaClient(progress);
    });
    if (stopping) return;
    const at = addressesOf(options, await choosePorts(options, progress));
    if (stopping) return;
    const native =
      options.workers > 0 && options.backend !== 'wasm' ? ensureNativeBackend(progress) : undefined;
    const build = exclusively(progress, () => ensureDashboardBuild(progress));
    void Promise.allSettled([native, build]).then(() => {
      timings.installMs = Date.now() - began;
    });
    const apiUp = (async () => {
      services.api = createService(apiService(options, at), logs, events);
      return startVisibly(services.api, 'Database and API');
    })();
    const dashboardUp = build.then(() => {
      if (stopping) return;
      services.dashboard = createService(dashboardService(options, at), logs, events);
      return startVisibly(services.dashboard, 'Dashboard');
    });
    const [api] = await Promise.all([apiUp, dashboardUp]);
    if (stopping) return;
    timings.pageMs = Date.now() - began;
    publish({ url: at.url, apiUrl: at.apiUrl });
    announce(at.url, api.signInUrl);
    await native;
    await Promise.all(Array.from({ length: options.workers }, (_, index) => openWorker(at, index + 1)));
    timings.workersMs = Date.now() - began;
    publish();
  };

  /** A worker that does not start leaves the house standing. @param {import('./services.mjs').Addresses} at @param {number} number */
  const openWorker = async (at, number) => {
    if (stopping) return;
    const worker = createService(workerService(options, at, number), logs, events);
    services.workers.push(worker);
    try {
      await startVisibly(
        worker,
        options.workers === 1 ? 'Training worker' : `Training worker ${number}`,
        (ready) => String(ready.description ?? ready.backend ?? ''),
      );
    } catch (error) {
      if (!stopping) reportFailure(progress, error);
    }
  };

  /** @param {string} url @param {string | undefined} signInUrl */
  const announce = (url, signInUrl) => {
    const rows = [
      ['Dashboard', paint.bold(url)],
      ...(signInUrl
        ? [
            [
              'Sign in',
              `${paint.bold(signInUrl)}\n               ${paint.dim('works once, for 24 hours; a new one comes with each start until you are signed in')}`,
            ],
          ]
        : []),
      ['Data', shown(options.data)],
      ['Logs', shown(logs)],
      ['Stop', 'Ctrl-C (data is kept)'],
    ];
    progress.line(`\n${rows.map(([name, text]) => `  ${String(name).padEnd(12)} ${text}`).join('\n')}\n`);
  };

  /** @param {Service | undefined} service */
  const closeOne = async (service) => {
    if (!service || service.pid === undefined) return void (await service?.stop());
    const stage = progress.stage(`Stopping ${service.name}`);
    const how = await service.stop();
    if (how === 'killed') stage.warn('took too long and was killed');
    else stage.succeed();
  };

  return {
    open,
    get stopping() {
      return stopping;
    },
    /** Workers first, so that their last records find the API; the API, which owns the database, last. */
    async close() {
      stopping = true;
      stopCommands();
      await Promise.all(services.workers.map(closeOne));
      await closeOne(services.dashboard);
      await closeOne(services.api);
    },
    get killed() {
      return killed;
    },
    kill() {
      stopping = true;
      killed = true;
      for (const service of [...services.workers, services.dashboard, services.api]) service?.kill();
    },
  };
}

/** @param {StartOptions} options @param {import('./progress.mjs').Progress} progress */
async function choosePorts(options, progress) {
  const dashboard = await choosePort({
    what: 'dashboard',
    option: '--port',
    port: options.port,
    named: options.portNamed,
    host: options.host,
  });
  const api = await choosePort({
    what: 'API',
    option: '--api-port',
    port: options.apiPort,
    named: options.apiPortNamed,
    host: options.host,
    not: [dashboard.port],
  });
  if (dashboard.movedFrom !== undefined)
    progress.line(`  Port ${dashboard.movedFrom} is taken: the dashboard moves to ${dashboard.port}.`);
  if (api.movedFrom !== undefined)
    progress.line(`  Port ${api.movedFrom} is taken: the API moves to ${api.port}.`);
  return { port: dashboard.port, apiPort: api.port };
}

/**
 * The first signal ends everything in order, the second at once.
 * @param {import('./progress.mjs').Progress} progress @param {ReturnType<typeof createHouse>} house @param {(code: number) => void} end
 */
function onStopSignals(progress, house, end) {
  let askedAt = 0;
  const onSignal = () => {
    if (askedAt > 0) {
      // Through npm one Ctrl-C may arrive twice: from the terminal, and passed on by npm.
      if (Date.now() - askedAt < SAME_KEYSTROKE_MS) return;
      progress.line('  Stopping at once.');
      house.kill();
      return;
    }
    askedAt = Date.now();
    progress.line('\n  Stopping; press Ctrl-C again to stop at once.');
    end(0);
  };
  /** @type {NodeJS.Signals[]} */
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, onSignal);
  // The terminal may be gone (SIGHUP): then nobody reads, and stopping in order matters more than saying so.
  process.stdout.on('error', () => undefined);
  // npm passes SIGTERM to the shell between us, which dies of it and tells nobody: then our parent changes.
  const parent = process.ppid;
  const watch = process.env.npm_lifecycle_event
    ? setInterval(() => process.ppid !== parent && askedAt === 0 && onSignal(), PARENT_CHECK_MS).unref()
    : undefined;
  return () => {
    clearInterval(watch);
    for (const signal of signals) process.off(signal, onSignal);
  };
}

/** A path as a person would type it from here. @param {string} path */
function shown(path) {
  const short = relative(process.cwd(), path);
  return short && !short.startsWith('..') ? short : path;
}

function deferred() {
  /** @type {(value: number) => void} */
  let resolve = () => undefined;
  /** @type {Promise<number>} */
  const promise = new Promise((done) => (resolve = done));
  return { promise, resolve };
}
