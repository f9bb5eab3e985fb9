'use client';
import { metricDefinition } from '@nabla/domain';
import { memo, useMemo } from 'react';
import { MetricChart } from './MetricChart.tsx';
import { paletteColor } from './palette.ts';

/** One metric of one run. Drawn again only when its own points change. */
export const SingleMetricChart = memo(function SingleMetricChart({
  runId,
  name,
  title,
  height,
  slot = 0,
}: {
  readonly runId: string;
  readonly name: string;
  readonly title: string;
  readonly height: number;
  /** Which colour of the palette. */
  readonly slot?: number;
}) {
  const sources = useMemo(
    () => [{ runId, name, label: title, color: paletteColor(slot) }],
    [runId, name, title, slot],
  );
  const about = [name, metricDefinition(name)?.description].filter(Boolean).join(': ');
  return <MetricChart title={title} sources={sources} height={height} description={about} />;
});
