/** @file Roles of members. */
import { arg, extendType, idArg, nonNull } from 'nexus';
import { payload } from '../../errors.ts';
import { changeRole, removeMember } from './member.service.ts';

export const memberMutations = extendType({
  type: 'Mutation',
  definition(t) {
    t.nonNull.field('changeRole', {
      type: 'MemberPayload',
      args: { userId: nonNull(idArg()), role: nonNull(arg({ type: 'Role' })) },
      resolve: (_, args, ctx) => payload(() => changeRole(ctx, args)),
    });
    t.nonNull.field('removeMember', {
      type: 'MemberPayload',
      args: { userId: nonNull(idArg()) },
      resolve: (_, args, ctx) => payload(() => removeMember(ctx, args)),
    });
  },
});
