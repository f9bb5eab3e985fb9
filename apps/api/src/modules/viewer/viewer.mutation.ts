/** @file Signing in and out, and one's own profile. */
import { extendType, nonNull, stringArg } from 'nexus';
import { payload } from '../../errors.ts';
import { createSignInLink, signInWithLink } from '../link/link.service.ts';
import { signOut, updateProfile } from './viewer.service.ts';

export const viewerMutations = extendType({
  type: 'Mutation',
  definition(t) {
    t.nonNull.field('signInWithLink', {
      type: 'SignInPayload',
      args: { token: nonNull(stringArg()), name: stringArg() },
      resolve: (_, args, ctx) => payload(() => signInWithLink(ctx, args)),
    });
    t.nonNull.field('signOut', {
      type: 'SignOutPayload',
      resolve: (_, __, ctx) => payload(() => signOut(ctx)),
    });
    t.nonNull.field('createSignInLink', {
      type: 'LinkPayload',
      description: 'For oneself, to sign in on another device.',
      resolve: (_, __, ctx) => payload(() => createSignInLink(ctx)),
    });
    t.nonNull.field('updateProfile', {
      type: 'UserPayload',
      args: { name: nonNull(stringArg()) },
      resolve: (_, args, ctx) => payload(() => updateProfile(ctx, args)),
    });
  },
});
