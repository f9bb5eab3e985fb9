/** @file The protocol of trainers: register, claim, heartbeat, record, and let go. See docs/api.md. */
import { extendType, nonNull } from 'nexus';
import { payload } from '../../errors.ts';
import { recordCheckpoint } from '../checkpoint/checkpoint.service.ts';
import { registerWorker } from '../worker/worker.service.ts';
import { claim, endRun, keepLease } from './lease.service.ts';
import { recordSteps } from './recordSteps.service.ts';

export const trainerMutations = extendType({
  type: 'Mutation',
  definition(t) {
    t.nonNull.field('registerWorker', {
      type: 'WorkerPayload',
      args: { input: nonNull('RegisterWorkerInput') },
      resolve: (_, { input }, ctx) => payload(() => registerWorker(ctx, input)),
    });
    t.nonNull.field('claimRun', {
      type: 'ClaimPayload',
      args: { input: nonNull('ClaimRunInput') },
      resolve: (_, { input }, ctx) => payload(() => claim(ctx, input)),
    });
    t.nonNull.field('heartbeat', {
      type: 'HeartbeatPayload',
      args: { input: nonNull('HeartbeatInput') },
      resolve: (_, { input }, ctx) => payload(() => keepLease(ctx, input)),
    });
    t.nonNull.field('recordSteps', {
      type: 'RecordStepsPayload',
      args: { input: nonNull('RecordStepsInput') },
      resolve: (_, { input }, ctx) => payload(() => recordSteps(ctx, input)),
    });
    t.nonNull.field('recordCheckpoint', {
      type: 'CheckpointPayload',
      args: { input: nonNull('RecordCheckpointInput') },
      resolve: (_, { input }, ctx) => payload(() => recordCheckpoint(ctx, input)),
    });
    t.nonNull.field('releaseRun', {
      type: 'RunPayload',
      description: "The run's worker carried out a pause.",
      args: { input: nonNull('ReleaseRunInput') },
      resolve: (_, { input }, ctx) => payload(() => endRun(ctx, { ...input, outcome: 'RELEASED' })),
    });
    t.nonNull.field('finishRun', {
      type: 'RunPayload',
      args: { input: nonNull('FinishRunInput') },
      resolve: (_, { input }, ctx) => payload(() => endRun(ctx, { ...input, outcome: 'FINISHED' })),
    });
    t.nonNull.field('failRun', {
      type: 'RunPayload',
      args: { input: nonNull('FailRunInput') },
      resolve: (_, { input }, ctx) =>
        payload(() => endRun(ctx, { ...input, outcome: 'FAILED', reason: input.cause })),
    });
  },
});
