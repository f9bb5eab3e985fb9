/** @file One completion. */
import { idArg, nonNull, queryField } from 'nexus';
import { findCompletion } from '../node/find.ts';

export const completion = queryField('completion', {
  type: 'Completion',
  args: { id: nonNull(idArg()) },
  resolve: (_, { id }, ctx) => findCompletion(ctx, id),
});
