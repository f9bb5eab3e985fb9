/** @file What is given to create, find and sort runs. */
import { enumType, inputObjectType } from 'nexus';

export const RunOrderField = enumType({
  name: 'RunOrderField',
  members: ['CREATED_AT', 'NAME', 'STATUS', 'STEP', 'UPDATED_AT', 'METRIC_LAST'],
});

export const Direction = enumType({ name: 'Direction', members: ['ASC', 'DESC'] });

export const RunOrder = inputObjectType({
  name: 'RunOrder',
  description: '`metric` is needed with METRIC_LAST.',
  definition(t) {
    t.nonNull.field('field', { type: 'RunOrderField' });
    t.nonNull.field('direction', { type: 'Direction' });
    t.string('metric');
  },
});

export const RunFilter = inputObjectType({
  name: 'RunFilter',
  description: 'Conditions in one object are joined by and.',
  definition(t) {
    t.list.nonNull.field('and', { type: 'RunFilter' });
    t.list.nonNull.field('or', { type: 'RunFilter' });
    t.field('not', { type: 'RunFilter' });
    t.list.nonNull.id('ids');
    t.list.nonNull.field('status', { type: 'RunStatus' });
    t.string('text', { description: 'Part of the name, the note or a tag, in any case.' });
    t.list.nonNull.string('tags', { description: 'Runs that carry all of these.' });
    t.list.nonNull.id('ownerIds');
    t.list.nonNull.id('forkedFromIds', { description: 'Forks of any of these runs.' });
    t.boolean('archived');
    t.field('createdAfter', { type: 'DateTime' });
    t.field('createdBefore', { type: 'DateTime' });
    t.field('metric', { type: 'MetricCondition' });
    t.field('config', { type: 'ConfigCondition' });
  },
});

export const MetricAggregate = enumType({ name: 'MetricAggregate', members: ['LAST', 'MIN', 'MAX'] });

export const MetricCondition = inputObjectType({
  name: 'MetricCondition',
  definition(t) {
    t.nonNull.string('name');
    t.field('aggregate', { type: 'MetricAggregate' });
    t.float('gt');
    t.float('gte');
    t.float('lt');
    t.float('lte');
  },
});

export const ConfigCondition = inputObjectType({
  name: 'ConfigCondition',
  description: '`path` is dotted, for instance "policyGradient.groupSize"; `equals` is compared as JSON.',
  definition(t) {
    t.nonNull.string('path');
    t.field('equals', { type: 'JSON' });
    t.float('gt');
    t.float('lt');
  },
});

export const CreateRunInput = inputObjectType({
  name: 'CreateRunInput',
  description:
    'Give the configuration as JSON or as YAML. idempotencyKey: the same key gives the same run back. workerId: only this worker may claim it.',
  definition(t) {
    t.nonNull.id('projectId');
    t.string('name');
    t.field('config', { type: 'JSON' });
    t.string('yaml');
    t.list.nonNull.string('tags');
    t.string('note');
    t.id('clonedFromId');
    t.string('idempotencyKey');
    t.id('workerId');
  },
});

export const ForkRunInput = inputObjectType({
  name: 'ForkRunInput',
  description:
    'Name the checkpoint by checkpointId, or by the step of the run. Without config and yaml the fork has the configuration of its parent. The model must be of the same shape; everything else may differ. The other fields are as in CreateRunInput.',
  definition(t) {
    t.nonNull.id('runId');
    t.id('checkpointId');
    t.int('step');
    t.string('name');
    t.field('config', { type: 'JSON' });
    t.string('yaml');
    t.list.nonNull.string('tags');
    t.string('note');
    t.string('idempotencyKey');
    t.id('workerId');
  },
});
