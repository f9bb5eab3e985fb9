'use client';
import 'uplot/dist/uPlot.min.css';
import { useEffect, useMemo, useRef } from 'react';
import type { MetricUnit } from '@nabla/domain';
import uPlot from './uPlot.ts';
import { useCssColor } from '../../ui/useCssColor.ts';
import styles from './charts.module.css';
import type { CursorStore } from './cursorStore.ts';
import { type ChartLine, type Token, plotData } from './plotData.ts';
import { type PlotLook, type StepMark, plotOptions } from './plotOptions.ts';
import type { StepRange } from './seriesStore.ts';
import { shownSteps } from './stepRange.ts';

export interface LinePlotProps {
  readonly lines: readonly ChartLine[];
  readonly unit: MetricUnit;
  /** CSS pixels. */
  readonly height: number;
  readonly log: boolean;
  readonly smoothing: number;
  /** Steps shown; null for all. */
  readonly range: StepRange | null;
  readonly marks: readonly StepMark[];
  /** What the steps are, where that is not plain. */
  readonly axis: string | null;
  readonly emphasis: string | null;
  readonly cursor: CursorStore;
  readonly onZoom: (range: StepRange | null) => void;
  /** Told how many values a logarithmic axis cannot show. */
  readonly onHiddenByLog?: (count: number) => void;
}

/** Lines over steps on a canvas. Draws only; what it shows is told in text by its surroundings. */
export function LinePlot(props: LinePlotProps) {
  const { lines, unit, height, log, smoothing, range, marks, axis, emphasis, cursor } = props;
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const data = useMemo(() => plotData(lines, { smoothing, log }), [lines, smoothing, log]);
  const colorOf = useCachedColor();
  const latest = useRef({ props, data, colorOf });
  latest.current = { props, data, colorOf };

  // A plot is made anew only when what it consists of changes; points, colours and zoom go into the one that is there.
  const structure = [
    unit,
    log,
    axis,
    ...lines.map((line) => `${line.key}${line.dashed ? '~' : ''}`),
    ...data.columns.map(({ role }) => role),
  ].join('|');
  useEffect(() => {
    const element = host.current;
    if (!element) return undefined;
    const look = (): PlotLook => ({
      ...latest.current.props,
      columns: latest.current.data.columns,
      colorOf: latest.current.colorOf,
    });
    const options = plotOptions({ width: Math.max(element.clientWidth, 50), height }, look, {
      onHover: (step) => latest.current.props.cursor.set(step),
      onZoom: (zoomed) => latest.current.props.onZoom(zoomed && wholeSteps(zoomed)),
    });
    const made = new uPlot(options, latest.current.data.aligned, element);
    plot.current = made;
    applyRange(made, latest.current.props.range);
    const resized = new ResizeObserver(() =>
      made.setSize({ width: Math.max(element.clientWidth, 50), height }),
    );
    resized.observe(element);
    void document.fonts.ready.then(() => {
      if (plot.current === made) made.redraw(false, true);
    });
    return () => {
      resized.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [structure, height]);

  useEffect(() => {
    const made = plot.current;
    if (!made || made.data === data.aligned) return;
    made.batch(() => {
      made.setData(data.aligned, true);
      applyRange(made, range);
    });
  }, [data, range]);

  useEffect(() => {
    if (plot.current) applyRange(plot.current, range);
  }, [range]);

  useEffect(() => {
    plot.current?.redraw(false);
  }, [marks, emphasis, colorOf]);

  useEffect(
    () =>
      cursor.subscribe(() => {
        const made = plot.current;
        if (!made) return;
        const step = cursor.get();
        const left = step === null ? -10 : made.valToPos(step, 'x');
        if (Math.abs((made.cursor.left ?? -10) - left) > 0.5) made.setCursor({ left, top: 0 }, false);
      }),
    [cursor],
  );

  const { onHiddenByLog } = props;
  useEffect(() => onHiddenByLog?.(data.hiddenByLog), [data.hiddenByLog, onHiddenByLog]);

  return <div ref={host} className={styles.plot} style={{ height }} aria-hidden="true" />;
}

/** Drawing asks for the same few colours many times a frame; each costs a style computation, so they are kept until the theme changes. */
function useCachedColor(): (token: Token) => string {
  const read = useCssColor();
  return useMemo(() => {
    const known = new Map<Token, string>();
    return (token) => {
      const color = known.get(token) ?? read(token);
      known.set(token, color);
      return color;
    };
  }, [read]);
}

function applyRange(plot: uPlot, range: StepRange | null): void {
  const steps = plot.data[0] ?? [];
  const first = steps[0];
  const last = steps[steps.length - 1];
  if (first === undefined || last === undefined) return;
  const [min, max] = shownSteps(range, first, last);
  const { min: shownMin, max: shownMax } = plot.scales['x'] ?? {};
  if (shownMin !== min || shownMax !== max)
    plot.setScale('x', min === max ? { min: min - 1, max: max + 1 } : { min, max });
}

function wholeSteps([from, to]: readonly [number, number]): StepRange {
  const start = Math.max(0, Math.floor(from));
  return [start, Math.max(start + 1, Math.ceil(to))];
}
