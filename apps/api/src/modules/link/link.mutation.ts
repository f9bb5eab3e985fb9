/** @file Inviting colleagues. */
import { extendType, idArg, nonNull } from 'nexus';
import { payload } from '../../errors.ts';
import { createInvite, revokeInvite } from './link.service.ts';

export const linkMutations = extendType({
  type: 'Mutation',
  definition(t) {
    t.nonNull.field('createInvite', {
      type: 'InvitePayload',
      args: { input: nonNull('CreateInviteInput') },
      resolve: (_, { input }, ctx) => payload(() => createInvite(ctx, input)),
    });
    t.nonNull.field('revokeInvite', {
      type: 'InvitePayload',
      args: { id: nonNull(idArg()) },
      resolve: (_, { id }, ctx) => payload(() => revokeInvite(ctx, id)),
    });
  },
});
