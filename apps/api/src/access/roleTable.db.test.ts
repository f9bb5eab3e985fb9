/**
 * @file Every root field × every role. The expected table is written out here by hand, from what people are told each role
 * may do; it shares nothing with the rules that the server enforces.
 */
import { setTimeout } from 'node:timers/promises';
import { type DatabaseEvent, notify } from '@nabla/db';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sendGraphql, startTestApi, subscribe, type TestApi, type TestPerson } from '../testing/index.ts';
import { buildSchema } from '../schema.ts';

/** o: open to nobody too; V viewers and up; R reviewers and up; S researchers and up; W owners. */
const expected = {
  Query: {
    viewer: 'o',
    linkInfo: 'o',
    node: 'V',
    projects: 'V',
    project: 'V',
    run: 'V',
    runs: 'V',
    series: 'V',
    promptSet: 'V',
    previewPromptFile: 'S',
    validateConfig: 'V',
    completion: 'V',
    nextToReview: 'R',
    reviewProgress: 'V',
    workers: 'V',
    members: 'V',
    apiKeys: 'S',
    invites: 'W',
    presets: 'V',
  },
  Mutation: {
    signInWithLink: 'o',
    signOut: 'V',
    createSignInLink: 'V',
    updateProfile: 'R',
    createInvite: 'W',
    revokeInvite: 'W',
    changeRole: 'W',
    removeMember: 'W',
    createApiKey: 'S',
    revokeApiKey: 'S',
    createProject: 'S',
    updateProject: 'S',
    createPromptSet: 'S',
    addPromptSetVersion: 'S',
    createRun: 'S',
    forkRun: 'S',
    renameRun: 'S',
    setRunTags: 'S',
    setRunNote: 'S',
    archiveRun: 'S',
    cancelRun: 'S',
    pauseRun: 'S',
    resumeRun: 'S',
    checkpointRun: 'S',
    giveVerdict: 'R',
    addComment: 'R',
    editComment: 'R',
    deleteComment: 'R',
    registerWorker: 'S',
    claimRun: 'S',
    heartbeat: 'S',
    recordSteps: 'S',
    recordCheckpoint: 'S',
    releaseRun: 'S',
    finishRun: 'S',
    failRun: 'S',
  },
  Subscription: {
    runUpdated: 'V',
    metricPointsAdded: 'V',
    completionsAdded: 'V',
    verdictsAdded: 'V',
    commentsAdded: 'V',
    workerUpdated: 'V',
  },
} as const;

