/** @file Small real runs, made through the API. */
import type { RunConfigInput } from '@nabla/domain';
import { z } from 'zod';
import { ask } from './graphql.ts';
import { until } from './until.ts';

const problems = z.array(z.object({ message: z.string() }));

/** A model so small that a step takes milliseconds on any backend. */
export function tinyConfig(name: string, steps: number, seed = 1): RunConfigInput {
  return {
    name,
    seed,
    model: { kind: 'scratch', layers: 1, width: 16, heads: 2, feedForward: 32 },
    task: { kind: 'sort_digits', length: { min: 2, max: 3 } },
    rewards: [
      { kind: 'exact_match', name: 'exact', weight: 1 },
      { kind: 'partial_credit', name: 'partial', weight: 0.5 },
    ],
    warmup: { steps: 5, batchSize: 8 },
    policyGradient: { steps, promptsPerStep: 2, groupSize: 4, maxNewTokens: 4 },
  };
}

export class Lab {
  readonly apiUrl: string;
  readonly key: string;

  /** @param key of a role that may make runs */
  constructor(apiUrl: string, key: string) {
    this.apiUrl = apiUrl;
    this.key = key;
  }

  async createProject(name: string): Promise<{ id: string; slug: string }> {
    const shape = z.object({
      createProject: z.object({
        project: z.object({ id: z.string(), slug: z.string() }).nullable(),
        errors: problems,
      }),
    });
    const query =
      'mutation ($input: CreateProjectInput!) { createProject(input: $input) { project { id slug } errors { message } } }';
    const { createProject } = await ask(this.apiUrl, this.key, shape, query, { input: { name } });
    return present(createProject.project, createProject.errors);
  }

  async createRun(projectId: string, config: RunConfigInput): Promise<string> {
    const shape = z.object({
      createRun: z.object({ run: z.object({ id: z.string() }).nullable(), errors: problems }),
    });
    const query =
      'mutation ($input: CreateRunInput!) { createRun(input: $input) { run { id } errors { message } } }';
    const { createRun } = await ask(this.apiUrl, this.key, shape, query, { input: { projectId, config } });
    return present(createRun.run, createRun.errors).id;
  }

  async cancelRun(id: string): Promise<void> {
    const shape = z.object({ cancelRun: z.object({ errors: problems }) });
    await ask(
      this.apiUrl,
      this.key,
      shape,
      'mutation ($id: ID!) { cancelRun(id: $id) { errors { message } } }',
      { id },
    );
  }

  async status(
    id: string,
  ): Promise<{ status: string; step: number; statusReason: string | null; rewards: number }> {
    const shape = z.object({
      run: z.object({
        status: z.string(),
        step: z.number(),
        statusReason: z.string().nullable(),
        metricSummaries: z.array(z.object({ count: z.coerce.number() })),
      }),
    });
    const query =
      '($id: ID!) { run(id: $id) { status step statusReason metricSummaries(names: ["reward/mean"]) { count } } }';
    const { run } = await ask(this.apiUrl, this.key, shape, `query ${query}`, { id });
    return {
      status: run.status,
      step: run.step,
      statusReason: run.statusReason,
      rewards: run.metricSummaries[0]?.count ?? 0,
    };
  }

  /** Waits for the end of a run that must end well. */
  async finished(id: string, limitMs = 180_000): Promise<void> {
    await until(`run ${id} has finished`, limitMs, async () => {
      const { status, statusReason } = await this.status(id);
      if (status === 'FAILED' || status === 'CANCELLED')
        throw new Error(`run ${id} is ${status}: ${statusReason ?? 'no reason given'}`);
      return status === 'FINISHED';
    });
  }
}

function present<Value>(value: Value | null, errors: { message: string }[]): Value {
  if (value === null) throw new Error(`the API refused: ${errors.map((error) => error.message).join('; ')}`);
  return value;
}
