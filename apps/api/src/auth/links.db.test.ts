import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask, mutate } from '../testing/fixtures.ts';
import { sendGraphql, startTestApi, type TestApi } from '../testing/index.ts';
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
