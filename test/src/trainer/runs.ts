/** @file Small runs for the tests of workers, and what they left in the store. */
import type { Client, RunInfo, Series } from '@nabla/client';
import type { RunConfigInput } from '@nabla/domain';

/** Trains in seconds on any machine; the numbers it learns do not matter here, only that they are always the same. */
export function tinyRun(steps: number, overrides: Partial<RunConfigInput> = {}): RunConfigInput {
  return {
    name: 'tiny',
    seed: 7,
    model: { kind: 'scratch', layers: 1, width: 32, heads: 2, feedForward: 64 },
    task: { kind: 'addition', digits: { min: 1, max: 1 } },
    rewards: [
      { kind: 'exact_match', name: 'exact' },
      { kind: 'partial_credit', name: 'partial', weight: 0.5 },
    ],
    warmup: { steps: 10, batchSize: 8 },
    policyGradient: {
      steps: steps - 10,
      promptsPerStep: 4,
      groupSize: 4,
      maxNewTokens: 4,
      kl: { beta: 0.01 },
    },
    checkpoint: { everySteps: 8, keepLast: 2 },
    ...overrides,
  };
}

export async function projectId(client: Client): Promise<string> {
  for await (const project of client.projects.list()) return project.id;
  return (await client.projects.create({ name: 'Workers' })).id;
}

/** SHA-256 of the last checkpoint, which holds every weight and moment: equal ones are equal to the last bit. */
export async function finalCheckpoint(client: Client, run: RunInfo): Promise<string> {
  for await (const checkpoint of client.runs.checkpoints(run.id))
    if (checkpoint.step === run.totalSteps) return checkpoint.sha256;
  throw new Error(`run ${run.id} has no checkpoint of its last step`);
}

/** What was learnt, step by step: everything that is no time or memory. */
export async function learningCurves(
  client: Client,
  runId: string,
): Promise<Pick<Series, 'name' | 'steps' | 'last'>[]> {
  const names = [
    'sft/loss',
    'reward/mean',
    'signal/std',
    'kl/ref_k1',
    'policy/loss',
    'policy/grad_norm',
    'policy/entropy',
  ];
  const series = await client.runs.series(runId, { names, maxPoints: 5000 });
  return series.map(({ name, steps, last }) => ({ name, steps, last }));
}

/** Every completion, as one line each, in order of step and index. */
export async function completionLines(client: Client, runId: string): Promise<string[]> {
  const lines: [number, number, string][] = [];
  for await (const { id: _id, ...completion } of client.runs.completions(runId, { pageSize: 200 }))
    lines.push([completion.step, completion.index, JSON.stringify(completion)]);
  return lines.sort((a, b) => a[0] - b[0] || a[1] - b[1]).map(([, , line]) => line);
}
