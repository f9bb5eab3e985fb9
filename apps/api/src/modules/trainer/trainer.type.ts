/** @file What trainers get: leases and acknowledgements. */
import { objectType } from 'nexus';

export const Lease = objectType({
  name: 'Lease',
  definition(t) {
    t.nonNull.string('token');
    t.nonNull.field('run', { type: 'Run' });
    t.nonNull.int('attempt');
    t.nonNull.field('expiresAt', { type: 'DateTime' });
    t.nonNull.int('leaseSeconds');
    t.field('checkpoint', {
      type: 'Checkpoint',
      description: 'The latest of the run: it goes on from there.',
    });
    t.field('fork', {
      type: 'LeaseFork',
      description: 'Set for a fork without a checkpoint of its own: it begins with this one.',
    });
    t.field('prompts', {
      type: 'PromptSetVersion',
      resolve: (lease, _, ctx) =>
        lease.run.promptSetVersionId === null
          ? null
          : ctx.loaders.promptSetVersion.load(lease.run.promptSetVersionId),
    });
  },
});

export const LeaseFork = objectType({
  name: 'LeaseFork',
  description: 'The checkpoint that a fork begins with: GET /artifacts/<sha256>.',
  definition(t) {
    t.nonNull.id('runId');
    t.nonNull.int('step');
    t.nonNull.string('sha256');
    t.nonNull.field('bytes', { type: 'BigInt' });
  },
});

export const ClaimPayload = objectType({
  name: 'ClaimPayload',
  description: '`lease` is null with no errors when nothing waits.',
  definition(t) {
    t.implements('MutationPayload');
    t.field('lease', { type: 'Lease' });
  },
});

export const HeartbeatPayload = objectType({
  name: 'HeartbeatPayload',
  definition(t) {
    t.implements('MutationPayload');
    t.field('command', { type: 'RunCommand' });
    t.field('expiresAt', { type: 'DateTime' });
  },
});

export const RecordStepsPayload = objectType({
  name: 'RecordStepsPayload',
  description:
    '`acknowledged` lists the sequence numbers now durable (committed), those sent before included.',
  definition(t) {
    t.implements('MutationPayload');
    t.nonNull.field('acknowledged', { type: 'IntList', resolve: (payload) => payload.acknowledged ?? [] });
    t.nonNull.int('duplicates', { resolve: (payload) => payload.duplicates ?? 0 });
  },
});
