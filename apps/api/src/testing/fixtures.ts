/** @file Short ways to what many tests of the API begin with: a project, a run, a claimed run, a recorded step. */
import type { TestApi } from './startTestApi.ts';

/** A configuration that validates, of 1,000,000 steps so that tests may record any step. */
export const testConfig = {
  name: 'test',
  task: { kind: 'addition' },
  rewards: [{ kind: 'exact_match', name: 'exact', weight: 1 }],
  policyGradient: { steps: 1_000_000 },
} as const;

interface Failure {
  code: string;
  message: string;
  path: string[];
}

const ERRORS = 'errors { code message path }';

/** Asks one mutation with an `input` and answers its payload. @throws when GraphQL itself failed. */
export async function mutate<Payload extends object>(
  api: TestApi,
  name: string,
  inputType: string,
  fields: string,
  input: object,
  key?: string,
): Promise<Payload & { errors: Failure[] }> {
  const query = `mutation($input: ${inputType}!) { ${name}(input: $input) { ${fields} ${ERRORS} } }`;
  const result = await api.gql<Record<string, Payload & { errors: Failure[] }>>(query, { input }, key);
  const payload = result.data?.[name];
  if (payload == null) throw new Error(`${name} failed: ${JSON.stringify(result.errors)}`);
  return payload;
}

/** Asks a query (or any operation) and answers its data. @throws when there are errors. */
export async function ask<Data>(
  api: TestApi,
  query: string,
  variables: Record<string, unknown> = {},
  key?: string,
): Promise<Data> {
  const result = await api.gql<Data>(query, variables, key);
  if (result.errors.length > 0 || result.data === null) throw new Error(JSON.stringify(result.errors));
  return result.data;
}

export async function makeProject(api: TestApi, name = 'Test'): Promise<{ id: string; slug: string }> {
  const { project } = await mutate<{ project: { id: string; slug: string } }>(
    api,
    'createProject',
    'CreateProjectInput',
    'project { id slug }',
    { name },
  );
  return project;
}

export async function makeRun(
  api: TestApi,
  projectId: string,
  more: object = {},
): Promise<{ id: string; number: number }> {
  const { run, errors } = await mutate<{ run: { id: string; number: number } }>(
    api,
    'createRun',
    'CreateRunInput',
    'run { id number }',
    { projectId, config: testConfig, ...more },
  );
  if (errors.length > 0) throw new Error(JSON.stringify(errors));
  return run;
}

export async function register(api: TestApi, id = 'wrk_test'): Promise<string> {
  const input = { id, name: id, backend: 'wasm', host: 'here', version: '1', device: 'cpu' };
  const { errors } = await mutate(api, 'registerWorker', 'RegisterWorkerInput', 'worker { id }', input);
  if (errors.length > 0) throw new Error(JSON.stringify(errors));
  return id;
}

export interface TestLease {
  token: string;
  attempt: number;
  expiresAt: string;
  run: { id: string; status: string };
  checkpoint: { id: string; step: number; sha256: string } | null;
}

/** Null when nothing waits. */
export async function claim(api: TestApi, workerId: string, more: object = {}): Promise<TestLease | null> {
  const fields = 'lease { token attempt expiresAt run { id status } checkpoint { id step sha256 } }';
  const { lease, errors } = await mutate<{ lease: TestLease | null }>(
    api,
    'claimRun',
    'ClaimRunInput',
    fields,
    {
      workerId,
      ...more,
    },
  );
  if (errors.length > 0) throw new Error(JSON.stringify(errors));
  return lease;
}

/** A run of its own project, claimed by a worker of its own. */
export async function makeClaimedRun(
  api: TestApi,
): Promise<{ runId: string; token: string; workerId: string; projectId: string }> {
  const project = await makeProject(api);
  const run = await makeRun(api, project.id);
  const workerId = await register(api, `wrk_of_${run.id}`);
  const lease = await claim(api, workerId, { runId: run.id });
  if (lease === null) throw new Error('the run could not be claimed');
  return { runId: run.id, token: lease.token, workerId, projectId: project.id };
}

const float32 = (values: number[]) => Buffer.from(Float32Array.from(values).buffer).toString('base64');
const int32 = (values: number[]) => Buffer.from(Int32Array.from(values).buffer).toString('base64');

export function completionInput(index: number, more: object = {}) {
  return {
    index,
    group: Math.floor(index / 4),
    promptText: `${index}+1=`,
    answer: String(index + 1),
    text: String(index + 1),
    tokenCount: 2,
    truncated: false,
    reward: index / 10,
    rewards: [{ name: 'exact', value: index / 10, weight: 1, version: '1' }],
    advantage: 0.5 - index / 10,
    signal: 0.5 - index / 10,
    kl: 0.01 * index,
    logp: -1.5,
    refLogp: -1.25,
    updatedLogp: -1.5 + index / 100,
    tokens: { tokenIds: int32([index, 1]), pieces: [String(index), ''], logp: float32([-0.5, -1]) },
    ...more,
  };
}

/** One step with its reward metric and `completions` completions. */
export function stepRecord(step: number, completions = 0, more: object = {}) {
  return {
    sequence: step,
    step,
    stage: 'POLICY_GRADIENT',
    time: '2026-01-02T03:04:05.678Z',
    metrics: [{ name: 'reward/mean', steps: [step], values: [step / 10] }],
    completions: Array.from({ length: completions }, (_, index) => completionInput(index)),
    ...more,
  };
}

export function record(api: TestApi, runId: string, leaseToken: string, records: object[], writer = 'test') {
  return mutate<{ acknowledged: number[]; duplicates: number }>(
    api,
    'recordSteps',
    'RecordStepsInput',
    'acknowledged duplicates',
    { runId, leaseToken, writer, records },
  );
}
