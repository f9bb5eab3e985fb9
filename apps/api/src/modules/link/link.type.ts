/** @file One-time links: to sign in, and to invite a colleague. */
import { enumType, inputObjectType, objectType } from 'nexus';

export const LinkKind = enumType({ name: 'LinkKind', members: ['SIGN_IN', 'INVITE'] });

export const Invite = objectType({
  name: 'Invite',
  definition(t) {
    t.implements('Node');
    t.nonNull.field('role', { type: 'Role' });
    t.string('email');
    t.nonNull.field('createdBy', {
      type: 'User',
      resolve: (invite, _, ctx) => ctx.loaders.user.load(invite.createdById),
    });
    t.nonNull.field('createdAt', { type: 'DateTime' });
    t.nonNull.field('expiresAt', { type: 'DateTime' });
    t.field('acceptedAt', { type: 'DateTime', resolve: (invite) => invite.usedAt });
    t.field('acceptedBy', {
      type: 'User',
      resolve: (invite, _, ctx) => (invite.usedById === null ? null : ctx.loaders.user.load(invite.usedById)),
    });
    t.field('revokedAt', { type: 'DateTime' });
  },
});

export const LinkInfo = objectType({
  name: 'LinkInfo',
  definition(t) {
    t.field('kind', { type: 'LinkKind' });
    t.nonNull.boolean('valid');
    t.field('role', { type: 'Role' });
    t.string('workspaceName');
    t.string('invitedBy');
    t.string('reason');
  },
});

export const LinkPayload = objectType({
  name: 'LinkPayload',
  description: '`url` holds the token and is shown this once.',
  definition(t) {
    t.implements('MutationPayload');
    t.string('url');
    t.field('expiresAt', { type: 'DateTime' });
  },
});

export const InvitePayload = objectType({
  name: 'InvitePayload',
  definition(t) {
    t.implements('MutationPayload');
    t.field('invite', { type: 'Invite' });
    t.string('url');
  },
});

export const CreateInviteInput = inputObjectType({
  name: 'CreateInviteInput',
  definition(t) {
    t.nonNull.field('role', { type: 'Role' });
    t.string('email');
  },
});
