/** @file What to judge next, and how far the judging is. */
import { extendType, idArg, list, nonNull } from 'nexus';
import { nextToReview, reviewProgress } from './review.queue.ts';

export const reviewQueries = extendType({
  type: 'Query',
  definition(t) {
    t.field('nextToReview', {
      type: 'Completion',
      description:
        'The next completion of the run that the viewer has not judged, in a fixed shuffled order; null when all are.',
      args: { runId: nonNull(idArg()), filter: 'CompletionFilter', excludeIds: list(nonNull(idArg())) },
      resolve: (_, args, ctx) => nextToReview(ctx, args),
    });
    t.nonNull.field('reviewProgress', {
      type: 'ReviewProgress',
      args: { runId: nonNull(idArg()), filter: 'CompletionFilter' },
      resolve: (_, args, ctx) => reviewProgress(ctx, args),
    });
  },
});
