/** @file `nabla train --server`: makes a run that only this process may claim, and executes it as a worker does. */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import path from 'node:path';

import { runConfigToYaml, type RunConfig } from '@nabla/domain';
import { createClient, drainLeftovers, type Client, type LeaseInfo } from '@nabla/client';

import { bringPrompts } from '../worker/bringPrompts.ts';
import { executeRun, type RunEnd } from '../worker/executeRun.ts';
import type { EngineInfo } from '../worker/protocol.ts';
import { ProcessPool } from '../worker/processPool.ts';
import type { EngineChoice } from '../worker/trainingProcess.ts';
import { CliError, EXIT, type ExitCode } from './cliError.ts';
import { onInterrupt } from './interrupt.ts';
import type { Progress } from './progress.ts';
import { localPromptReader, readPromptFile } from './promptFiles.ts';
import type { ServerForkPoint } from './forkFrom.ts';
import { createRunFolder, lockRun, type RunPlace } from './runFiles.ts';
import { asServerError } from './serverError.ts';

export interface ServerRunOptions {
  readonly config: RunConfig;
  /** Holds the spool and the checkpoints. */
  readonly folder: string;
  readonly place: RunPlace;
  readonly url: string;
  readonly apiKey: string;
  /** The checkpoint on the server that the run begins with. */
  readonly fork?: ServerForkPoint | undefined;
  /** The project's slug; may be left out where there is one project only. */
  readonly project: string | undefined;
  readonly rewardsDir: string;
  /** Where models downloaded by name are kept. */
  readonly modelsDir: string;
  readonly engine: EngineChoice;
  readonly progress: Progress;
}

const LEASE_SECONDS = 30;
/** More than a step that does not end is given, so that the server still hears of it. */
const STOP_SECONDS = 25;

export async function runOnServer(options: ServerRunOptions): Promise<ExitCode> {
  const { progress, config, place } = options;
  // Read before a run is made of them: a broken line is then an error of the command, not of a run.
  await bringPrompts(config, {
    ...localPromptReader(place.baseFolder),
    promptSet: () => Promise.resolve([]),
  });
  const folder = path.resolve(options.folder);
  const lock = await lockRun(folder);
  const pool = new ProcessPool(options.engine);
  const stop = stopSignals(progress);
  try {
    const engine = await pool.warm();
    progress.say(engine.description);
    const client = createClient({ url: options.url, apiKey: options.apiKey });
    const { lease, workerId, untrusted } = await claimOwn(client, options, engine, stop.shutdown);
    const { number, name, project } = lease.run;
    progress.say(`run ${number} "${name}" (${lease.run.id}) in project ${project.slug} on ${options.url}`);
    const end = await executeRun(
      {
        client,
        workerId,
        folder,
        pool,
        rewardsDir: options.rewardsDir,
        modelsDir: options.modelsDir,
        untrusted,
        readPromptFile: (file) => readPromptFile(place.baseFolder, file),
        checkpointFile: (file) => path.resolve(place.baseFolder, file),
        log: (level, message) => {
          if (level !== 'DEBUG')
            progress.say(level === 'INFO' ? message : `${level.toLowerCase()}: ${message}`);
        },
        shutdown: stop.shutdown,
        abandon: stop.abandon,
        onStarted: (at) => progress.start(at),
        onStep: (result, waiting) => progress.step(result, waiting),
      },
      lease,
    );
    return conclude(end, folder, progress);
  } catch (error) {
    throw asServerError(error);
  } finally {
    stop.forget();
    await pool.close();
    await lock.release();
  }
}

