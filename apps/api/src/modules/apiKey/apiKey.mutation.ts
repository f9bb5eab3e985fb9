/** @file Making and revoking API keys. */
import { extendType, idArg, nonNull } from 'nexus';
import { payload } from '../../errors.ts';
import { createApiKey, revokeApiKey } from './apiKey.service.ts';

export const apiKeyMutations = extendType({
  type: 'Mutation',
  definition(t) {
    t.nonNull.field('createApiKey', {
      type: 'ApiKeyPayload',
      args: { input: nonNull('CreateApiKeyInput') },
      resolve: (_, { input }, ctx) => payload(() => createApiKey(ctx, input)),
    });
    t.nonNull.field('revokeApiKey', {
      type: 'ApiKeyPayload',
      args: { id: nonNull(idArg()) },
      resolve: (_, { id }, ctx) => payload(() => revokeApiKey(ctx, id)),
    });
  },
});
