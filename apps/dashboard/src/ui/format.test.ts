import { describe, expect, it } from 'vitest';
import {
  formatAligned,
  formatBytes,
  formatCount,
  formatDuration,
  formatNumber,
  formatRelative,
  formatSigned,
} from './format.ts';

describe('formatNumber', () => {
  it.each([
    [0, '0'],
    [0.123456, '0.1235'],
    [-0.5, '−0.5'],
    [12, '12'],
    [1234567, '1,234,567'],
    [0.00001234, '1.23e-5'],
    [123456789.5, '1.23e8'],
    [null, '–'],
    [undefined, '–'],
    [Number.NaN, 'NaN'],
    [Number.NEGATIVE_INFINITY, '−∞'],
  ])('%s is %s', (value, text) => expect(formatNumber(value)).toBe(text));

  it('shows the sign of differences and lines columns up', () => {
    expect(formatSigned(0.25)).toBe('+0.25');
    expect(formatSigned(-0.25)).toBe('−0.25');
    expect(formatSigned(0)).toBe('0');
    expect([0.9706, 0.916, -1, 0].map(formatAligned)).toEqual(['0.9706', '0.9160', '−1.0000', '0.0000']);
    expect(formatAligned(0.00002)).toBe('2e-5');
  });
});

describe('units', () => {
  it('bytes in powers of 1024', () => {
    expect([0, 1023, 1024, 3_500_000].map(formatBytes)).toEqual(['0 B', '1023 B', '1.00 KiB', '3.34 MiB']);
  });
  it('counts in full up to a million', () => {
    expect([999_999, 1_200_000].map(formatCount)).toEqual(['999,999', '1.2M']);
  });
  it('durations with two units', () => {
    expect([850, 1500, 59_000, 245_000, 7_620_000, 273_600_000].map(formatDuration)).toEqual([
      '850 ms',
      '1.5 s',
      '59 s',
      '4 min 05 s',
      '2 h 07 min',
      '3 d 4 h',
    ]);
  });
  it('times relative to now, past and to come', () => {
    const now = Date.parse('2026-01-10T12:00:00Z');
    expect([2, 40, 200, 7300, 90_000].map((seconds) => formatRelative(now - seconds * 1000, now))).toEqual([
      'now',
      '40 s ago',
      '3 min ago',
      '2 h ago',
      '1 d ago',
    ]);
    expect(formatRelative(now + 3 * 3600_000, now)).toBe('in 3 h');
    expect(formatRelative(now + 7 * 86_400_000 - 5000, now)).toBe('in 7 d');
  });
});
