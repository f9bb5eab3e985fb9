/** @file Processes that claim and execute runs. */
import { inputObjectType, objectType } from 'nexus';
import { connectionTypes } from '../../relay/connectionTypes.ts';

/** A worker is online while it was heard of within this time: two of its idle polls and some slack. */
export const ONLINE_MS = 45_000;

export const Worker = objectType({
  name: 'Worker',
  definition(t) {
    t.implements('Node');
    t.nonNull.string('name');
    t.nonNull.string('backend');
    t.nonNull.string('host');
    t.nonNull.string('version');
    t.nonNull.string('device');
    t.nonNull.field('startedAt', { type: 'DateTime' });
    t.nonNull.field('lastSeenAt', { type: 'DateTime' });
    t.nonNull.boolean('online', {
      resolve: (worker) => Date.now() - worker.lastSeenAt.getTime() < ONLINE_MS,
    });
    t.field('currentRun', {
      type: 'Run',
      resolve: async (worker, _, ctx) => (await ctx.loaders.workerFigures.load(worker.id)).currentRun,
    });
    t.nonNull.int('runCount', {
      resolve: async (worker, _, ctx) => (await ctx.loaders.workerFigures.load(worker.id)).runCount,
    });
  },
});

export const WorkerConnectionTypes = connectionTypes(Worker);

export const WorkerPayload = objectType({
  name: 'WorkerPayload',
  definition(t) {
    t.implements('MutationPayload');
    t.field('worker', { type: 'Worker' });
  },
});

export const RegisterWorkerInput = inputObjectType({
  name: 'RegisterWorkerInput',
  description:
    'id: a stable identity that the worker keeps over restarts; runs it still holds from before go back to the queue.',
  definition(t) {
    t.nonNull.id('id');
    t.nonNull.string('name');
    t.nonNull.string('backend');
    t.nonNull.string('host');
    t.nonNull.string('version');
    t.nonNull.string('device');
  },
});
