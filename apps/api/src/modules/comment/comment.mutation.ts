/** @file Writing, changing and deleting comments. */
import { extendType, idArg, nonNull, stringArg } from 'nexus';
import { payload } from '../../errors.ts';
import { addComment, deleteComment, editComment } from './comment.service.ts';

export const commentMutations = extendType({
  type: 'Mutation',
  definition(t) {
    t.nonNull.field('addComment', {
      type: 'CommentPayload',
      args: { input: nonNull('AddCommentInput') },
      resolve: (_, { input }, ctx) => payload(() => addComment(ctx, input)),
    });
    t.nonNull.field('editComment', {
      type: 'CommentPayload',
      args: { id: nonNull(idArg()), body: nonNull(stringArg()) },
      resolve: (_, args, ctx) => payload(() => editComment(ctx, args)),
    });
    t.nonNull.field('deleteComment', {
      type: 'CommentPayload',
      args: { id: nonNull(idArg()) },
      resolve: (_, { id }, ctx) => payload(() => deleteComment(ctx, id)),
    });
  },
});
