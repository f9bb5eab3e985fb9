/** @file The message of a step that recorded completions. */
import { intArg, objectType } from 'nexus';
import { completionsOfStep } from './completion.service.ts';

export const CompletionsAdded = objectType({
  name: 'CompletionsAdded',
  definition(t) {
    t.nonNull.id('runId');
    t.nonNull.int('step');
    t.nonNull.list.nonNull.field('completions', {
      type: 'Completion',
      args: { first: intArg() },
      resolve: (event, { first }, ctx) => completionsOfStep(ctx, event, first ?? null),
    });
  },
});
