/** @file Judging. */
import { extendType, nonNull } from 'nexus';
import { payload } from '../../errors.ts';
import { giveVerdict } from './review.service.ts';

export const reviewMutations = extendType({
  type: 'Mutation',
  definition(t) {
    t.nonNull.field('giveVerdict', {
      type: 'VerdictPayload',
      args: { input: nonNull('GiveVerdictInput') },
      resolve: (_, { input }, ctx) => payload(() => giveVerdict(ctx, input)),
    });
  },
});
