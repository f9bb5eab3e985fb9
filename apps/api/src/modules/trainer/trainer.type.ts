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
    t.field('checkpoint', { type: 'Checkpoint' });
    t.field('prompts', {
      type: 'PromptSetVersion',
      resolve: (lease, _, ctx) =>
        lease.run.promptSetVersionId === null
          ? null
          : ctx.loaders.promptSetVersion.load(lease.run.promptSetVersionId),
    });
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
