import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask, mutate } from '../testing/fixtures.ts';
import { sendGraphql, startTestApi, subscribe, type TestApi } from '../testing/index.ts';
import { newToken } from './tokens.ts';

let api: TestApi;
let origin: { origin: string };
beforeAll(async () => {
  api = await startTestApi();
  origin = { origin: api.publicUrl };
});
afterAll(() => api.close());

const signIn = (token: string, name?: string, headers: Record<string, string> = origin) =>
  sendGraphql<{
    signInWithLink: {
      viewer: { role: string; user: { id: string; name: string } } | null;
      errors: { code: string; message: string }[];
    };
  }>(
    api.graphqlUrl,
    {
      query:
        'mutation($token: String!, $name: String) { signInWithLink(token: $token, name: $name) { viewer { role user { id name } } errors { code message } } }',
      variables: { token, ...(name === undefined ? {} : { name }) },
    },
    headers,
  );
const cookieOf = (headers: Headers) => headers.get('set-cookie')?.split(';')[0] ?? '';
const tokenOf = (url: string) => new URL(url).searchParams.get('token') ?? '';
const viewerOf = (headers: Record<string, string>) =>
  sendGraphql<{ viewer: { role: string } | null }>(api.graphqlUrl, { query: '{ viewer { role } }' }, headers);

async function invite(role = 'REVIEWER', email?: string) {
  const owner = await api.addPerson('OWNER');
  const { invite: made, url } = await mutate<{ invite: { id: string }; url: string }>(
    api,
    'createInvite',
    'CreateInviteInput',
    'invite { id } url',
    { role, ...(email === undefined ? {} : { email }) },
    owner.key,
  );
  return { id: made.id, token: tokenOf(url), owner };
}

