/** @file The API as a process of its own, for measurements. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface ApiProcess {
  ask: <Data>(query: string, variables?: object) => Promise<Data>;
  /** A new run of many steps, claimed by a worker of its own. */
  claimNewRun: () => Promise<{ runId: string; leaseToken: string }>;
  stop: () => Promise<void>;
}

/** @param dataDir an empty folder of the caller's. */
export async function startApiProcess(dataDir: string): Promise<ApiProcess> {
  const main = fileURLToPath(new URL('../main.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', main], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    env: {
      ...process.env,
      API_PORT: '0',
      NABLA_DATA: dataDir,
      NABLA_DEMO: '0',
      LOG_LEVEL: 'warn',
      NODE_ENV: 'production',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const [line] = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    exited.then(([code]) => {
      throw new Error(`the API ended with code ${code} before it was ready`);
    }),
  ]);
  const { port }: { port: number } = JSON.parse(String(line));
  const key = (await readFile(join(dataDir, 'worker-key'), 'utf8')).trim();

  const ask = async <Data>(query: string, variables: object = {}): Promise<Data> => {
    const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors }: { data?: Data; errors?: object[] } = JSON.parse(await response.text());
    if (data === undefined || errors !== undefined) throw new Error(JSON.stringify(errors));
    return data;
  };

  const { createProject } = await ask<{ createProject: { project: { id: string } } }>(
    'mutation { createProject(input: { name: "Bench" }) { project { id } } }',
  );
  const projectId = createProject.project.id;
  let workers = 0;
  return {
    ask,
    async claimNewRun() {
      workers += 1;
      const workerId = `wrk_bench_${workers}`;
      const config = {
        name: 'bench',
        task: { kind: 'addition' },
        rewards: [{ kind: 'exact_match', name: 'exact', weight: 1 }],
        policyGradient: { steps: 1_000_000 },
      };
      const worker = {
        id: workerId,
        name: workerId,
        backend: 'none',
        host: 'bench',
        version: '1',
        device: 'none',
      };
      const { createRun } = await ask<{ createRun: { run: { id: string } | null; errors: object[] } }>(
        `mutation($run: CreateRunInput!, $worker: RegisterWorkerInput!) {
          createRun(input: $run) { run { id } errors { message } } registerWorker(input: $worker) { worker { id } } }`,
        { run: { projectId, config }, worker },
      );
      if (createRun.run === null) throw new Error(JSON.stringify(createRun.errors));
      const runId = createRun.run.id;
      const { claimRun } = await ask<{ claimRun: { lease: { token: string } } }>(
        'mutation($input: ClaimRunInput!) { claimRun(input: $input) { lease { token } } }',
        { input: { workerId, runId, leaseSeconds: 600 } },
      );
      return { runId, leaseToken: claimRun.lease.token };
    },
    async stop() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}
