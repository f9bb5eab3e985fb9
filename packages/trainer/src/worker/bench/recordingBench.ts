/**
 * @file What recording costs a training run. The usual workload (`trainerBench.ts`) in a training process, as the worker runs it; every
 * other step goes to the spool with all completions and tokens, while the API is up, slow (2 s per request), or down. A step is recorded
 * while the next one is computed, so neighbours are compared: they share the machine's moods, which are larger than what is sought.
 * Prints one JSON line.
 *
 * Run: tsx src/worker/bench/recordingBench.ts [pairs=200] [xla=off]
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

import { median, round } from '../../bench/statistics.ts';
import { TrainingProcess } from '../trainingProcess.ts';

const APIS = ['up', 'slow', 'down'] as const;
type Api = (typeof APIS)[number];
const SLOW_MS = 2000;
/** Until compiled functions have settled. */
const SETTLING_STEPS = 10;
const NEVER_MS = 3_600_000;

interface Plan {
  /** Of steps: while one of them is computed, the step before it is recorded. */
  readonly pairs: number;
  readonly xla: 'on' | 'off';
}

interface Step {
  /** Whether the step before it was recorded during this one. */
  readonly besideRecording: boolean;
  /** From the step before to this one. */
  readonly ms: number;
  /** Processor time of this process, which is the worker's, in ms. */
  readonly cpuMs: number;
}

function configOf(steps: number, xla: Plan['xla']): RunConfig {
  const parsed = parseRunConfig({
    name: 'recording',
    xla,
    model: { kind: 'scratch', layers: 4, width: 128, heads: 4, feedForward: 512 },
    task: { kind: 'reverse_text', length: { min: 6, max: 6 } },
    policyGradient: {
      steps,
      promptsPerStep: 8,
      groupSize: 8,
      maxNewTokens: 24,
      advantage: 'group_mean',
      // A policy that learns writes shorter completions from step to step, and then steps differ by more than recording costs.
      optimizer: { learningRate: 1e-9 },
    },
    record: { completionsEverySteps: 1 },
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

async function openChannel(url: string, folder: string): Promise<RunChannel> {
  const client = createClient({ url, apiKey: 'bench' });
  const lease = await client.worker.claim({ workerId: 'bench', leaseSeconds: 60 });
  if (lease === null) throw new Error('the stub gave no lease');
  return RunChannel.open({
    trainer: client.worker,
    runs: client.runs,
    lease,
    workerId: 'bench',
    spool: { root: path.join(folder, 'spool') },
    heartbeatMs: NEVER_MS,
  });
}

/** In the order plain, recorded, recorded, plain, …: a machine that gets slower or faster favours neither. */
function isRecorded(step: number): boolean {
  return step % 4 === 1 || step % 4 === 2;
}

/** The steps after settling, in order. */
async function measure(api: Api, { pairs, xla }: Plan, folder: string): Promise<Step[]> {
  const training = new TrainingProcess('auto');
  const stub = await startStub(api === 'slow' ? SLOW_MS : 0);
  const channel = await openChannel(stub.url, folder);
  if (api === 'down') {
    stub.child.disconnect();
    await once(stub.child, 'exit');
  }
  const steps: Step[] = [];
  let before = { recorded: false, at: NaN, cpu: process.cpuUsage() };
  const config = configOf(SETTLING_STEPS + 2 * pairs, xla);
  const outcome = await training.run(
    { config, checkpointFolder: path.join(folder, 'checkpoints') },
    {
      started: () => undefined,
      async step(result) {
        const [now, used] = [performance.now(), process.cpuUsage(before.cpu)];
        const cpuMs = (used.user + used.system) / 1000;
        if (result.step > SETTLING_STEPS)
          steps.push({ besideRecording: before.recorded, ms: now - before.at, cpuMs });
        before = { recorded: isRecorded(result.step), at: now, cpu: process.cpuUsage() };
        if (before.recorded) await channel.append(result);
      },
      checkpoint: () => undefined,
      log: () => undefined,
      waiting: () => undefined,
    },
  );
  if (outcome.kind !== 'finished') throw new Error(`training ended as ${JSON.stringify(outcome)}`);
  await training.close();
  await channel.close();
  if (stub.child.connected) stub.child.disconnect();
  return steps;
}

interface ApiFigures {
  /** Median of the steps beside which nothing is recorded. */
  readonly stepMs: number;
  /** Median over the pairs, and its standard error from the spread between them. */
  readonly overheadPercent: number;
  readonly overheadError: number;
  /** What the worker's process computes for a recorded step, in all its threads and whenever it does. */
  readonly workerCpuMsPerStep: number;
  /** The same as a share of what all cores can compute in the time of a step. */
  readonly workerCpuPercent: number;
}

function figuresOf(steps: readonly Step[]): ApiFigures {
  const plain = steps.filter(({ besideRecording }) => !besideRecording);
  const beside = steps.filter(({ besideRecording }) => besideRecording);
  const stepMs = median(plain.map(({ ms }) => ms));
  const overheads = plain.flatMap(({ ms }, pair) => {
    const other = beside[pair];
    return other === undefined ? [] : [((other.ms - ms) / stepMs) * 100];
  });
  const middle = median(overheads);
  // Of a median: 1.25 standard deviations by √n; 1.48 median deviations are one, unmoved by a step that was disturbed.
  const deviation = 1.48 * median(overheads.map((value) => Math.abs(value - middle)));
  // What a slow API is sent later, during steps of either kind, counts too: from the whole is taken what a step without recording costs.
  const all = steps.reduce((sum, { cpuMs }) => sum + cpuMs, 0);
  const cpuMs = (all - steps.length * median(plain.map((step) => step.cpuMs))) / beside.length;
  return {
    stepMs: round(stepMs, 1),
    overheadPercent: round(middle, 2),
    overheadError: round((1.25 * deviation) / Math.sqrt(overheads.length), 2),
    workerCpuMsPerStep: round(cpuMs, 2),
    workerCpuPercent: round((cpuMs / (stepMs * os.availableParallelism())) * 100, 2),
  };
}

function planOf(args: readonly string[]): Plan {
  const given = (name: string) => args.find((arg) => arg.startsWith(`${name}=`))?.slice(name.length + 1);
  return z
    .object({ pairs: z.coerce.number().int().min(2).default(200), xla: z.enum(['on', 'off']).default('off') })
    .parse({ pairs: given('pairs'), xla: given('xla') });
}

async function main(args: readonly string[]): Promise<void> {
  const plan = planOf(args);
  const figures: Partial<Record<Api, ApiFigures>> = {};
  for (const api of APIS) {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'nabla-recording-'));
    try {
      console.error(`API ${api}: ${2 * plan.pairs} steps …`);
      figures[api] = figuresOf(await measure(api, plan, folder));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  console.log(JSON.stringify({ name: 'recording', figures }));
}

await main(process.argv.slice(2));