describe('links', () => {
  test('the first start prints a link that signs the owner in, once', async () => {
    expect(api.signInUrl).toMatch(/^http:\/\/localhost:3000\/sign-in\?token=/);
    const token = tokenOf(api.signInUrl);
    const first = await signIn(token);
    expect(first.data?.signInWithLink).toMatchObject({ viewer: { role: 'OWNER' }, errors: [] });
    const setCookie = first.headers.get('set-cookie') ?? '';
    expect(setCookie).toContain('HttpOnly');
    expect(setCookie).toContain('SameSite=Lax');
    expect((await viewerOf({ cookie: cookieOf(first.headers), ...origin })).data).toEqual({
      viewer: { role: 'OWNER' },
    });
    const second = await signIn(token);
    expect(second.data?.signInWithLink).toMatchObject({
      viewer: null,
      errors: [{ code: 'EXPIRED', message: expect.stringContaining('used already') }],
    });
    expect(second.headers.get('set-cookie')).toBeNull();
  });

  test('an invite makes a member of its role, who needs a name; it tells beforehand what it leads to', async () => {
    const { token } = await invite('REVIEWER', 'Ada@Example.org');
    const info = await ask<{ linkInfo: object }>(
      api,
      'query($t: String!) { linkInfo(token: $t) { kind valid role workspaceName invitedBy reason } }',
      { t: token },
    );
    expect(info.linkInfo).toEqual({
      kind: 'INVITE',
      valid: true,
      role: 'REVIEWER',
      workspaceName: 'Nabla',
      invitedBy: 'Test owner',
      reason: null,
    });
    expect((await signIn(token)).data?.signInWithLink.errors).toMatchObject([
      { code: 'INVALID_INPUT', message: expect.stringContaining('name') },
    ]);
    const signedIn = await signIn(token, 'Ada');
    expect(signedIn.data?.signInWithLink.viewer).toMatchObject({ role: 'REVIEWER', user: { name: 'Ada' } });
    expect(await api.db.prisma.user.findUnique({ where: { email: 'ada@example.org' } })).toMatchObject({
      name: 'Ada',
    });
  });

  test('an invite does not sign anybody in as a member there is', async () => {
    const email = 'member@example.org';
    const [one, two] = [await invite('VIEWER', email), await invite('OWNER', email)];
    await signIn(one.token, 'Member');
    expect((await signIn(two.token, 'Somebody else')).data?.signInWithLink).toMatchObject({
      viewer: null,
      errors: [{ code: 'CONFLICT' }],
    });
    const again = await mutate(
      api,
      'createInvite',
      'CreateInviteInput',
      'url',
      { role: 'VIEWER', email },
      two.owner.key,
    );
    expect(again.errors).toMatchObject([{ code: 'CONFLICT' }]);
  });

  test('of two uses at the same moment one succeeds', async () => {
    const { token } = await invite();
    const both = await Promise.all([signIn(token, 'One'), signIn(token, 'Two')]);
    expect(both.filter((result) => result.data?.signInWithLink.viewer != null)).toHaveLength(1);
  });

  test('a revoked one and one out of date say so', async () => {
    const revoked = await invite();
    await ask(
      api,
      'mutation($id: ID!) { revokeInvite(id: $id) { errors { code } } }',
      { id: revoked.id },
      revoked.owner.key,
    );
    expect((await signIn(revoked.token, 'N')).data?.signInWithLink.errors).toMatchObject([
      { code: 'EXPIRED', message: expect.stringContaining('withdrawn') },
    ]);
    const old = await invite();
    await api.db.prisma.loginLink.update({ where: { id: old.id }, data: { expiresAt: new Date(0) } });
    expect((await signIn(old.token, 'N')).data?.signInWithLink.errors).toMatchObject([
      { code: 'EXPIRED', message: expect.stringContaining('out of date') },
    ]);
    const info = await ask<{ linkInfo: object }>(
      api,
      'query($t: String!) { linkInfo(token: $t) { valid reason } }',
      { t: old.token },
    );
    expect(info.linkInfo).toEqual({ valid: false, reason: expect.stringContaining('out of date') });
  });

  test('a person makes a link for another device', async () => {
    const person = await api.addPerson('VIEWER', 'Two devices');
    const made = await sendGraphql<{ createSignInLink: { url: string } }>(
      api.graphqlUrl,
      { query: 'mutation { createSignInLink { url errors { code } } }' },
      { cookie: person.cookie, ...origin },
    );
    const result = await signIn(tokenOf(made.data?.createSignInLink.url ?? ''));
    expect(result.data?.signInWithLink.viewer?.user.id).toBe(person.userId);
  });

  test('guessing is stopped by address, and real links of others go on working elsewhere', async () => {
    const from = { ...origin, 'x-forwarded-for': '203.0.113.7' };
    for (let i = 0; i < 20; i++) {
      expect((await signIn(newToken(), 'x', from)).data?.signInWithLink.errors).toMatchObject([
        { code: 'NOT_FOUND' },
      ]);
    }
    const stopped = await signIn(newToken(), 'x', from);
    expect(stopped).toMatchObject({ status: 429, errors: [{ extensions: { code: 'RATE_LIMITED' } }] });
    expect((await signIn((await invite()).token, 'Elsewhere')).data?.signInWithLink.viewer).not.toBeNull();
  });
});

