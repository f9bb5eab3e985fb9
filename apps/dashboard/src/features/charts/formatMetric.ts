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

/** The same, short enough for an axis: no unit where the chart's title says it. */
export function formatTick(unit: MetricUnit, value: number): string {
  switch (unit) {
    case 'fraction':
      return `${trimZeros((value * 100).toFixed(2))} %`.replace('-', '−');
    case 'ms':
      return formatDuration(value);
    case 'bytes':
      return formatBytes(value);
    case 'tokens/s':
    case 'tokens':
      return Math.abs(value) >= 10_000
        ? `${trimZeros((value / 1000).toFixed(1))}k`.replace('-', '−')
        : trimZeros(fixed(value, 2));
    case 'nats':
    case 'reward':
    case 'ratio':
    case 'loss':
    case 'none':
      return tickNumber(value);
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

/** Whole numbers with thin grouping: 12 345. */
export function grouped(value: number): string {
  return Math.round(value).toLocaleString('en-US').replaceAll(',', '\u202f').replace('-', '−');
}

function fixed(value: number, digits: number): string {
  return value.toFixed(digits).replace('-', '−');
}

function scientific(value: number): string {
  const [mantissa = '0', exponent = '0'] = value.toExponential(2).split('e');
  return `${mantissa}e${exponent.replace('+', '')}`.replaceAll('-', '−');
}

function tickNumber(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e6)) return trimMantissa(scientific(value));
  // Ticks are multiples of a round increment: six significant digits drop only the rounding error of the multiplication.
  return String(Number(value.toPrecision(6))).replace('-', '−');
}

function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

function trimMantissa(text: string): string {
  const [mantissa = '', exponent = ''] = text.split('e');
  return `${trimZeros(mantissa)}e${exponent}`;
}
