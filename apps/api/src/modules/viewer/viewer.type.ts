/** @file Who is asking, and the workspace asked. */
import { objectType } from 'nexus';
import { permissions } from '../../access/roles.ts';

export const Workspace = objectType({
  name: 'Workspace',
  definition(t) {
    t.nonNull.id('id');
    t.nonNull.string('name');
  },
});

export const Viewer = objectType({
  name: 'Viewer',
  description: 'Who is asking: a person signed in, or an API key acting with its role.',
  definition(t) {
    t.nonNull.field('user', {
      type: 'User',
      resolve: (actor, _, ctx) => ctx.loaders.user.load(actor.userId),
    });
    t.nonNull.field('role', { type: 'Role' });
    t.nonNull.field('workspace', {
      type: 'Workspace',
      resolve: (actor, _, ctx) => ctx.loaders.workspace.load(actor.workspaceId),
    });
    t.nonNull.list.nonNull.string('permissions', {
      description: 'Names of the mutations that the viewer may use.',
      resolve: (actor) => permissions(actor),
    });
  },
});

export const SignInPayload = objectType({
  name: 'SignInPayload',
  definition(t) {
    t.implements('MutationPayload');
    t.field('viewer', { type: 'Viewer' });
  },
});

export const SignOutPayload = objectType({
  name: 'SignOutPayload',
  definition(t) {
    t.implements('MutationPayload');
  },
});

export const UserPayload = objectType({
  name: 'UserPayload',
  definition(t) {
    t.implements('MutationPayload');
    t.field('user', { type: 'User' });
  },
});
