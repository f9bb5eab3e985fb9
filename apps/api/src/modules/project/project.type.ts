/** @file Projects: what runs and prompt sets are grouped by. */
import { inputObjectType, intArg, objectType, stringArg } from 'nexus';
import { connectionTypes } from '../../relay/connectionTypes.ts';

export const Project = objectType({
  name: 'Project',
  definition(t) {
    t.implements('Node');
    t.nonNull.string('name');
    t.nonNull.string('slug');
    t.nonNull.string('description');
    t.nonNull.field('createdAt', { type: 'DateTime' });
    t.field('createdBy', {
      type: 'User',
      resolve: (project, _, ctx) =>
        project.createdById === null ? null : ctx.loaders.user.load(project.createdById),
    });
    t.nonNull.int('runCount', {
      resolve: async (project, _, ctx) => (await ctx.loaders.projectFigures.load(project.id)).runCount,
    });
    t.nonNull.int('activeRunCount', {
      resolve: async (project, _, ctx) => (await ctx.loaders.projectFigures.load(project.id)).activeRunCount,
    });
    t.nonNull.int('promptSetCount', {
      resolve: async (project, _, ctx) => (await ctx.loaders.projectFigures.load(project.id)).promptSetCount,
    });
    t.nonNull.field('lastActivityAt', {
      type: 'DateTime',
      resolve: async (project, _, ctx) =>
        (await ctx.loaders.projectFigures.load(project.id)).lastActivityAt ?? project.createdAt,
    });
    t.nonNull.field('runs', {
      type: 'RunConnection',
      args: {
        first: intArg(),
        after: stringArg(),
        last: intArg(),
        before: stringArg(),
        filter: 'RunFilter',
        orderBy: 'RunOrder',
      },
      resolve: (project, args, ctx) => ctx.loaders.projectRuns.load(project.id, args),
    });
    t.nonNull.field('promptSets', {
      type: 'PromptSetConnection',
      args: { first: intArg(), after: stringArg() },
      resolve: (project, args, ctx) => ctx.loaders.projectPromptSets.load(project.id, args),
    });
    t.nonNull.list.nonNull.string('tags', {
      description: 'Distinct tags used by runs of this project.',
      resolve: (project, _, ctx) => ctx.loaders.projectTags.load(project.id),
    });
  },
});

export const ProjectConnectionTypes = connectionTypes(Project);

export const ProjectPayload = objectType({
  name: 'ProjectPayload',
  definition(t) {
    t.implements('MutationPayload');
    t.field('project', { type: 'Project' });
  },
});

export const CreateProjectInput = inputObjectType({
  name: 'CreateProjectInput',
  definition(t) {
    t.nonNull.string('name');
    t.string('description');
  },
});

export const UpdateProjectInput = inputObjectType({
  name: 'UpdateProjectInput',
  definition(t) {
    t.nonNull.id('id');
    t.string('name');
    t.string('description');
  },
});