describe('sessions', () => {
  test('a cookie is good only from our own page', async () => {
    const { cookie } = await api.addPerson('OWNER');
    for (const headers of [
      { cookie },
      { cookie, origin: 'https://evil.example' },
      { cookie, origin: 'null' },
    ] as const) {
      const refused = await viewerOf({ ...headers });
      expect(refused).toMatchObject({ status: 403, errors: [{ extensions: { code: 'FORBIDDEN' } }] });
    }
    expect(await viewerOf({ cookie, ...origin })).toMatchObject({
      status: 200,
      data: { viewer: { role: 'OWNER' } },
    });
  });

  test('a foreign page cannot sign a browser in either', async () => {
    const { token } = await invite();
    expect(await signIn(token, 'x', { origin: 'https://evil.example' })).toMatchObject({ status: 403 });
  });

  test('a body that a form could send is refused', async () => {
    const { cookie } = await api.addPerson('OWNER');
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
    ]) {
      const result = await sendGraphql(
        api.graphqlUrl,
        { query: '{ viewer { role } }' },
        { cookie, ...origin, 'content-type': type },
      );
      expect(result).toMatchObject({ status: 415, errors: [{ extensions: { code: 'UNSUPPORTED' } }] });
    }
    const get = await fetch(`${api.graphqlUrl}?query=%7Bviewer%7Brole%7D%7D`, {
      headers: { cookie, ...origin },
    });
    expect(get.status).toBe(415);
  });

  test('signing out ends the session and takes the cookie back', async () => {
    const { cookie } = await api.addPerson('VIEWER');
    const out = await sendGraphql(
      api.graphqlUrl,
      { query: 'mutation { signOut { errors { code } } }' },
      { cookie, ...origin },
    );
    expect(out.headers.get('set-cookie')).toContain('Max-Age=0');
    expect((await viewerOf({ cookie, ...origin })).data).toEqual({ viewer: null });
  });

  test('a session out of date is nobody; one in use lives on', async () => {
    const person = await api.addPerson('VIEWER');
    const where = { userId: person.userId };
    const soon = new Date(Date.now() + 60_000);
    await api.db.prisma.session.updateMany({ where, data: { expiresAt: soon } });
    const renewed = await viewerOf({ cookie: person.cookie, ...origin });
    expect(cookieOf(renewed.headers)).toBe(person.cookie);
    const { expiresAt } = await api.db.prisma.session.findFirstOrThrow({ where });
    // Thirty days from now, of which the test took less than one.
    expect(expiresAt.getTime()).toBeGreaterThan(Date.now() + 29 * 24 * 3_600_000);
    await api.db.prisma.session.updateMany({ where, data: { expiresAt: new Date(0) } });
    expect((await viewerOf({ cookie: person.cookie, ...origin })).data).toEqual({ viewer: null });
  });
});

describe('API keys', () => {
  test('a key is shown once, kept as a hash, works, and is revoked for good', async () => {
    const person = await api.addPerson('RESEARCHER');
    const headers = { cookie: person.cookie, ...origin };
    const made = await sendGraphql<{
      createApiKey: { secret: string; apiKey: { id: string; prefix: string } };
    }>(
      api.graphqlUrl,
      {
        query:
          'mutation { createApiKey(input: { name: "script", role: VIEWER }) { secret apiKey { id prefix } errors { code } } }',
      },
      headers,
    );
    const { secret = '', apiKey } = made.data?.createApiKey ?? {};
    expect(secret).toMatch(/^nbl_[\w-]{43}$/);
    expect(secret.startsWith(apiKey?.prefix ?? 'missing')).toBe(true);
    expect(
      JSON.stringify(await api.db.prisma.apiKey.findUniqueOrThrow({ where: { id: apiKey?.id ?? '' } })),
    ).not.toContain(secret);
    expect((await viewerOf({ authorization: `Bearer ${secret}` })).data).toEqual({
      viewer: { role: 'VIEWER' },
    });
    await sendGraphql(
      api.graphqlUrl,
      { query: `mutation { revokeApiKey(id: "${apiKey?.id}") { errors { code } } }` },
      headers,
    );
    expect(await viewerOf({ authorization: `Bearer ${secret}` })).toMatchObject({
      status: 401,
      errors: [{ message: expect.stringContaining('revoked'), extensions: { code: 'UNAUTHENTICATED' } }],
    });
  });

  test('nobody makes a key stronger than itself, or sees or revokes those of others, except owners', async () => {
    const [one, two, owner] = [
      await api.addPerson('RESEARCHER'),
      await api.addPerson('RESEARCHER'),
      await api.addPerson('OWNER'),
    ];
    const strong = await sendGraphql<{ createApiKey: object }>(
      api.graphqlUrl,
      {
        query:
          'mutation { createApiKey(input: { name: "k", role: OWNER }) { secret errors { code message } } }',
      },
      { cookie: one.cookie, ...origin },
    );
    expect(strong.data?.createApiKey).toMatchObject({ secret: null, errors: [{ code: 'FORBIDDEN' }] });
    const { id } = await api.db.prisma.apiKey.findFirstOrThrow({ where: { createdById: two.userId } });
    const revoke = 'mutation($id: ID!) { revokeApiKey(id: $id) { apiKey { id } errors { code } } }';
    expect(await ask(api, revoke, { id }, one.key)).toEqual({
      revokeApiKey: { apiKey: null, errors: [{ code: 'NOT_FOUND' }] },
    });
    const seen = await ask<{ apiKeys: { createdBy: { id: string } }[] }>(
      api,
      '{ apiKeys { createdBy { id } } }',
      {},
      one.key,
    );
    expect(new Set(seen.apiKeys.map((key) => key.createdBy.id))).toEqual(new Set([one.userId]));
    expect(await ask(api, '{ node(id: "' + id + '") { id } }', {}, one.key)).toEqual({ node: null });
    expect(await ask(api, revoke, { id }, owner.key)).toMatchObject({ revokeApiKey: { errors: [] } });
  });

  test.each(['nbl_wrong', 'Basic abc', 'Bearer other_key', `Bearer nbl_${'x'.repeat(10_000)}`])(
    '%#: a key that is none',
    async (authorization) => {
      expect(await viewerOf({ authorization })).toMatchObject({
        status: 401,
        errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
      });
    },
  );
});

