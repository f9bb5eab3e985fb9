'use client';
/** @file One titled chart: its lines, what they are worth at the pointer, and the same as a table. */
import { metricDefinition } from '@nabla/domain';
import { Info, Table2 } from 'lucide-react';
import {
  type KeyboardEvent,
  type ReactNode,
  memo,
  useEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react';
import { IconButton } from '../../ui/Button.tsx';
import { cx } from '../../ui/cx.ts';
import { Skeleton } from '../../ui/Skeleton.tsx';
import { Tooltip } from '../../ui/Tooltip.tsx';
import { useStable } from '../../ui/useStable.ts';
import { ChartLegend } from './ChartLegend.tsx';
import { ChartTable } from './ChartTable.tsx';
import { useCharts, useSeries } from './ChartsProvider.tsx';
import styles from './charts.module.css';
import { formatMetric, unitOf } from './formatMetric.ts';
import { LinePlot } from './LinePlot.tsx';
import type { ChartLine, Token } from './plotData.ts';
import { figuresOf, nearestIndex, shiftColumns } from './seriesColumns.ts';

export interface LineSource {
  readonly runId: string;
  readonly name: string;
  readonly label: string;
  readonly color: Token;
  readonly dashed?: boolean;
}

/** @param sources one line each; all of one unit, that of the first. */
export const MetricChart = memo(function MetricChart({
  title,
  sources: given,
  height = 168,
  description,
  emphasis = null,
  action,
}: {
  readonly title: string;
  readonly sources: readonly LineSource[];
  readonly height?: number;
  /** What is shown; the catalogue's words when left out. */
  readonly description?: string | undefined;
  readonly emphasis?: string | null;
  readonly action?: ReactNode;
}) {
  const { store, cursor, range, setRange, smoothing, marks, alignment } = useCharts();
  const sources = useStable(
    given,
    given.map((source) => `${source.runId} ${source.name} ${source.label} ${source.color}`).join('|'),
  );
  const [host, near] = useNearViewport();
  const states = useSeries(sources, near);
  const [log, setLog] = useState(false);
  const [asTable, setAsTable] = useState(false);
  const [hiddenByLog, setHiddenByLog] = useState(0);
  const [pointed, setPointed] = useState<string | null>(null);
  const first = sources[0];
  const metric = first?.name ?? title;
  const unit = unitOf(metric);
  const lines = useMemo(
    () =>
      sources.map((source, index): ChartLine => ({
        key: `${source.runId} ${source.name}`,
        label: source.label,
        color: source.color,
        dashed: source.dashed ?? false,
        columns: shiftColumns(
          states[index]?.fine ?? states[index]?.whole ?? EMPTY,
          alignment?.shifts.get(source.runId) ?? 0,
        ),
      })),
    [sources, states, alignment],
  );
  const present = useMemo(() => lines.filter((line) => line.columns.steps.length > 0), [lines]);
  const loading = states.length === 0 || states.some((state) => state.status === 'loading');
  const error = states.find((state) => state.error !== null)?.error ?? null;
  const about = description ?? metricDefinition(metric)?.description;

  return (
    <figure ref={host} className={styles.chart} aria-label={title}>
      <figcaption className={styles.head}>
        <span className={styles.title}>{title}</span>
        {about && (
          <Tooltip content={about}>
            <button type="button" className={styles.info} aria-label={`What is ${title}? ${about}`}>
              <Info size={13} aria-hidden />
            </button>
          </Tooltip>
        )}
        {sources.length === 1 && present[0] && (
          <ChartLegend lines={present} metric={metric} inline onPoint={setPointed} />
        )}
        {sources.length > 1 && <PointedStep />}
        <span className={styles.tools}>
          {action}
          <IconButton label="Log scale" size="sm" aria-pressed={log} onClick={() => setLog(!log)}>
            <span className={styles.logMark} aria-hidden>
              log
            </span>
          </IconButton>
          <IconButton
            label="Show as a table"
            size="sm"
            aria-pressed={asTable}
            onClick={() => setAsTable(!asTable)}
          >
            <Table2 size={14} aria-hidden />
          </IconButton>
        </span>
      </figcaption>
      {sources.length > 1 && <ChartLegend lines={present} metric={metric} onPoint={setPointed} />}
      <div className={cx(styles.body, asTable && styles.bodyTable)} style={asTable ? undefined : { height }}>
        {asTable ? (
          <ChartTable
            lines={present}
            metric={metric}
            title={title}
            axis={alignment?.axis ?? null}
            range={range}
          />
        ) : present.length > 0 ? (
          <Readable lines={present} metric={metric} title={title}>
            <LinePlot
              lines={present}
              unit={unit}
              height={height}
              log={log}
              smoothing={smoothing}
              range={range}
              marks={marks}
              axis={alignment?.axis ?? null}
              emphasis={pointed ?? emphasis}
              cursor={cursor}
              onZoom={setRange}
              onHiddenByLog={setHiddenByLog}
            />
          </Readable>
        ) : loading ? (
          <Skeleton height="100%" />
        ) : error ? null : (
          <p className={styles.nothing}>No values</p>
        )}
      </div>
      {error && (
        <p className={styles.problem} role="alert">
          {present.length > 0 ? 'Not up to date: ' : ''}
          {error}{' '}
          <button type="button" className={styles.retry} onClick={() => store.refetch()}>
            Try again
          </button>
        </p>
      )}
      {log && hiddenByLog > 0 && !asTable && (
        <p className={styles.note}>
          {hiddenByLog} values of 0 or below have no place on a logarithmic scale.
        </p>
      )}
    </figure>
  );
});

const EMPTY = { steps: [], min: [], max: [], mean: [], last: [], bucketed: false };

/** The chart for the keyboard and for screen readers: its figures as its name, and arrow keys that read values aloud. */
function Readable({
  lines,
  metric,
  title,
  children,
}: {
  readonly lines: readonly ChartLine[];
  readonly metric: string;
  readonly title: string;
  readonly children: ReactNode;
}) {
  const { cursor, setRange, alignment } = useCharts();
  const [spoken, setSpoken] = useState('');
  const steps = lines[0]?.columns.steps ?? [];

  const move = (event: KeyboardEvent<HTMLDivElement>): void => {
    const at = cursor.get() === null ? steps.length - 1 : nearestIndex(steps, cursor.get() ?? 0);
    const stride = event.shiftKey ? Math.max(1, Math.round(steps.length / 20)) : 1;
    const targets: Readonly<Record<string, number>> = {
      ArrowLeft: at - stride,
      ArrowRight: at + stride,
      Home: 0,
      End: steps.length - 1,
    };
    const target = targets[event.key];
    if (event.key === 'Escape') {
      cursor.set(null);
      setRange(null);
      return;
    }
    if (target === undefined || steps.length === 0) return;
    event.preventDefault();
    const step = steps[Math.min(Math.max(target, 0), steps.length - 1)] ?? 0;
    cursor.set(step);
    setSpoken(
      `Step ${step}: ${lines.map((line) => spokenValue(line, metric, step, lines.length > 1)).join(', ')}`,
    );
  };

  const summary = lines
    .slice(0, 4)
    .map((line) => {
      const figures = figuresOf(line.columns);
      if (!figures) return '';
      return `${lines.length > 1 ? `${line.label}: ` : ''}${formatMetric(metric, figures.last)} at step ${figures.lastStep}, ${formatMetric(metric, figures.first)} at step ${figures.firstStep}, between ${formatMetric(metric, figures.min)} and ${formatMetric(metric, figures.max)}`;
    })
    .join('; ');
  return (
    <div
      className={styles.readable}
      role="group"
      tabIndex={0}
      aria-roledescription="chart"
      aria-label={`${title}. ${summary}. ${alignment ? `${alignment.axis}. ` : ''}Arrow keys read values.`}
      onKeyDown={move}
      onBlur={() => cursor.set(null)}
    >
      {children}
      <span className="visually-hidden" aria-live="polite">
        {spoken}
      </span>
    </div>
  );
}

function spokenValue(line: ChartLine, metric: string, step: number, named: boolean): string {
  const value = formatMetric(metric, line.columns.mean[nearestIndex(line.columns.steps, step)]);
  return named ? `${line.label} ${value}` : value;
}

/** True once the element is within a screen's reach: charts far down the page cost nothing until they are scrolled to. */
function useNearViewport(): [(element: HTMLElement | null) => void, boolean] {
  const element = useRef<HTMLElement | null>(null);
  const [near, setNear] = useState(false);
  useEffect(() => {
    if (near || !element.current) return undefined;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) setNear(true);
      },
      { rootMargin: '400px' },
    );
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [near]);
  return [
    (found) => {
      element.current = found;
    },
    near,
  ];
}

/** The step under the pointer, beside the title of a chart of several lines. */
function PointedStep() {
  const { cursor } = useCharts();
  const step = useSyncExternalStore(cursor.subscribe, cursor.get, () => null);
  return step === null ? null : <span className={styles.atStep}>step {step.toLocaleString('en')}</span>;
}
