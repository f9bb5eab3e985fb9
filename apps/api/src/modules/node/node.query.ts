/** @file Anything by its global id. */
import { idArg, nonNull, queryField } from 'nexus';
import { findNode } from './node.service.ts';

export const node = queryField('node', {
  type: 'Node',
  args: { id: nonNull(idArg()) },
  resolve: (_, { id }, ctx) => findNode(ctx, id),
});
