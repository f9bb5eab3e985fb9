/** @file People and their roles in the workspace. */
import { ROLES } from '@nabla/domain';
import { enumType, objectType } from 'nexus';

export const Role = enumType({ name: 'Role', members: [...ROLES] });

export const User = objectType({
  name: 'User',
  definition(t) {
    t.implements('Node');
    t.nonNull.string('name');
    t.string('email', {
      description: 'Seen by the person and by owners.',
      resolve: (user, _, ctx) =>
        ctx.actor?.userId === user.id || ctx.actor?.role === 'OWNER' ? user.email : null,
    });
    t.nonNull.field('createdAt', { type: 'DateTime' });
  },
});

export const Member = objectType({
  name: 'Member',
  definition(t) {
    t.nonNull.field('user', {
      type: 'User',
      resolve: (member, _, ctx) => ctx.loaders.user.load(member.userId),
    });
    t.nonNull.field('role', { type: 'Role' });
    t.nonNull.field('joinedAt', { type: 'DateTime' });
  },
});

export const MemberPayload = objectType({
  name: 'MemberPayload',
  definition(t) {
    t.implements('MutationPayload');
    t.field('member', { type: 'Member' });
  },
});
