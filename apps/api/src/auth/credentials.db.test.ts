import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask, mutate } from '../testing/fixtures.ts';
import { sendGraphql, startTestApi, type TestApi } from '../testing/index.ts';

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
    expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST']);
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
