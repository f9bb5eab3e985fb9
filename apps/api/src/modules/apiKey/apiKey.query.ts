/** @file API keys. */
import { extendType } from 'nexus';
import { listApiKeys } from './apiKey.service.ts';

export const apiKeyQueries = extendType({
  type: 'Query',
  definition(t) {
    t.nonNull.list.nonNull.field('apiKeys', {
      type: 'ApiKey',
      description: "One's own; owners see everybody's.",
      resolve: (_, __, ctx) => listApiKeys(ctx),
    });
  },
});