describe('members', () => {
  const change = (userId: string, role: string, key: string) =>
    ask<{ changeRole: { member: { role: string } | null; errors: { code: string }[] } }>(
      api,
      'mutation($u: ID!, $r: Role!) { changeRole(userId: $u, role: $r) { member { role } errors { code message } } }',
      { u: userId, r: role },
      key,
    ).then((data) => data.changeRole);

  test('the last owner can be neither demoted nor removed, not even by two at once', async () => {
    const own = await startTestApi();
    try {
      const [one, two] = [await own.addPerson('OWNER'), await own.addPerson('OWNER')];
      const demote = (by: string, userId: string) =>
        ask<{ changeRole: { errors: { code: string }[] } }>(
          own,
          'mutation($u: ID!) { changeRole(userId: $u, role: VIEWER) { errors { code } } }',
          { u: userId },
          by,
        );
      await demote(one.key, own.ownerId);
      const results = await Promise.all([demote(one.key, two.userId), demote(two.key, one.userId)]);
      expect(results.flatMap((result) => result.changeRole.errors.map((error) => error.code))).toEqual(
        // Whoever comes second either is no owner any more or is the last one.
        [expect.stringMatching(/INVALID_STATE|FORBIDDEN/)],
      );
      expect(await own.db.prisma.membership.count({ where: { role: 'OWNER' } })).toBe(1);
    } finally {
      await own.close();
    }
  });

  test('whoever is removed is out at once: sessions, keys, open sockets', async () => {
    const owner = await api.addPerson('OWNER');
    const person = await api.addPerson('RESEARCHER');
    const socket = await subscribe(api.wsUrl, 'subscription { runUpdated { id } }', {
      headers: { cookie: person.cookie, ...origin },
    });
    await ask(
      api,
      'mutation($u: ID!) { removeMember(userId: $u) { errors { code } } }',
      { u: person.userId },
      owner.key,
    );
    expect(await socket.ended).toMatchObject({ code: 4401 });
    await socket.close();
    expect((await viewerOf({ cookie: person.cookie, ...origin })).data).toEqual({ viewer: null });
    expect(await viewerOf({ authorization: `Bearer ${person.key}` })).toMatchObject({ status: 401 });
  });

  test('a role that changes ends open sockets and counts for the next request', async () => {
    const owner = await api.addPerson('OWNER');
    const person = await api.addPerson('RESEARCHER');
    const socket = await subscribe(api.wsUrl, 'subscription { runUpdated { id } }', { key: person.key });
    expect(await change(person.userId, 'VIEWER', owner.key)).toEqual({
      member: { role: 'VIEWER' },
      errors: [],
    });
    expect(await socket.ended).toMatchObject({ code: 4403 });
    await socket.close();
    expect((await viewerOf({ authorization: `Bearer ${person.key}` })).data).toEqual({
      viewer: { role: 'VIEWER' },
    });
  });

  test('e-mail addresses are for their person and for owners', async () => {
    const [person, owner] = [await api.addPerson('RESEARCHER'), await api.addPerson('OWNER')];
    await api.db.prisma.user.update({ where: { id: owner.userId }, data: { email: 'boss@example.org' } });
    const query = 'query($id: ID!) { node(id: $id) { ... on User { email } } }';
    expect(await ask(api, query, { id: owner.userId }, person.key)).toEqual({ node: { email: null } });
    expect(await ask(api, query, { id: owner.userId }, owner.key)).toEqual({
      node: { email: 'boss@example.org' },
    });
  });
});

