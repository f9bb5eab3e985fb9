/** @file How a chart is drawn: uPlot's options from the lines and the theme. */
import type { MetricUnit } from '@nabla/domain';
import uPlot from './uPlot.ts';
import { formatTick } from './formatMetric.ts';
import { type ChartLine, type PlotColumn, type Token, isolatedPoints } from './plotData.ts';

/** A step worth a mark, for instance where the policy gradient begins. */
export interface StepMark {
  readonly step: number;
  readonly label: string;
}

export interface PlotLook {
  readonly lines: readonly ChartLine[];
  readonly columns: readonly PlotColumn[];
  readonly unit: MetricUnit;
  readonly log: boolean;
  readonly marks: readonly StepMark[];
  /** What the steps are, written below them; null where that is plain. */
  readonly axis: string | null;
  /** Key of the line to bring out; the others step back. */
  readonly emphasis: string | null;
  /** The colour a design token has now, as rgb(…). */
  readonly colorOf: (token: Token) => string;
}

export interface PlotEvents {
  /** The pointer is over a step, or has left (null). */
  readonly onHover: (step: number | null) => void;
  /** Steps were dragged over; null: show all again. */
  readonly onZoom: (range: readonly [number, number] | null) => void;
}

const RAW_ALPHA = 0.28;
const BAND_ALPHA = 0.14;
const STEPPED_BACK = 0.25;
const DRAG_MIN_PX = 6;
const LABELLED_HEIGHT = 190;