/** One valid request of each root field. Ids that do not exist are enough: who may ask is decided before. */
const requests = {
  Query: {
    viewer: 'viewer { role }',
    linkInfo: 'linkInfo(token: "none") { valid }',
    node: 'node(id: "run_none") { id }',
    projects: 'projects { totalCount }',
    project: 'project(slug: "none") { id }',
    run: 'run(id: "run_none") { id }',
    runs: 'runs { totalCount }',
    series: 'series(runIds: [], names: ["loss"]) { name }',
    promptSet: 'promptSet(id: "pst_none") { id }',
    previewPromptFile: 'previewPromptFile(jsonl: "{}") { promptCount }',
    validateConfig: 'validateConfig(yaml: "x: 1") { valid }',
    completion: 'completion(id: "cmp_none") { id }',
    nextToReview: 'nextToReview(runId: "$RUN") { id }',
    reviewProgress: 'reviewProgress(runId: "$RUN") { total }',
    workers: 'workers { totalCount }',
    members: 'members { role }',
    apiKeys: 'apiKeys { id }',
    invites: 'invites { id }',
    presets: 'presets { name }',
  },
  Mutation: {
    signInWithLink: 'signInWithLink(token: "none") { errors { code } }',
    signOut: 'signOut { errors { code } }',
    createSignInLink: 'createSignInLink { errors { code } }',
    updateProfile: 'updateProfile(name: "Somebody") { errors { code } }',
    createInvite: 'createInvite(input: { role: VIEWER }) { errors { code } }',
    revokeInvite: 'revokeInvite(id: "lnk_none") { errors { code } }',
    changeRole: 'changeRole(userId: "usr_none", role: VIEWER) { errors { code } }',
    removeMember: 'removeMember(userId: "usr_none") { errors { code } }',
    createApiKey: 'createApiKey(input: { name: "k", role: VIEWER }) { errors { code } }',
    revokeApiKey: 'revokeApiKey(id: "key_none") { errors { code } }',
    createProject: 'createProject(input: { name: "p" }) { errors { code } }',
    updateProject: 'updateProject(input: { id: "prj_none" }) { errors { code } }',
    createPromptSet:
      'createPromptSet(input: { projectId: "prj_none", name: "p", jsonl: "{}" }) { errors { code } }',
    addPromptSetVersion:
      'addPromptSetVersion(input: { promptSetId: "pst_none", jsonl: "{}" }) { errors { code } }',
    createRun: 'createRun(input: { projectId: "prj_none" }) { errors { code } }',
    forkRun: 'forkRun(input: { runId: "run_none", step: 1 }) { errors { code } }',
    renameRun: 'renameRun(id: "run_none", name: "n") { errors { code } }',
    setRunTags: 'setRunTags(id: "run_none", tags: []) { errors { code } }',
    setRunNote: 'setRunNote(id: "run_none", note: "") { errors { code } }',
    archiveRun: 'archiveRun(id: "run_none", archived: true) { errors { code } }',
    cancelRun: 'cancelRun(id: "run_none") { errors { code } }',
    pauseRun: 'pauseRun(id: "run_none") { errors { code } }',
    resumeRun: 'resumeRun(id: "run_none") { errors { code } }',
    checkpointRun: 'checkpointRun(id: "run_none") { errors { code } }',
    giveVerdict: 'giveVerdict(input: { completionId: "cmp_none", value: GOOD }) { errors { code } }',
    addComment: 'addComment(input: { subjectId: "run_none", body: "b" }) { errors { code } }',
    editComment: 'editComment(id: "com_none", body: "b") { errors { code } }',
    deleteComment: 'deleteComment(id: "com_none") { errors { code } }',
    registerWorker:
      'registerWorker(input: { id: "wrk_table", name: "n", backend: "b", host: "h", version: "1", device: "d" }) { errors { code } }',
    claimRun: 'claimRun(input: { workerId: "wrk_none" }) { errors { code } }',
    heartbeat: 'heartbeat(input: { leaseToken: "none" }) { errors { code } }',
    recordSteps:
      'recordSteps(input: { runId: "run_none", leaseToken: "none", writer: "w", records: [] }) { errors { code } }',
    recordCheckpoint:
      'recordCheckpoint(input: { runId: "run_none", leaseToken: "none", step: 0, sha256: "0", bytes: 0 }) { errors { code } }',
    releaseRun: 'releaseRun(input: { runId: "run_none", leaseToken: "none" }) { errors { code } }',
    finishRun: 'finishRun(input: { runId: "run_none", leaseToken: "none" }) { errors { code } }',
    failRun: 'failRun(input: { runId: "run_none", leaseToken: "none", cause: "c" }) { errors { code } }',
  },
  Subscription: {
    runUpdated: 'runUpdated { id }',
    metricPointsAdded: 'metricPointsAdded(runIds: ["$RUN"]) { name }',
    completionsAdded: 'completionsAdded(runId: "$RUN") { step }',
    verdictsAdded: 'verdictsAdded(runId: "$RUN") { author { id } }',
    commentsAdded: 'commentsAdded(subjectId: "$RUN") { id }',
    workerUpdated: 'workerUpdated { id }',
  },
} as const;

/** Anonymous, then roles from the lowest. The letter in the table is the first that may. */
const callers = ['nobody', 'VIEWER', 'REVIEWER', 'RESEARCHER', 'OWNER'] as const;
const firstAllowed = { o: 0, V: 1, R: 2, S: 3, W: 4 } as const;

let api: TestApi;
let runId: string;
const people = new Map<string, TestPerson>();

beforeAll(async () => {
  api = await startTestApi({ demo: true });
  runId = (await api.db.prisma.run.findFirstOrThrow()).id;
});
afterAll(() => api.close());

/** A fresh person each time: some requests sign out. */
async function headersOf(caller: (typeof callers)[number]): Promise<Record<string, string>> {
  if (caller === 'nobody') return {};
  const person = await api.addPerson(caller);
  people.set(caller, person);
  return { cookie: person.cookie, origin: api.publicUrl };
}

test('the table names every root field there is', () => {
  const schema = buildSchema();
  const fields = (type: { getFields: () => object } | null | undefined) =>
    Object.keys(type?.getFields() ?? {}).sort();
  expect(Object.keys(expected.Query).sort()).toEqual(fields(schema.getQueryType()));
  expect(Object.keys(expected.Mutation).sort()).toEqual(fields(schema.getMutationType()));
  expect(Object.keys(expected.Subscription).sort()).toEqual(fields(schema.getSubscriptionType()));
});

