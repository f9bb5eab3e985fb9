import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask } from '../testing/fixtures.ts';
import { sendGraphql, startTestApi, subscribe, type TestApi } from '../testing/index.ts';

let api: TestApi;
let origin: { origin: string };
beforeAll(async () => {
  api = await startTestApi();
  origin = { origin: api.publicUrl };
});
afterAll(() => api.close());

const viewerOf = (headers: Record<string, string>) =>
  sendGraphql<{ viewer: { role: string } | null }>(api.graphqlUrl, { query: '{ viewer { role } }' }, headers);

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
