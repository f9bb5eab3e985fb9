/** @file Who is asking. */
import { queryField } from 'nexus';

export const viewer = queryField('viewer', {
  type: 'Viewer',
  description: 'Null when nobody is signed in; the only field open to all.',
  resolve: (_, __, ctx) => ctx.actor,
});
