/** @file Prompt sets, and what a file would become. */
import { extendType, idArg, intArg, nonNull, stringArg } from 'nexus';
import { findPromptSet } from '../node/find.ts';
import { previewPromptFile } from './promptSet.service.ts';

export const promptSetQueries = extendType({
  type: 'Query',
  definition(t) {
    t.field('promptSet', {
      type: 'PromptSet',
      args: { id: nonNull(idArg()) },
      resolve: (_, { id }, ctx) => findPromptSet(ctx, id),
    });
    t.nonNull.field('previewPromptFile', {
      type: 'PromptFilePreview',
      args: { jsonl: nonNull(stringArg()), limit: intArg() },
      resolve: (_, args) => previewPromptFile(args),
    });
  },
});
