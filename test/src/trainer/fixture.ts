/** @file An API over a fresh database, real worker processes beside it, and runs for them: one per test file. */
import { startTestApi, type TestApi } from '@nabla/api/testing';
import { createClient, type Client, type RunInfo } from '@nabla/client';
import { createTestDatabase } from '@nabla/db/testing';
import type { RunConfigInput } from '@nabla/domain';
import { until } from '../house/until.ts';
import { projectId } from './runs.ts';
import { startWorker, workerFolder, type WorkerProcess } from './workerProcess.ts';

/** Far beyond what anything here takes, on a machine that has other things to do. */
export const LIMIT_MS = 120_000;

export interface Fixture {
  readonly client: Client;
  readonly url: string;
  /** A researcher's key, which outlives the API process. */
  readonly key: string;
  readonly project: string;
  folder(): Promise<string>;
  worker(folder: string, env?: Record<string, string>): Promise<WorkerProcess>;
  create(config: RunConfigInput): Promise<RunInfo>;
  /** Resolves when the run is finished. @throws Error when it failed instead. */
  finished(run: RunInfo): Promise<RunInfo>;
  reached(run: RunInfo, step: number): Promise<RunInfo>;
  withStatus(run: RunInfo, status: RunInfo['status']): Promise<RunInfo>;
  /** Ends the API; the database stays. */
  stopApi(): Promise<void>;
  /** The API again, at the same address over the same database. */
  startApi(): Promise<void>;
  close(): Promise<void>;
}

export async function createFixture(): Promise<Fixture> {
  const db = await createTestDatabase();
  let api: TestApi | undefined = await startTestApi({ db });
  const { url, port } = api;
  const { key } = await api.addPerson('RESEARCHER');
  const client = createClient({ url, apiKey: key });
  const project = await projectId(client);
  const cleanups: (() => Promise<void>)[] = [];

  const stopApi = async (): Promise<void> => {
    const running = api;
    api = undefined;
    await running?.close();
  };
  const probe = (run: RunInfo, what: string, condition: (now: RunInfo) => boolean): Promise<RunInfo> =>
    until(`run ${run.id} ${what}`, LIMIT_MS, async () => {
      const now = await client.runs.get(run.id);
      if (condition(now)) return now;
      if (now.status === 'FAILED') throw new Error(`run ${run.id} failed: ${now.statusReason}`);
      return undefined;
    });

  return {
    client,
    url,
    key,
    project,
    async folder() {
      const { path, remove } = await workerFolder();
      cleanups.push(remove);
      return path;
    },
    async worker(folder, env = {}) {
      const started = await startWorker({ url, key, folder, env });
      cleanups.unshift(() => started.killAll());
      return started;
    },
    create: (config) => client.runs.create({ projectId: project, config }),
    finished: (run) => probe(run, 'is finished', ({ status }) => status === 'FINISHED'),
    reached: (run, step) => probe(run, `reaches step ${step}`, (now) => now.step >= step),
    withStatus: (run, status) => probe(run, `is ${status}`, (now) => now.status === status),
    stopApi,
    async startApi() {
      api = await startTestApi({ db, port });
    },
    async close() {
      for (const cleanup of cleanups) await cleanup();
      await stopApi();
      await db.close();
    },
  };
}
