/** @file Who is here. */
import { extendType } from 'nexus';
import { listMembers } from './member.service.ts';

export const memberQueries = extendType({
  type: 'Query',
  definition(t) {
    t.nonNull.list.nonNull.field('members', { type: 'Member', resolve: (_, __, ctx) => listMembers(ctx) });
  },
});
