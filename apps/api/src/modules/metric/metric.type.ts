/** @file Metric series as columns, and their summaries. */
import { objectType } from 'nexus';

export const MetricSummary = objectType({
  name: 'MetricSummary',
  definition(t) {
    t.nonNull.string('name');
    t.float('last');
    t.float('min');
    t.float('max');
    t.nonNull.int('lastStep');
    t.nonNull.field('count', { type: 'BigInt' });
  },
});

export const MetricSeries = objectType({
  name: 'MetricSeries',
  description: 'One metric of one run as columns of equal length. Raw points have min = max = mean = last.',
  definition(t) {
    t.nonNull.id('runId');
    t.nonNull.string('name');
    t.nonNull.field('steps', { type: 'IntList' });
    t.nonNull.field('min', { type: 'FloatList' });
    t.nonNull.field('max', { type: 'FloatList' });
    t.nonNull.field('mean', { type: 'FloatList' });
    t.nonNull.field('last', { type: 'FloatList' });
    t.nonNull.boolean('bucketed');
    t.nonNull.field('pointCount', { type: 'BigInt' });
  },
});