/** Ctrl-C asks for the end; what takes longer than the grace after it is left for the next start. */
function stopSignals(progress: Progress): {
  shutdown: AbortSignal;
  abandon: AbortSignal;
  forget: () => void;
} {
  const shutdown = new AbortController();
  const abandon = new AbortController();
  let deadline: NodeJS.Timeout | undefined;
  const forget = onInterrupt(() => {
    progress.say('stopping after this step, with a checkpoint (Ctrl-C again to stop at once)');
    deadline = setTimeout(() => abandon.abort(), STOP_SECONDS * 1000);
    shutdown.abort();
  });
  return {
    shutdown: shutdown.signal,
    abandon: abandon.signal,
    forget() {
      forget();
      clearTimeout(deadline);
    },
  };
}

/** Claims the folder's run, or a new one that is reserved for this process and noted in the folder. */
async function claimOwn(
  client: Client,
  options: ServerRunOptions,
  engine: EngineInfo,
  shutdown: AbortSignal,
): Promise<{ lease: LeaseInfo; workerId: string; untrusted: boolean }> {
  const { place, progress } = options;
  const workerId = place.server?.workerId ?? `wrk_${randomUUID()}`;
  const spool = { root: path.join(path.resolve(options.folder), 'spool') };
  // Before registering, which ends the lease that these records belong to.
  const { rejectedRuns } = await drainLeftovers(
    client.worker,
    spool,
    (message) => progress.say(message),
    shutdown,
  );
  await client.worker.register({
    id: workerId,
    name: `nabla train on ${hostname()}`,
    backend: engine.backend,
    host: hostname(),
    version: `Node ${process.versions.node}`,
    device: engine.description,
  });
  const runId = place.server?.runId ?? (await makeRun(client, options, workerId));
  const run = await client.runs.get(runId);
  if (run.status === 'PAUSED') await client.runs.resume(runId);
  const lease = await client.worker.claim({ workerId, runId, leaseSeconds: LEASE_SECONDS }, { attempts: 5 });
  if (lease !== null) return { lease, workerId, untrusted: rejectedRuns.has(runId) };
  const { status } = await client.runs.get(runId);
  throw new CliError(EXIT.taken, `run ${runId} cannot be claimed: it is ${status.toLowerCase()}`);
}

function conclude(end: RunEnd, folder: string, progress: Progress): ExitCode {
  switch (end.kind) {
    case 'finished':
      progress.say(`finished after step ${end.step}; weights ${end.weightsHash}`);
      return EXIT.ok;
    case 'failed':
      throw new CliError(EXIT.failed, `the run failed: ${end.cause}`);
    case 'lost':
      throw new CliError(EXIT.taken, `the run was taken from this process: ${end.why}`);
    case 'released': {
      if (end.status === 'CANCELLED')
        throw new CliError(EXIT.taken, `the run was cancelled on the server after step ${end.step}`);
      const paused = end.status === 'PAUSED';
      const here = path.relative(process.cwd(), folder) || '.';
      const what = paused ? 'paused on the server' : 'stopped';
      progress.say(`${what} after step ${end.step}. Go on with: nabla train --resume --out ${here}`);
      return paused ? EXIT.paused : EXIT.interrupted;
    }
  }
}

/** Makes a run that only this worker may claim, and the folder that holds it. */
async function makeRun(client: Client, options: ServerRunOptions, workerId: string): Promise<string> {
  const yaml = runConfigToYaml(options.config);
  const run = options.fork
    ? await client.runs.fork({ ...options.fork, yaml, workerId })
    : await client.runs.create({ projectId: await chooseProject(client, options.project), yaml, workerId });
  await createRunFolder(options.folder, options.config, {
    ...options.place,
    server: { url: options.url, runId: run.id, workerId },
  });
  return run.id;
}

async function chooseProject(client: Client, slug: string | undefined): Promise<string> {
  if (slug !== undefined) return (await client.projects.get(slug)).id;
  const found = [];
  for await (const project of client.projects.list()) found.push(project);
  const [only, ...others] = found;
  if (only !== undefined && others.length === 0) return only.id;
  const names = found.map((project) => project.slug).join(', ');
  throw new CliError(
    EXIT.usage,
    only === undefined
      ? 'the server has no project yet: make one first'
      : `choose a project with --project: ${names}`,
  );
}