/** @param look is asked again at every drawing, so that colours, marks and emphasis change without a new plot. */
export function plotOptions(
  size: { width: number; height: number },
  look: () => PlotLook,
  events: PlotEvents,
): uPlot.Options {
  const { columns, lines, log, unit, axis: stepsName } = look();
  const color = (line: number, alpha = 1) =>
    withAlpha(look().colorOf(look().lines[line]?.color ?? '--series-1'), alpha);
  const stepsBack = (line: number) => {
    const { emphasis, lines: present } = look();
    return emphasis !== null && present[line]?.key !== emphasis;
  };
  const axis = {
    stroke: () => look().colorOf('--chart-axis'),
    font: `11px ${fontFamily()}`,
    ticks: { show: false },
    border: { show: false },
  };
  const grid = { stroke: () => look().colorOf('--chart-grid'), width: 1 };
  return {
    ...size,
    padding: [8, 20, 0, 0],
    legend: { show: false },
    scales: {
      x: { time: false, range: (_, min, max) => (min === max ? [min - 1, max + 1] : [min, max]) },
      // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- uPlot's const enums have no value at run time
      y: { distr: log ? 3 : 1, ...(log ? {} : { range: (_, min, max) => valueRange(unit, min, max) }) },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 26,
        ...(stepsName === null ? {} : { label: stepsName, labelSize: 16, labelGap: 0, labelFont: axis.font }),
        gap: 4,
        space: 64,
        incrs: wholeIncrements(),
        values: (_, splits) => splits.map((step) => step.toLocaleString('en-US')),
      },
      {
        ...axis,
        grid,
        size: (_, values) => 14 + 6.6 * Math.max(3, ...(values ?? []).map((text) => text?.length ?? 0)),
        gap: 6,
        space: Math.min(40, Math.max(22, size.height / 7)),
        values: (_plot, splits, _axis, _space, increment) =>
          splits.map((value) => (value === null ? '' : formatTick(unit, value, increment))),
      },
    ],
    cursor: {
      drag: { x: true, y: false, setScale: false },
      points: { size: 7, width: 2, fill: () => look().colorOf('--surface') },
      y: false,
      bind: {
        dblclick: () => () => {
          events.onZoom(null);
          return null;
        },
      },
      dataIdx: (plot, series, closest) =>
        columns[series - 1]?.role === 'value' ? nearestValue(plot.data[series] ?? [], closest) : null,
    },
    series: [
      {},
      ...columns.map(({ line, role }): uPlot.Series => {
        const dash = lines[line]?.dashed ? { dash: [5, 3] } : {};
        if (role === 'max' || role === 'min') return { width: 0, points: { show: false } };
        return {
          ...dash,
          width: role === 'raw' ? 1 : 1.6,
          alpha: role === 'raw' ? RAW_ALPHA : 1,
          stroke: () => color(line, stepsBack(line) ? STEPPED_BACK : 1),
          points: {
            show: false,
            size: 5,
            fill: () => color(line),
            filter: (plot, series) => isolatedPoints([...(plot.data[series] ?? [])]),
          },
        };
      }),
    ],
    bands: columns.flatMap(({ line, role }, index): uPlot.Band[] =>
      role === 'max'
        ? [
            {
              series: [index + 1, index + 2],
              fill: () => color(line, stepsBack(line) ? BAND_ALPHA / 4 : BAND_ALPHA),
            },
          ]
        : [],
    ),
    hooks: {
      ready: [
        (plot) => {
          // Pointer events, not uPlot's cursor hook: that one also fires when data arrive, and not for touch.
          plot.over.addEventListener('pointermove', (event) => {
            events.onHover(
              Math.round(plot.posToVal(event.clientX - plot.over.getBoundingClientRect().left, 'x')),
            );
          });
          plot.over.addEventListener('pointerleave', () => events.onHover(null));
        },
      ],
      setSelect: [
        (plot) => {
          const { left, width } = plot.select;
          if (width >= DRAG_MIN_PX)
            events.onZoom([plot.posToVal(left, 'x'), plot.posToVal(left + width, 'x')]);
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
      drawAxes: [(plot) => drawMarks(plot, look())],
    },
  };
}

function withAlpha(rgb: string, alpha: number): string {
  return alpha === 1 ? rgb : rgb.replace(/^rgb\((.*)\)$/, `rgba($1, ${alpha})`);
}

function fontFamily(): string {
  return getComputedStyle(document.body).fontFamily;
}

/** A little air above and below; quantities that cannot be negative never get a negative axis; a flat line sits in the middle. */
function valueRange(unit: MetricUnit, min: number, max: number): [number, number] {
  if (min === null || max === null) return [0, 1];
  const bounded =
    unit === 'fraction' || unit === 'tokens' || unit === 'ms' || unit === 'bytes' || unit === 'tokens/s';
  const span = max - min || Math.abs(max) || 1;
  const low = min - span * 0.06;
  const high = max + span * 0.06;
  if (unit === 'fraction')
    return [min >= 0 ? Math.max(low, -0.01) : low, max <= 1 ? Math.min(high, 1.01) : high];
  return [bounded && min >= 0 ? Math.max(low, 0) : low, high];
}

function wholeIncrements(): number[] {
  const increments: number[] = [];
  for (let magnitude = 1; magnitude <= 1e9; magnitude *= 10)
    increments.push(magnitude, 2 * magnitude, 5 * magnitude);
  return increments;
}

/** The index nearest to `closest` at which a column of joined lines has a value of its own. */
function nearestValue(column: ArrayLike<number | null | undefined>, closest: number): number {
  for (let away = 0; away < column.length; away += 1) {
    if (typeof column[closest - away] === 'number') return closest - away;
    if (typeof column[closest + away] === 'number') return closest + away;
  }
  return closest;
}

/** The label only where it does not stand in the way of a small chart's line. */
function drawMarks(plot: uPlot, { marks, colorOf }: PlotLook): void {
  const { ctx, bbox } = plot;
  const ratio = uPlot.pxRatio;
  for (const { step, label } of marks) {
    const { min, max } = plot.scales['x'] ?? {};
    if (min === undefined || max === undefined || step <= min || step >= max) continue;
    const x = Math.round(plot.valToPos(step, 'x', true)) + 0.5;
    ctx.save();
    ctx.strokeStyle = colorOf('--border-strong');
    ctx.lineWidth = ratio;
    ctx.setLineDash([3 * ratio, 3 * ratio]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    if (plot.height < LABELLED_HEIGHT) {
      ctx.restore();
      continue;
    }
    ctx.fillStyle = colorOf('--chart-axis');
    ctx.font = `${11 * ratio}px ${fontFamily()}`;
    ctx.textBaseline = 'top';
    const roomRight = bbox.left + bbox.width - x > ctx.measureText(label).width + 12 * ratio;
    ctx.textAlign = roomRight ? 'left' : 'right';
    ctx.fillText(label, x + (roomRight ? 5 : -5) * ratio, bbox.top + 2 * ratio);
    ctx.restore();
  }
}
