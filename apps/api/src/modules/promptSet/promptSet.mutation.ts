/** @file Uploading prompt files. */
import { extendType, nonNull } from 'nexus';
import { payload } from '../../errors.ts';
import { addPromptSetVersion, createPromptSet } from './promptSet.service.ts';

export const promptSetMutations = extendType({
  type: 'Mutation',
  definition(t) {
    t.nonNull.field('createPromptSet', {
      type: 'PromptSetPayload',
      args: { input: nonNull('CreatePromptSetInput') },
      resolve: (_, { input }, ctx) => payload(() => createPromptSet(ctx, input)),
    });
    t.nonNull.field('addPromptSetVersion', {
      type: 'PromptSetPayload',
      args: { input: nonNull('AddPromptSetVersionInput') },
      resolve: (_, { input }, ctx) => payload(() => addPromptSetVersion(ctx, input)),
    });
  },
});
