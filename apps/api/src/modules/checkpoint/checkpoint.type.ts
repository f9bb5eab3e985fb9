/** @file Checkpoints: resumable states of a run. */
import { objectType } from 'nexus';
import { connectionTypes } from '../../relay/connectionTypes.ts';

export const Checkpoint = objectType({
  name: 'Checkpoint',
  definition(t) {
    t.implements('Node');
    t.nonNull.field('run', {
      type: 'Run',
      resolve: (checkpoint, _, ctx) => ctx.loaders.run.load(checkpoint.runId),
    });
    t.nonNull.int('step');
    t.nonNull.string('sha256');
    t.nonNull.field('bytes', { type: 'BigInt' });
    t.nonNull.field('createdAt', { type: 'DateTime' });
    t.field('deletedAt', { type: 'DateTime' });
    t.nonNull.field('metrics', { type: 'JSON' });
  },
});

export const CheckpointConnectionTypes = connectionTypes(Checkpoint);

export const CheckpointPayload = objectType({
  name: 'CheckpointPayload',
  definition(t) {
    t.implements('MutationPayload');
    t.field('checkpoint', { type: 'Checkpoint' });
  },
});
