/** @file Making and renaming projects. */
import { extendType, nonNull } from 'nexus';
import { payload } from '../../errors.ts';
import { createProject, updateProject } from './project.service.ts';

export const projectMutations = extendType({
  type: 'Mutation',
  definition(t) {
    t.nonNull.field('createProject', {
      type: 'ProjectPayload',
      args: { input: nonNull('CreateProjectInput') },
      resolve: (_, { input }, ctx) => payload(() => createProject(ctx, input)),
    });
    t.nonNull.field('updateProject', {
      type: 'ProjectPayload',
      args: { input: nonNull('UpdateProjectInput') },
      resolve: (_, { input }, ctx) => payload(() => updateProject(ctx, input)),
    });
  },
});
