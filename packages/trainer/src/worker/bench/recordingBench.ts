/**
 * @file What recording costs a training run: the time from step to step of the usual workload (`trainerBench.ts`) in a training
 * process, as the worker runs it, when nobody records, and when every step with all its completions and tokens goes to the spool
 * while the API is up, slow (2 s per request), or down. Rounds are interleaved. Prints one JSON line.
 *
 * Run: tsx src/worker/bench/recordingBench.ts [steps=60] [rounds=3]
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { createClient, RunChannel } from '@nabla/client';
import { parseRunConfig, type RunConfig } from '@nabla/domain';
import { z } from 'zod';

import { TrainingProcess } from '../trainingProcess.ts';

type Api = 'none' | 'up' | 'slow' | 'down';
const APIS: readonly Api[] = ['none', 'up', 'slow', 'down'];
const DELAY_MS: Readonly<Record<Api, number>> = { none: 0, up: 0, slow: 2000, down: 0 };
/** Until compiled functions have settled. */
const SETTLING_STEPS = 8;
const NEVER_MS = 3_600_000;

function configOf(steps: number): RunConfig {
  const parsed = parseRunConfig({
    name: 'recording',
    xla: 'off',
    model: { kind: 'scratch', layers: 4, width: 128, heads: 4, feedForward: 512 },
    task: { kind: 'reverse_text', length: { min: 6, max: 6 } },
    policyGradient: { steps, promptsPerStep: 8, groupSize: 8, maxNewTokens: 24, advantage: 'group_mean' },
    checkpoint: { everySteps: 1_000_000 },
  });
  if (!parsed.ok) throw new Error(parsed.errors.map(({ message }) => message).join('; '));
  return parsed.config;
}

async function startStub(delayMs: number): Promise<{ child: ChildProcess; url: string }> {
  const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const entry = fileURLToPath(new URL('./stubApi.ts', import.meta.url));
  const child = fork(entry, [String(delayMs)], { execArgv: ['--import', loader] });
  const messages: unknown[] = await once(child, 'message');
  const { port } = z.object({ port: z.number() }).parse(messages[0]);
  return { child, url: `http://127.0.0.1:${port}` };
}

/** Milliseconds from each step to the next, after settling. */
async function stepTimes(api: Api, steps: number, folder: string): Promise<number[]> {
  const training = new TrainingProcess('auto');
  const stub = api === 'none' ? null : await startStub(DELAY_MS[api]);
  let channel: RunChannel | null = null;
  if (stub !== null) {
    const client = createClient({ url: stub.url, apiKey: 'bench' });
    const lease = await client.worker.claim({ workerId: 'bench', leaseSeconds: 60 });
    if (lease === null) throw new Error('the stub gave no lease');
    channel = await RunChannel.open({
      trainer: client.worker,
      runs: client.runs,
      lease,
      workerId: 'bench',
      spool: { root: path.join(folder, 'spool') },
      heartbeatMs: NEVER_MS,
    });
    if (api === 'down') stub.child.disconnect();
  }
  const arrivals: number[] = [];
  const outcome = await training.run(
    { config: configOf(steps), checkpointFolder: path.join(folder, 'checkpoints') },
    {
      started: () => undefined,
      async step(result) {
        arrivals.push(performance.now());
        await channel?.append(result);
      },
      checkpoint: () => undefined,
      log: () => undefined,
      waiting: () => undefined,
    },
  );
  if (outcome.kind !== 'finished') throw new Error(`training ended as ${JSON.stringify(outcome)}`);
  training.kill();
  await channel?.close();
  if (stub?.child.connected === true) stub.child.disconnect();
  return arrivals
    .slice(1)
    .map((time, index) => time - (arrivals[index] ?? NaN))
    .slice(SETTLING_STEPS);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

async function main(args: readonly string[]): Promise<void> {
  const numberOf = (name: string, usual: number) =>
    Number(args.find((arg) => arg.startsWith(`${name}=`))?.slice(name.length + 1) ?? usual);
  const times: Record<Api, number[]> = { none: [], up: [], slow: [], down: [] };
  for (let round = 0; round < numberOf('rounds', 3); round++)
    for (const api of APIS) {
      const folder = await mkdtemp(path.join(os.tmpdir(), 'nabla-recording-'));
      try {
        times[api].push(mean(await stepTimes(api, numberOf('steps', 60), folder)));
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    }
  // The fastest round of each: what other programs take of the machine only adds.
  const best = (api: Api) => Math.min(...times[api]);
  const figures = Object.fromEntries(
    APIS.map((api) => [
      api,
      {
        stepMs: Math.round(best(api) * 10) / 10,
        overheadPercent: Math.round((best(api) / best('none') - 1) * 1000) / 10,
      },
    ]),
  );
  console.log(JSON.stringify({ name: 'recording', figures }));
}

await main(process.argv.slice(2));
