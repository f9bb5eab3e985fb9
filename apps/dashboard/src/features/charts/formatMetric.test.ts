import { describe, expect, it } from 'vitest';
import { formatAligned, formatDelta, formatMetric, formatNumber, formatTick } from './formatMetric.ts';

describe('formatMetric', () => {
  it('reads the unit from the catalogue', () => {
    expect(formatMetric('group/zero_std_fraction', 0.125)).toBe('12.5 %');
    expect(formatMetric('time/reward_ms', 0.31)).toBe('0.3 ms');
    expect(formatMetric('system/rss_bytes', 1.5 * 1024 ** 3)).toBe('1.50 GiB');
    expect(formatMetric('reward/exact/mean', 0.9375)).toBe('0.938');
    expect(formatMetric('kl/ref_k1', -0.0123)).toBe('−0.012 nats');
    expect(formatMetric('throughput/train_tokens_per_s', 12345.6)).toBe('12,346 tok/s');
  });

  it('says that nothing is there', () => {
    expect(formatMetric('reward/mean', null)).toBe('–');
    expect(formatMetric('reward/mean', Number.NaN)).toBe('–');
  });

  it('knows no unit for a metric of somebody else', () => {
    expect(formatMetric('my/own', 0.5)).toBe('0.500');
  });
});

describe('formatNumber', () => {
  it.each([
    [0, '0.000'],
    [0.00005, '5.00e−5'],
    [0.00123, '0.00123'],
    [0.05, '0.050'],
    [-1.23456, '−1.235'],
    [12.345, '12.35'],
    [123.456, '123.5'],
    [1234.5, '1,235'],
    [12345678, '1.23e7'],
  ])('%d → %s', (value, text) => expect(formatNumber(value)).toBe(text));
});

describe('formatDelta', () => {
  it('always carries a sign', () => {
    expect(formatDelta('reward', 0.5)).toBe('+0.500');
    expect(formatDelta('fraction', -0.05)).toBe('−5.0 pp');
    expect(formatDelta('reward', 0)).toBe('±0.000');
  });
});

describe('formatTick', () => {
  it.each([
    ['reward', 0.1 + 0.2, 0.1, '0.3'],
    ['reward', 0.5, 0.25, '0.50'],
    ['reward', 1, 0.5, '1.0'],
    ['reward', 3, 1, '3'],
    ['fraction', 0.25, 0.05, '25 %'],
    ['fraction', 0.025, 0.025, '2.5 %'],
    ['none', 0.00001, 0.00001, '1e−5'],
    ['none', 0, 0.00001, '0.00000'],
    ['tokens/s', 25_000, 5000, '25k'],
    ['tokens/s', 22_500, 2500, '22.5k'],
  ] as const)('%s %d at increments of %d → %s', (unit, value, increment, text) =>
    expect(formatTick(unit, value, increment)).toBe(text),
  );
});

describe('formatAligned', () => {
  it.each([
    [0.00465, true, '+0.005'],
    [-0.0001, true, '0.000'],
    [-1.5, false, '−1.500'],
    [1.5, false, '1.500'],
    [null, true, '–'],
  ])('%s (signed %s) → %s', (value, signed, text) => expect(formatAligned(value, signed)).toBe(text));
});