describe.each(['Query', 'Mutation'] as const)('%s', (kind) => {
  const table: Record<string, keyof typeof firstAllowed> = expected[kind];
  const texts: Record<string, string> = requests[kind];
  test.each(Object.entries(table))('%s: %s', async (field, letter) => {
    for (const [index, caller] of callers.entries()) {
      const query = `${kind.toLowerCase()} { ${texts[field]?.replace('$RUN', runId)} }`;
      const { data, errors, status } = await sendGraphql(api.graphqlUrl, { query }, await headersOf(caller));
      const codes = [
        ...errors.map((error) => error.extensions.code),
        ...errorsIn(data?.[field]).map((error) => error.code),
      ];
      const refused = codes.includes('UNAUTHENTICATED') || codes.includes('FORBIDDEN');
      expect({ caller, allowed: !refused, codes }).toMatchObject({ allowed: index >= firstAllowed[letter] });
      if (refused && caller === 'nobody')
        expect({ status, codes }).toEqual({ status: 401, codes: ['UNAUTHENTICATED'] });
      if (refused && caller !== 'nobody') expect(codes).toEqual(['FORBIDDEN']);
      // A bug must not pass for a refusal or for permission.
      expect(codes, field).not.toContain('INTERNAL');
    }
  });
});

describe('Subscription', () => {
  const texts: Record<string, string> = requests.Subscription;
  const table: Record<string, keyof typeof firstAllowed> = expected.Subscription;
  test.each(Object.entries(table))('%s: %s, nobody is not even connected', async (field, letter) => {
    const query = `subscription { ${texts[field]?.replace('$RUN', runId)} }`;
    for (const [index, caller] of callers.entries()) {
      const headers = await headersOf(caller);
      const subscription = await subscribe(api.wsUrl, query, { headers });
      if (caller === 'nobody') {
        expect(await subscription.ended).toMatchObject({ code: 4401 });
      } else if (index < firstAllowed[letter]) {
        expect((await subscription.ended).message).toContain('needs the role');
      } else {
        await expect(whileTold(subscription.next())).resolves.toHaveProperty(field);
      }
      await subscription.close();
    }
  });

  test('a field below a subscription has its own rule', async () => {
    const viewer = await api.addPerson('VIEWER');
    const query = `subscription { runUpdated(runId: "${runId}") { owner { email } status } }`;
    const subscription = await subscribe<{ runUpdated: { owner: { email: null } } }>(api.wsUrl, query, {
      key: viewer.key,
    });
    await api.gql('mutation($id: ID!) { setRunNote(id: $id, note: "changed") { errors { code } } }', {
      id: runId,
    });
    expect((await subscription.next()).runUpdated.owner.email).toBeNull();
    await subscription.close();
  });
});

describe('API keys', () => {
  test('a key does not do what only a person at a browser may', async () => {
    const owner = await api.addPerson('OWNER');
    for (const field of ['signOut', 'createSignInLink', 'createApiKey'] as const) {
      const result = await api.gql(`mutation { ${requests.Mutation[field]} }`, {}, owner.key);
      expect(errorsIn(result.data?.[field])).toMatchObject([{ code: 'FORBIDDEN' }]);
    }
  });

  test('a key never does more than its person may by now', async () => {
    const person = await api.addPerson('RESEARCHER');
    const where = { workspaceId_userId: { workspaceId: api.workspaceId, userId: person.userId } };
    await api.db.prisma.membership.update({ where, data: { role: 'VIEWER' } });
    const { data } = await api.gql('{ viewer { role } }', {}, person.key);
    expect(data).toEqual({ viewer: { role: 'VIEWER' } });
  });
});

function errorsIn(payload: unknown): { code: string }[] {
  if (typeof payload !== 'object' || payload === null) return [];
  const errors: unknown = Reflect.get(payload, 'errors');
  return Array.isArray(errors) ? errors : [];
}

/** Sends one event of each kind again and again until the message has come: when a subscription listens cannot be seen from outside. */
async function whileTold<T>(message: Promise<T>): Promise<T> {
  const { db, workspaceId, ownerId } = api;
  const { projectId } = await db.prisma.run.findUniqueOrThrow({ where: { id: runId } });
  const comment = { id: 'com_table', subject: 'RUN', runId, authorId: ownerId, body: 'hello' } as const;
  await db.prisma.comment.upsert({ where: { id: comment.id }, create: comment, update: {} });
  const told = { id: 'wrk_told', workspaceId, name: 'n', backend: 'b', host: 'h', version: '1', device: 'd' };
  await db.prisma.worker.upsert({ where: { id: told.id }, create: told, update: {} });
  const run = { runId, projectId, workspaceId };
  const points = { loss: { steps: [1], values: [0.5] } };
  const events: DatabaseEvent[] = [
    {
      type: 'record',
      ...run,
      minStep: 1,
      maxStep: 1,
      points,
      metrics: null,
      completionSteps: [1],
      evaluationSteps: [],
      logs: false,
    },
    { type: 'verdict', runId, step: 1, index: 0, verdictId: 'ver_none', authorId: ownerId, workspaceId },
    { type: 'comment', commentId: comment.id, subjectId: runId, workspaceId },
    { type: 'worker', workerId: told.id, workspaceId },
  ];
  let come = false;
  const done = message.finally(() => (come = true));
  while (!come) {
    for (const event of events) await notify(db.pool, event);
    await Promise.race([done, setTimeout(50)]);
  }
  return done;
}
