/** @file Numbers of metrics as people read them: by the unit in the domain's catalogue, with as many digits as carry meaning. */
import { type MetricUnit, metricDefinition } from '@nabla/domain';
import { formatBytes, formatDuration } from '../../ui/format.ts';

/** What a value that is not there looks like. */
export const NO_VALUE = '–';

/** The unit of a metric; `none` for a metric that is not in the catalogue. */
export function unitOf(metric: string): MetricUnit {
  return metricDefinition(metric)?.unit ?? 'none';
}

export function formatMetric(metric: string, value: number | null | undefined): string {
  return formatValue(unitOf(metric), value);
}

/** A value with its unit. */
export function formatValue(unit: MetricUnit, value: number | null | undefined): string {
  if (value === null || value === undefined || Number.isNaN(value)) return NO_VALUE;
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  switch (unit) {
    case 'fraction':
      return `${fixed(value * 100, 1)} %`;
    case 'ms':
      return value < 10 ? `${fixed(value, 1)} ms` : formatDuration(value);
    case 'bytes':
      return formatBytes(value);
    case 'tokens':
      return Number.isInteger(value) ? grouped(value) : fixed(value, 1);
    case 'tokens/s':
      return `${grouped(Math.round(value))} tok/s`;
    case 'nats':
      return `${formatNumber(value)} nats`;
    case 'reward':
    case 'ratio':
    case 'loss':
    case 'none':
      return formatNumber(value);
  }
}

/**
 * The same, short enough for an axis: no unit where the chart's title says it, and as many decimals on every tick as the
 * distance between ticks needs.
 */
export function formatTick(unit: MetricUnit, value: number, increment: number): string {
  switch (unit) {
    case 'fraction':
      return `${fixed(value * 100, decimalsOf(increment * 100))} %`;
    case 'ms':
      return value < 10 && increment < 1
        ? `${fixed(value, decimalsOf(increment))} ms`
        : formatDuration(value);
    case 'bytes':
      return formatBytes(value);
    case 'tokens/s':
    case 'tokens':
    case 'nats':
    case 'reward':
    case 'ratio':
    case 'loss':
    case 'none':
      return tickNumber(value, increment);
  }
}

/** A signed difference: "+0.123"; of fractions in percentage points: "−4.5 pp". */
export function formatDelta(unit: MetricUnit, value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NO_VALUE;
  const text =
    unit === 'fraction' ? `${fixed(Math.abs(value) * 100, 1)} pp` : formatValue(unit, Math.abs(value));
  if (value === 0) return `±${text}`;
  return `${value > 0 ? '+' : '−'}${text}`;
}

/** At least three significant digits; scientific where decimals would be all zeros or too many. The minus sign is U+2212, as wide as a digit. */
export function formatNumber(value: number): string {
  if (value === 0) return '0.000';
  const size = Math.abs(value);
  if (size < 0.001 || size >= 1e7) return scientific(value);
  if (size >= 1000) return grouped(Math.round(value));
  if (size >= 100) return fixed(value, 1);
  if (size >= 10) return fixed(value, 2);
  if (size >= 0.01) return fixed(value, 3);
  return fixed(value, 5);
}

/** Three decimals, whatever the size: for columns of figures that are read down. `signed` always shows the sign. */
export function formatAligned(value: number | null | undefined, signed = false): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NO_VALUE;
  const text = Math.abs(value) >= 1e5 ? scientific(Math.abs(value)) : fixed(Math.abs(value), 3);
  const zero = Number(text) === 0;
  if (value < 0 && !zero) return `−${text}`;
  return signed && !zero ? `+${text}` : text;
}

/** Whole numbers with separators: 12,345. */
export function grouped(value: number): string {
  return Math.round(value).toLocaleString('en').replace('-', '−');
}

function fixed(value: number, digits: number): string {
  return value.toFixed(digits).replace('-', '−');
}

function scientific(value: number): string {
  const [mantissa = '0', exponent = '0'] = value.toExponential(2).split('e');
  return `${mantissa}e${exponent.replace('+', '')}`.replaceAll('-', '−');
}

function tickNumber(value: number, increment: number): string {
  const size = Math.abs(value);
  if (size >= 10_000) return `${fixed(value / 1000, decimalsOf(increment / 1000))}k`;
  if (increment < 1e-4 && size !== 0) return trimMantissa(scientific(value));
  return fixed(value, decimalsOf(increment));
}

/** Decimals that tell ticks of this distance apart: increments are 1, 2, 2.5 or 5 times a power of ten. */
function decimalsOf(increment: number): number {
  if (!(increment > 0)) return 0;
  const power = Math.floor(Math.log10(increment) + 1e-9);
  const mantissa = increment / 10 ** power;
  const half = Math.abs(mantissa - Math.round(mantissa)) > 1e-6 ? 1 : 0;
  return Math.min(8, Math.max(0, half - power));
}

function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

function trimMantissa(text: string): string {
  const [mantissa = '', exponent = ''] = text.split('e');
  return `${trimZeros(mantissa)}e${exponent}`;
}
