/** @file Invites, and what a link leads to. */
import { extendType, nonNull, stringArg } from 'nexus';
import { linkInfo, listInvites } from './link.service.ts';

export const linkQueries = extendType({
  type: 'Query',
  definition(t) {
    t.nonNull.list.nonNull.field('invites', { type: 'Invite', resolve: (_, __, ctx) => listInvites(ctx) });
    t.nonNull.field('linkInfo', {
      type: 'LinkInfo',
      description: 'What an invite or sign-in link leads to, without using it up; open to all.',
      args: { token: nonNull(stringArg()) },
      resolve: (_, { token }, ctx) => linkInfo(ctx, token),
    });
  },
});
