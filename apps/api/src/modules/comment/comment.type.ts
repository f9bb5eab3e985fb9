/** @file Remarks on runs and completions. */
import { inputObjectType, objectType, unionType } from 'nexus';
import { connectionTypes } from '../../relay/connectionTypes.ts';

export const CommentSubject = unionType({
  name: 'CommentSubject',
  definition(t) {
    t.members('Run', 'Completion');
  },
});

export const Comment = objectType({
  name: 'Comment',
  definition(t) {
    t.implements('Node');
    t.nonNull.field('subject', {
      type: 'CommentSubject',
      resolve: async (comment, _, ctx) => {
        if (comment.step === null || comment.index === null) {
          return { __typename: 'Run' as const, ...(await ctx.loaders.run.load(comment.runId)) };
        }
        const key = { runId: comment.runId, step: comment.step, index: comment.index };
        return { __typename: 'Completion' as const, ...(await ctx.loaders.completion.load(key)) };
      },
    });
    t.nonNull.field('author', {
      type: 'User',
      resolve: (comment, _, ctx) => ctx.loaders.user.load(comment.authorId),
    });
    t.nonNull.string('body');
    t.nonNull.field('createdAt', { type: 'DateTime' });
    t.field('editedAt', { type: 'DateTime' });
    t.nonNull.boolean('deleted', {
      description: 'A deleted comment keeps its place and loses its body.',
      resolve: (comment) => comment.deletedAt !== null,
    });
  },
});

export const CommentConnectionTypes = connectionTypes(Comment);

export const CommentPayload = objectType({
  name: 'CommentPayload',
  definition(t) {
    t.implements('MutationPayload');
    t.field('comment', { type: 'Comment' });
  },
});

export const AddCommentInput = inputObjectType({
  name: 'AddCommentInput',
  definition(t) {
    t.nonNull.id('subjectId');
    t.nonNull.string('body');
  },
});
