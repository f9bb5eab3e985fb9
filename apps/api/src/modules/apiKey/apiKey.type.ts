/** @file Keys for scripts and workers. */
import { inputObjectType, objectType } from 'nexus';

export const ApiKey = objectType({
  name: 'ApiKey',
  definition(t) {
    t.implements('Node');
    t.nonNull.string('name');
    t.nonNull.string('prefix');
    t.nonNull.field('role', { type: 'Role' });
    t.nonNull.field('createdBy', {
      type: 'User',
      resolve: (key, _, ctx) => ctx.loaders.user.load(key.createdById),
    });
    t.nonNull.field('createdAt', { type: 'DateTime' });
    t.field('lastUsedAt', { type: 'DateTime' });
    t.field('revokedAt', { type: 'DateTime' });
  },
});

export const ApiKeyPayload = objectType({
  name: 'ApiKeyPayload',
  description: '`secret` is shown this once; only its hash is stored.',
  definition(t) {
    t.implements('MutationPayload');
    t.field('apiKey', { type: 'ApiKey' });
    t.string('secret');
  },
});

export const CreateApiKeyInput = inputObjectType({
  name: 'CreateApiKeyInput',
  definition(t) {
    t.nonNull.string('name');
    t.nonNull.field('role', { type: 'Role' });
  },
});
