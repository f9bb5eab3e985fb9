/** @file Every example of docs/api.md is run as it stands. */
import { execFile, spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { parse, validate } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildSchema } from './schema.ts';
import { makeProject, makeRun } from './testing/fixtures.ts';
import { startTestApi, subscribe, type TestApi } from './testing/index.ts';

const text = await readFile(new URL('../../../docs/api.md', import.meta.url), 'utf8');
const blocks = (language: string) =>
  [...text.matchAll(new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``, 'g'))].map((match) => match[1] ?? '');

let api: TestApi;
beforeAll(async () => void (api = await startTestApi()));
afterAll(() => api.close());

test('the GraphQL examples, from the first to the last', async () => {
  const project = await makeProject(api);
  const { id: runId } = await makeRun(api, project.id);
  const yaml =
    'name: doc\ntask: { kind: addition }\nrewards: [{ kind: exact_match, name: exact, weight: 1 }]\npolicyGradient: { steps: 5 }\n';
  const variables: Record<string, unknown> = { projectId: project.id, yaml, runId, runIds: [runId], step: 1 };
  const schema = buildSchema();
  const examples = blocks('graphql');
  expect(examples.length).toBeGreaterThan(8);
  // Reading comes first on the page and last here, so that there is something to read.
  for (const query of [
    ...examples.filter((one) => !one.startsWith('query')),
    ...examples.filter((one) => one.startsWith('query')),
  ]) {
    const used = Object.fromEntries(
      [...query.matchAll(/\$(\w+): /g)].map(([, name = '']) => [name, variables[name]]),
    );
    expect(validate(schema, parse(query)), query).toEqual([]);
    if (query.startsWith('mutation Fork')) await storeCheckpoint(runId, 1);
    if (query.startsWith('subscription')) {
      const subscription = await subscribe(api.wsUrl, query, { key: api.workerKey, variables: used });
      await subscription.close();
      continue;
    }
    const { data, errors } = await api.gql<
      Record<string, { errors?: object[]; lease?: { token: string } | null }>
    >(query, used);
    expect(errors, query).toEqual([]);
    for (const payload of Object.values(data ?? {})) {
      expect(payload.errors ?? [], query).toEqual([]);
      if (payload.lease != null) variables['leaseToken'] = payload.lease.token;
    }
    if (query.startsWith('query BestRuns')) expect(data).toMatchObject({ runs: { totalCount: 1 } });
    if (query.startsWith('query StepOfRun'))
      expect(data).toMatchObject({ run: { completions: { nodes: [{ text: '2' }] } } });
    if (query.startsWith('mutation Record'))
      expect(data).toMatchObject({ recordSteps: { acknowledged: [0], duplicates: 0 } });
  }
});

/** What the trainer would have uploaded and recorded. */
async function storeCheckpoint(runId: string, step: number): Promise<void> {
  const sha256 = 'ab'.repeat(32);
  const { workspaceId } = api;
  await api.db.prisma.artifact.create({ data: { workspaceId, sha256, bytes: 3 } });
  await api.db.prisma.checkpoint.create({ data: { id: 'ckp_doc', runId, step, sha256, bytes: 3 } });
}

// A machine without curl (a slim container) has nothing to run it with.
test.skipIf(spawnSync('curl', ['--version']).error !== undefined)('the shell example', async () => {
  const [script = ''] = blocks('sh');
  const env = { ...process.env, NABLA_API_URL: api.url, NABLA_API_KEY: api.workerKey };
  const { stdout } = await promisify(execFile)('sh', ['-c', script], { env });
  expect(JSON.parse(stdout)).toEqual({ data: { viewer: { role: 'RESEARCHER', user: { name: 'Owner' } } } });
});
