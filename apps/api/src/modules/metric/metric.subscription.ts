/** @file New points of metrics as they are recorded. */
import { readSeries, type RecordEvent } from '@nabla/db';
import { idArg, list, nonNull, subscriptionField } from 'nexus';
import type { Context } from '../../context.ts';
import { subscribeTo } from '../../realtime/subscribe.ts';
import type { MetricSeries } from '../../sources.ts';
import { requireRun } from '../node/find.ts';
import { bounded, METRIC_LIMITS } from './metric.args.ts';
import { rawSeries, toMetricSeries } from './metric.service.ts';

export const metricPointsAdded = subscriptionField('metricPointsAdded', {
  type: nonNull(list(nonNull('MetricSeries'))),
  description:
    'Only the new points since the last message. Subscribe first and read the series then, so that none falls between.',
  args: { runIds: nonNull(list(nonNull(idArg()))) },
  subscribe: (_, { runIds }, ctx) => subscribeToPoints(ctx, [...new Set(runIds)]),
  resolve: (added: Added, _, ctx) => seriesOf(ctx, added),
});

/** New points of one run that wait to be sent: the points themselves, or where to read them. */
interface Added {
  runId: string;
  /** By metric, a later value of a step in place of an earlier one; null when there are too many to hold. */
  points: Map<string, Map<number, number>> | null;
  pointCount: number;
  /** Metrics to read when `points` is null; null for all. */
  metrics: ReadonlySet<string> | null;
  minStep: number;
  maxStep: number;
}

/** Points held for a slow subscriber; beyond that they are read when their turn comes. */
const MAX_HELD_POINTS = 5_000;

async function subscribeToPoints(ctx: Context, runIds: string[]) {
  bounded(runIds.length, METRIC_LIMITS.runs, 'runIds');
  for (const runId of runIds) await requireRun(ctx, runId, ['runIds']);
  const wanted = new Set(runIds);
  return subscribeTo<Added>(ctx, {
    *items(event) {
      if (event.type !== 'record' || !wanted.has(event.runId)) return;
      const added = addedBy(event);
      if (added !== null) yield [event.runId, added];
    },
    merge: mergeAdded,
    async resync(since) {
      const found = await ctx.db.prisma.stepRecord.groupBy({
        by: ['runId'],
        where: { runId: { in: runIds }, receivedAt: { gte: since }, pointCount: { gt: 0 } },
        _min: { step: true },
        _max: { step: true },
      });
      return found.map(({ runId, _min, _max }) => {
        const range = { minStep: _min.step ?? 0, maxStep: _max.step ?? 0 };
        return [runId, { runId, points: null, pointCount: 0, metrics: null, ...range }] as const;
      });
    },
  });
}

function addedBy(event: RecordEvent): Added | null {
  const { runId, minStep, maxStep } = event;
  if (minStep === null || maxStep === null) return null;
  if (event.points === null) {
    const metrics = event.metrics === null ? null : new Set(event.metrics);
    return { runId, points: null, pointCount: 0, metrics, minStep, maxStep };
  }
  const points = new Map<string, Map<number, number>>();
  let pointCount = 0;
  for (const [metric, { steps, values }] of Object.entries(event.points)) {
    points.set(metric, new Map(steps.map((step, index) => [step, values[index] ?? NaN])));
    pointCount += steps.length;
  }
  return { runId, points, pointCount, metrics: null, minStep, maxStep };
}

function mergeAdded(waiting: Added, newer: Added): Added {
  const { runId } = newer;
  const range = {
    minStep: Math.min(waiting.minStep, newer.minStep),
    maxStep: Math.max(waiting.maxStep, newer.maxStep),
  };
  const pointCount = waiting.pointCount + newer.pointCount;
  if (waiting.points === null || newer.points === null || pointCount > MAX_HELD_POINTS) {
    const [a, b] = [metricsOf(waiting), metricsOf(newer)];
    return {
      runId,
      points: null,
      pointCount: 0,
      metrics: a === null || b === null ? null : new Set([...a, ...b]),
      ...range,
    };
  }
  const points = new Map(waiting.points);
  for (const [metric, values] of newer.points)
    points.set(metric, new Map([...(points.get(metric) ?? []), ...values]));
  return { runId, points, pointCount, metrics: null, ...range };
}

function metricsOf(added: Added): ReadonlySet<string> | null {
  return added.points === null ? added.metrics : new Set(added.points.keys());
}

async function seriesOf(ctx: Context, added: Added): Promise<MetricSeries[]> {
  const { runId, minStep, maxStep } = added;
  if (added.points !== null) {
    return [...added.points].map(([name, values]) => {
      const sorted = [...values].sort(([a], [b]) => a - b);
      return rawSeries(
        runId,
        name,
        sorted.map(([step]) => step),
        sorted.map(([, value]) => value),
      );
    });
  }
  const names = added.metrics ?? (await ctx.loaders.runMetricHeads.load(runId)).map((head) => head.name);
  const keys = [...names].slice(0, METRIC_LIMITS.series).map((metric) => ({ runId, metric }));
  const found = await readSeries(ctx.db.pool, keys, { minStep, maxStep, maxPoints: METRIC_LIMITS.maxPoints });
  return found.filter((series) => series.pointCount > 0).map(toMetricSeries);
}
