/** @file Numbers and times as people read them: few digits, a true minus, tabular. */

const MINUS = '−';

/**
 * A number in at most `digits` significant digits; very large and very small ones in powers of ten.
 * null and undefined are a dash, not a nought.
 */
export function formatNumber(value: number | null | undefined, digits = 4): string {
  if (value === null || value === undefined) return '–';
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : `${MINUS}∞`;
  if (value === 0) return '0';
  const size = Math.abs(value);
  const sign = value < 0 ? MINUS : '';
  if (Number.isInteger(value) && size < 1e7) return sign + size.toLocaleString('en');
  if (size >= 1e7 || size < 1e-4) {
    const [mantissa = '', exponent = '0'] = size.toExponential(Math.max(0, digits - 2)).split('e');
    return `${sign}${mantissa.includes('.') ? mantissa.replace(/\.?0+$/, '') : mantissa}e${Number(exponent)}`;
  }
  return sign + Number(size.toPrecision(digits)).toLocaleString('en', { maximumFractionDigits: 8 });
}

/** For columns: four decimals where they tell something, else as formatNumber has it. */
export function formatAligned(value: number | null | undefined): string {
  if (typeof value !== 'number') return formatNumber(value);
  const size = Math.abs(value);
  if (!Number.isFinite(value) || size >= 100 || (size < 1e-3 && size > 0)) return formatNumber(value);
  return (value < 0 ? MINUS : '') + size.toFixed(4);
}

/** With a sign always shown, for differences. */
export function formatSigned(value: number | null | undefined, digits = 4): string {
  const text = formatNumber(value, digits);
  return typeof value === 'number' && value > 0 ? `+${text}` : text;
}

/** Whole numbers with separators; from a million on in steps of a thousand (1.2 M). */
export function formatCount(value: number | null | undefined): string {
  if (value === null || value === undefined) return '–';
  if (Math.abs(value) < 1e6) return value.toLocaleString('en');
  return value.toLocaleString('en', { notation: 'compact', maximumFractionDigits: 2 });
}

export function formatBytes(bytes: number | null | undefined): string {
  if (bytes === null || bytes === undefined) return '–';
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  return `${power === 0 ? value : value.toPrecision(3)} ${units[power] ?? 'B'}`;
}

/** 850 ms, 12.3 s, 4 min 05 s, 2 h 07 min, 3 d 4 h. */
export function formatDuration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return '–';
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ${two((seconds % 3600) / 60)} min`;
  return `${Math.floor(seconds / 86_400)} d ${Math.floor((seconds % 86_400) / 3600)} h`;
}

/** "now", "40 s ago", "3 min ago", "2 h ago", "5 d ago", then the date; "in 3 h" for what is to come. */
export function formatRelative(time: number, now: number): string {
  const seconds = Math.round((now - time) / 1000);
  const size = Math.abs(seconds);
  if (size < 5) return 'now';
  // What is past has taken so long in full; what is to come is rounded, so that a week does not begin with "6 d".
  const whole = seconds > 0 ? Math.floor : Math.round;
  const [value, unit] =
    size < 60
      ? [size, 's']
      : size < 3600
        ? [whole(size / 60), 'min']
        : size < 86_400
          ? [whole(size / 3600), 'h']
          : [whole(size / 86_400), 'd'];
  if (unit === 'd' && value > 30)
    return new Date(time).toLocaleDateString('en', { day: 'numeric', month: 'short', year: 'numeric' });
  return seconds > 0 ? `${value} ${unit} ago` : `in ${value} ${unit}`;
}
