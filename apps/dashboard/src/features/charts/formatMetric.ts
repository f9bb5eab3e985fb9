/** @file Numbers of metrics as people read them: by the unit in the domain's catalogue, with as many digits as carry meaning. */
import { type MetricUnit, metricDefinition } from '@nabla/domain';

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
      return formatDuration(value);
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
      return Math.abs(value) >= 10_000 ? `${trimZeros((value / 1000).toFixed(1))}k`.replace('-', '−') : trimZeros(fixed(value, 2));
    case 'nats':
    case 'reward':
    case 'ratio':
    case 'loss':
    case 'none':
      return tickNumber(value);
  }
}

/** A signed difference: "+0.123", "−4.5 %". */
export function formatDelta(unit: MetricUnit, value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NO_VALUE;
  const text = formatValue(unit, Math.abs(value));
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

/** Whole numbers with thin grouping: 12 345. */
export function grouped(value: number): string {
  return Math.round(value).toLocaleString('en-US').replaceAll(',', '\u202f').replace('-', '−');
}

/** 850 ms · 1.24 s · 2 min 03 s · 1 h 04 min · 3 d 02 h */
export function formatDuration(ms: number): string {
  const size = Math.abs(ms);
  const sign = ms < 0 ? '−' : '';
  if (size < 1) return size === 0 ? '0 ms' : `${sign}${size.toPrecision(2)} ms`;
  if (size < 1000) return `${sign}${size < 10 ? trimZeros(size.toFixed(1)) : Math.round(size)} ms`;
  if (size < 60_000) return `${sign}${trimZeros((size / 1000).toFixed(size < 10_000 ? 2 : 1))} s`;
  const minutes = Math.floor(size / 60_000);
  const pad = (value: number) => String(value).padStart(2, '0');
  if (minutes < 60) return `${sign}${minutes} min ${pad(Math.floor((size % 60_000) / 1000))} s`;
  if (minutes < 1440) return `${sign}${Math.floor(minutes / 60)} h ${pad(minutes % 60)} min`;
  return `${sign}${Math.floor(minutes / 1440)} d ${pad(Math.floor((minutes % 1440) / 60))} h`;
}

/** Binary units, as memory and files are counted: 1.5 MiB. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let size = Math.abs(bytes);
  let unit = 0;
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024;
    unit += 1;
  }
  const digits = unit === 0 || size >= 100 ? 0 : 1;
  return `${bytes < 0 ? '−' : ''}${size.toFixed(digits)} ${units[unit] ?? ''}`;
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
