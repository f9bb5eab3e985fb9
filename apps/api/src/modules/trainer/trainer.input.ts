/** @file What trainers send. */
import { inputObjectType } from 'nexus';

export const ClaimRunInput = inputObjectType({
  name: 'ClaimRunInput',
  definition(t) {
    t.nonNull.id('workerId');
    t.id('runId');
    t.int('leaseSeconds', { description: '5 to 600; 30 when absent.' });
  },
});

export const HeartbeatInput = inputObjectType({
  name: 'HeartbeatInput',
  definition(t) {
    t.nonNull.string('leaseToken');
    t.int('step');
    t.string('statusReason', {
      description: 'Why the run waits, shown on the run; an empty text clears it.',
    });
  },
});

export const RecordStepsInput = inputObjectType({
  name: 'RecordStepsInput',
  definition(t) {
    t.nonNull.id('runId');
    t.nonNull.string('leaseToken');
    t.nonNull.string('writer');
    t.nonNull.list.nonNull.field('records', { type: 'StepRecordInput' });
  },
});

export const StepRecordInput = inputObjectType({
  name: 'StepRecordInput',
  description:
    'One step (or a part of one that was split by size: parts share step and differ in sequence). Duplicates are acknowledged and change nothing.',
  definition(t) {
    t.nonNull.int('sequence');
    t.nonNull.int('step');
    t.nonNull.field('stage', { type: 'RunStage' });
    t.nonNull.field('time', { type: 'DateTime' });
    t.nonNull.list.nonNull.field('metrics', { type: 'MetricPointsInput' });
    t.list.nonNull.field('completions', { type: 'CompletionInput' });
    t.list.nonNull.field('logs', { type: 'RunLogInput' });
  },
});

export const MetricPointsInput = inputObjectType({
  name: 'MetricPointsInput',
  description: 'Columns of equal length. Null values are not stored.',
  definition(t) {
    t.nonNull.string('name');
    t.nonNull.field('steps', { type: 'IntList' });
    t.nonNull.field('values', { type: 'FloatList' });
  },
});

export const RunLogInput = inputObjectType({
  name: 'RunLogInput',
  definition(t) {
    t.nonNull.field('time', { type: 'DateTime' });
    t.nonNull.field('level', { type: 'LogLevel' });
    t.nonNull.string('message');
    t.int('step');
  },
});

export const CompletionInput = inputObjectType({
  name: 'CompletionInput',
  definition(t) {
    t.nonNull.int('index', {
      description: 'Of the step: those of evaluation sets follow the ones trained on.',
    });
    t.string('evaluationSet', { description: 'The set it was sampled for; absent when it is trained on.' });
    t.nonNull.int('group');
    t.nonNull.string('promptText');
    t.string('answer');
    t.nonNull.string('text');
    t.nonNull.int('tokenCount');
    t.nonNull.boolean('truncated');
    t.float('reward');
    t.nonNull.list.nonNull.field('rewards', { type: 'RewardInput' });
    t.float('advantage');
    t.float('signal');
    t.float('kl');
    t.float('logp');
    t.float('refLogp');
    t.float('updatedLogp');
    t.field('tokens', { type: 'CompletionTokensInput' });
  },
});

export const RewardInput = inputObjectType({
  name: 'RewardInput',
  definition(t) {
    t.nonNull.string('name');
    t.float('value');
    t.float('used', {
      description: 'The value after clipping and normalising, which is what enters the sum.',
    });
    t.nonNull.float('weight');
    t.nonNull.string('version');
    t.string('error');
  },
});

export const CompletionTokensInput = inputObjectType({
  name: 'CompletionTokensInput',
  definition(t) {
    t.nonNull.field('tokenIds', { type: 'Int32Base64' });
    t.nonNull.list.nonNull.string('pieces');
    t.nonNull.field('logp', { type: 'Float32Base64' });
    t.field('refLogp', { type: 'Float32Base64' });
    t.field('updatedLogp', { type: 'Float32Base64' });
  },
});

export const RecordCheckpointInput = inputObjectType({
  name: 'RecordCheckpointInput',
  description: 'The artifact must have been uploaded before: PUT /artifacts/<sha256>.',
  definition(t) {
    t.nonNull.id('runId');
    t.nonNull.string('leaseToken');
    t.nonNull.int('step');
    t.nonNull.string('sha256');
    t.nonNull.field('bytes', { type: 'BigInt' });
    t.field('metrics', { type: 'JSON' });
  },
});

export const ReleaseRunInput = inputObjectType({
  name: 'ReleaseRunInput',
  definition(t) {
    t.nonNull.id('runId');
    t.nonNull.string('leaseToken');
    t.string('reason');
  },
});

export const FinishRunInput = inputObjectType({
  name: 'FinishRunInput',
  definition(t) {
    t.nonNull.id('runId');
    t.nonNull.string('leaseToken');
  },
});

export const FailRunInput = inputObjectType({
  name: 'FailRunInput',
  definition(t) {
    t.nonNull.id('runId');
    t.nonNull.string('leaseToken');
    t.nonNull.string('cause');
    t.int('step');
  },
});