describe('workspaces', () => {
  test('nothing of another workspace is seen or touched, by any way', async () => {
    const { prisma } = api.db;
    await prisma.workspace.create({ data: { id: 'wsp_other', name: 'Other' } });
    await prisma.user.create({
      data: {
        id: 'usr_other',
        name: 'Other',
        memberships: { create: { workspaceId: 'wsp_other', role: 'OWNER' } },
      },
    });
    await prisma.project.create({
      data: { id: 'prj_other', workspaceId: 'wsp_other', name: 'Other', slug: 'other' },
    });
    const runId = `run_${'0'.repeat(26)}`;
    await prisma.run.create({
      data: {
        id: runId,
        workspaceId: 'wsp_other',
        projectId: 'prj_other',
        number: 1,
        name: 'secret',
        totalSteps: 1,
        config: {},
        configHash: '',
        configYaml: '',
      },
    });
    await prisma.completion.create({
      data: {
        runId,
        step: 1,
        index: 0,
        group: 0,
        promptText: 'secret',
        text: 'secret',
        tokenCount: 1,
        truncated: false,
      },
    });
    await prisma.comment.create({
      data: { id: 'com_other', subject: 'RUN', runId, authorId: 'usr_other', body: 'secret' },
    });
    const owner = await api.addPerson('OWNER');
    const answers = await ask<Record<string, unknown>>(
      api,
      `query($run: ID!, $completion: ID!) { run(id: $run) { name } completion(id: $completion) { text } project(slug: "other") { name }
        a: node(id: $run) { id } b: node(id: $completion) { id } c: node(id: "com_other") { id } d: node(id: "prj_other") { id } e: node(id: "usr_other") { id }
        runs(filter: { ids: [$run] }) { totalCount nodes { name } } }`,
      { run: runId, completion: `cmp_${runId}_1_0` },
      owner.key,
    );
    expect(answers).toEqual({
      run: null,
      completion: null,
      project: null,
      a: null,
      b: null,
      c: null,
      d: null,
      e: null,
      runs: { totalCount: 0, nodes: [] },
    });
    const writes = await ask<Record<string, { errors: { code: string }[] }>>(
      api,
      `mutation($run: ID!, $completion: ID!) { a: renameRun(id: $run, name: "x") { errors { code } } b: cancelRun(id: $run) { errors { code } }
        c: giveVerdict(input: { completionId: $completion, value: GOOD }) { errors { code } } d: addComment(input: { subjectId: $run, body: "x" }) { errors { code } }
        e: editComment(id: "com_other", body: "x") { errors { code } } f: createRun(input: { projectId: "prj_other", yaml: "x" }) { errors { code } }
        g: changeRole(userId: "usr_other", role: VIEWER) { errors { code } } h: updateProject(input: { id: "prj_other", name: "x" }) { errors { code } } }`,
      { run: runId, completion: `cmp_${runId}_1_0` },
      owner.key,
    );
    expect(new Set(Object.values(writes).map((payload) => payload.errors[0]?.code))).toEqual(
      new Set(['NOT_FOUND']),
    );
    const series = await api.gql(
      'query($r: ID!) { series(runIds: [$r], names: ["loss"]) { name } }',
      { r: runId },
      owner.key,
    );
    expect(series.errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);
    const socket = await subscribe(
      api.wsUrl,
      'subscription($r: ID!) { completionsAdded(runId: $r) { step } }',
      { key: owner.key, variables: { r: runId } },
    );
    expect(await socket.ended).toMatchObject({ message: expect.stringContaining('no run') });
    await socket.close();
  });
});
