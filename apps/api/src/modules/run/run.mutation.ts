/** @file What a person does to runs. */
import { booleanArg, extendType, idArg, list, nonNull, stringArg } from 'nexus';
import { payload } from '../../errors.ts';
import { cancelRun, checkpointRun, pauseRun, resumeRun } from './run.command.ts';
import { createRun } from './run.create.ts';
import { forkRun } from './run.fork.ts';
import { archiveRun, renameRun, setRunNote, setRunTags } from './run.service.ts';

const id = nonNull(idArg());

export const runMutations = extendType({
  type: 'Mutation',
  definition(t) {
    t.nonNull.field('createRun', {
      type: 'RunPayload',
      args: { input: nonNull('CreateRunInput') },
      resolve: (_, { input }, ctx) => payload(() => createRun(ctx, input)),
    });
    t.nonNull.field('forkRun', {
      type: 'RunPayload',
      description: 'A new run that begins with a checkpoint of another one, in the same project.',
      args: { input: nonNull('ForkRunInput') },
      resolve: (_, { input }, ctx) => payload(() => forkRun(ctx, input)),
    });
    t.nonNull.field('renameRun', {
      type: 'RunPayload',
      args: { id, name: nonNull(stringArg()) },
      resolve: (_, args, ctx) => payload(() => renameRun(ctx, args)),
    });
    t.nonNull.field('setRunTags', {
      type: 'RunPayload',
      args: { id, tags: nonNull(list(nonNull(stringArg()))) },
      resolve: (_, args, ctx) => payload(() => setRunTags(ctx, args)),
    });
    t.nonNull.field('setRunNote', {
      type: 'RunPayload',
      args: { id, note: nonNull(stringArg()) },
      resolve: (_, args, ctx) => payload(() => setRunNote(ctx, args)),
    });
    t.nonNull.field('archiveRun', {
      type: 'RunPayload',
      args: { id, archived: nonNull(booleanArg()) },
      resolve: (_, args, ctx) => payload(() => archiveRun(ctx, args)),
    });
    t.nonNull.field('cancelRun', {
      type: 'RunPayload',
      args: { id },
      resolve: (_, args, ctx) => payload(() => cancelRun(ctx, args.id)),
    });
    t.nonNull.field('pauseRun', {
      type: 'RunPayload',
      args: { id },
      resolve: (_, args, ctx) => payload(() => pauseRun(ctx, args.id)),
    });
    t.nonNull.field('resumeRun', {
      type: 'RunPayload',
      args: { id },
      resolve: (_, args, ctx) => payload(() => resumeRun(ctx, args.id)),
    });
    t.nonNull.field('checkpointRun', {
      type: 'RunPayload',
      description:
        'Asks for a checkpoint now: CHECKPOINT is pending until the worker has recorded one of the step of the request or a later one.',
      args: { id },
      resolve: (_, args, ctx) => payload(() => checkpointRun(ctx, args.id)),
    });
  },
});
