/**
 * @file What recording costs a training run. The usual workload (`trainerBench.ts`) in a training process, as the worker runs it; every
 * other block of steps goes to the spool with all completions and tokens, while the API is up, slow (2 s per request), or down. Blocks
 * of one process are compared in pairs, because two processes differ by more than recording costs. Prints one JSON line.
 *
 * Run: tsx src/worker/bench/recordingBench.ts [pairs=12] [block=16] [xla=off]
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

const APIS = ['up', 'slow', 'down'] as const;
type Api = (typeof APIS)[number];
const SLOW_MS = 2000;
/** Until compiled functions have settled. */
const SETTLING_STEPS = 10;
/** Of a block, not counted: what the block before left behind ends in them. */
const FIRST_STEPS = 3;
const NEVER_MS = 3_600_000;
const PATIENCE_MS = 10_000;

interface Plan {
  readonly pairs: number;
  /** Steps of a block. */
  readonly block: number;
  readonly xla: 'on' | 'off';
}

interface Block {
  readonly recorded: boolean;
  /** From step to step, in ms. */
  readonly times: number[];
  /** Processor time of this process, which is the worker's, in ms. */
  cpuMs: number;
}

function configOf(steps: number, xla: Plan['xla']): RunConfig {
  const parsed = parseRunConfig({
    name: 'recording',
    xla,
    model: { kind: 'scratch', layers: 4, width: 128, heads: 4, feedForward: 512 },
    task: { kind: 'reverse_text', length: { min: 6, max: 6 } },
    policyGradient: { steps, promptsPerStep: 8, groupSize: 8, maxNewTokens: 24, advantage: 'group_mean' },
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

/** Blocks in the order plain, recorded, recorded, plain, …: a machine that gets slower or faster favours neither. */
function isRecorded(block: number): boolean {
  return block % 4 === 1 || block % 4 === 2;
}

async function measure(api: Api, { pairs, block: size, xla }: Plan, folder: string): Promise<Block[]> {
  const training = new TrainingProcess('auto');
  const stub = await startStub(api === 'slow' ? SLOW_MS : 0);
  const channel = await openChannel(stub.url, folder);
  if (api === 'down') {
    stub.child.disconnect();
    await once(stub.child, 'exit');
  }
  const blocks = Array.from({ length: 2 * pairs }, (_, index): Block => ({
    recorded: isRecorded(index),
    times: [],
    cpuMs: 0,
  }));
  let [last, cpu] = [NaN, process.cpuUsage()];
  const outcome = await training.run(
    {
      config: configOf(SETTLING_STEPS + 2 * pairs * size, xla),
      checkpointFolder: path.join(folder, 'checkpoints'),
    },
    {
      started: () => undefined,
      async step(result) {
        const now = performance.now();
        const place = result.step - 1 - SETTLING_STEPS;
        const block = blocks[Math.floor(place / size)];
        if (block !== undefined && place % size >= FIRST_STEPS) block.times.push(now - last);
        last = now;
        if (block?.recorded === true) await channel.append(result);
        if (block === undefined || place % size !== size - 1) return;
        // What a recorded block has left to send is sent before the next begins, and counts as its own processor time.
        if (block.recorded && api !== 'down') await channel.drained(AbortSignal.timeout(PATIENCE_MS));
        const used = process.cpuUsage(cpu);
        block.cpuMs = (used.user + used.system) / 1000;
        cpu = process.cpuUsage();
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
  return blocks;
}

interface ApiFigures {
  /** Median of the blocks that are not recorded. */
  readonly stepMs: number;
  /** Median over the pairs, and its standard error from the spread between them. */
  readonly overheadPercent: number;
  readonly overheadError: number;
  /** What the worker's process computes for a recorded step beyond one that is not, on a core of its own while one is free. */
  readonly workerCpuMsPerStep: number;
}

function figuresOf(blocks: readonly Block[], size: number): ApiFigures {
  const plain = blocks.filter(({ recorded }) => !recorded);
  const recorded = blocks.filter((block) => block.recorded);
  const overheads = plain.map(
    ({ times }, index) => (median(recorded[index]?.times ?? []) / median(times) - 1) * 100,
  );
  const middle = median(overheads);
  // Of a median: 1.25 standard deviations by √n; 1.48 median deviations are one, unmoved by a block that was disturbed.
  const deviation = 1.48 * median(overheads.map((value) => Math.abs(value - middle)));
  const cpu = (list: readonly Block[]) => median(list.map(({ cpuMs }) => cpuMs / size));
  return {
    stepMs: round(median(plain.flatMap(({ times }) => times)), 1),
    overheadPercent: round(middle, 2),
    overheadError: round((1.25 * deviation) / Math.sqrt(overheads.length), 2),
    workerCpuMsPerStep: round(cpu(recorded) - cpu(plain), 2),
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.floor(middle)] ?? NaN) + (sorted[Math.ceil(middle) - 1] ?? NaN)) / 2;
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

function planOf(args: readonly string[]): Plan {
  const given = (name: string) => args.find((arg) => arg.startsWith(`${name}=`))?.slice(name.length + 1);
  return z
    .object({
      pairs: z.coerce.number().int().min(2).default(12),
      block: z.coerce
        .number()
        .int()
        .min(FIRST_STEPS + 2)
        .default(16),
      xla: z.enum(['on', 'off']).default('off'),
    })
    .parse({ pairs: given('pairs'), block: given('block'), xla: given('xla') });
}

async function main(args: readonly string[]): Promise<void> {
  const plan = planOf(args);
  const figures: Partial<Record<Api, ApiFigures>> = {};
  for (const api of APIS) {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'nabla-recording-'));
    try {
      console.error(`API ${api}: ${2 * plan.pairs} blocks of ${plan.block} steps …`);
      figures[api] = figuresOf(await measure(api, plan, folder), plan.block);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  console.log(JSON.stringify({ name: 'recording', figures }));
}

await main(process.argv.slice(2));
