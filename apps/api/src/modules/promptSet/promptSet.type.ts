/** @file Prompt sets, their versions and prompts, and what a prompt file would become. */
import { inputObjectType, intArg, objectType, stringArg } from 'nexus';
import { connectionTypes } from '../../relay/connectionTypes.ts';

export const PromptSet = objectType({
  name: 'PromptSet',
  description: 'A named list of prompts; every upload makes a new version, old versions stay.',
  definition(t) {
    t.implements('Node');
    t.nonNull.field('project', {
      type: 'Project',
      resolve: (set, _, ctx) => ctx.loaders.project.load(set.projectId),
    });
    t.nonNull.string('name');
    t.nonNull.string('description');
    t.nonNull.field('latestVersion', {
      type: 'PromptSetVersion',
      resolve: async (set, _, ctx) => {
        const latest = (await ctx.loaders.promptSetVersions.load(set.id))[0];
        if (latest === undefined) throw new Error(`the prompt set ${set.id} has no version`);
        return latest;
      },
    });
    t.nonNull.list.nonNull.field('versions', {
      type: 'PromptSetVersion',
      description: 'Newest first.',
      resolve: (set, _, ctx) => ctx.loaders.promptSetVersions.load(set.id),
    });
    t.nonNull.field('createdAt', { type: 'DateTime' });
    t.field('createdBy', {
      type: 'User',
      resolve: (set, _, ctx) => (set.createdById === null ? null : ctx.loaders.user.load(set.createdById)),
    });
  },
});

export const PromptSetVersion = objectType({
  name: 'PromptSetVersion',
  definition(t) {
    t.implements('Node');
    t.nonNull.field('promptSet', {
      type: 'PromptSet',
      resolve: (version, _, ctx) => ctx.loaders.promptSet.load(version.promptSetId),
    });
    t.nonNull.int('version');
    t.nonNull.int('promptCount');
    t.nonNull.int('answeredCount');
    t.nonNull.string('sha256');
    t.nonNull.field('createdAt', { type: 'DateTime' });
    t.field('createdBy', {
      type: 'User',
      resolve: (version, _, ctx) =>
        version.createdById === null ? null : ctx.loaders.user.load(version.createdById),
    });
    t.nonNull.field('prompts', {
      type: 'PromptConnection',
      args: { first: intArg(), after: stringArg(), search: stringArg() },
      resolve: (version, args, ctx) => ctx.loaders.versionPrompts.load(version.id, args),
    });
  },
});

export const Prompt = objectType({
  name: 'Prompt',
  definition(t) {
    t.implements('Node');
    t.nonNull.int('index');
    t.nonNull.string('text');
    t.string('answer');
    t.field('metadata', { type: 'JSON' });
  },
});

export const PromptSetConnectionTypes = [connectionTypes(PromptSet), connectionTypes(Prompt)];

export const PromptFilePreview = objectType({
  name: 'PromptFilePreview',
  description: 'What a JSONL text would become, without storing it.',
  definition(t) {
    t.nonNull.int('promptCount');
    t.nonNull.int('answeredCount');
    t.nonNull.list.nonNull.field('prompts', { type: 'PromptDraft' });
    t.nonNull.int('longestPromptChars');
    t.nonNull.string('alphabet');
    t.nonNull.list.nonNull.field('errors', { type: 'PromptLineError' });
  },
});

export const PromptDraft = objectType({
  name: 'PromptDraft',
  definition(t) {
    t.nonNull.string('text');
    t.string('answer');
  },
});

export const PromptLineError = objectType({
  name: 'PromptLineError',
  definition(t) {
    t.nonNull.int('line');
    t.nonNull.string('message');
  },
});

export const PromptSetPayload = objectType({
  name: 'PromptSetPayload',
  definition(t) {
    t.implements('MutationPayload');
    t.field('promptSet', { type: 'PromptSet' });
    t.nonNull.list.nonNull.field('lineErrors', {
      type: 'PromptLineError',
      resolve: (payload) => payload.lineErrors ?? [],
    });
  },
});

export const CreatePromptSetInput = inputObjectType({
  name: 'CreatePromptSetInput',
  definition(t) {
    t.nonNull.id('projectId');
    t.nonNull.string('name');
    t.string('description');
    t.nonNull.string('jsonl');
  },
});

export const AddPromptSetVersionInput = inputObjectType({
  name: 'AddPromptSetVersionInput',
  definition(t) {
    t.nonNull.id('promptSetId');
    t.nonNull.string('jsonl');
  },
});
