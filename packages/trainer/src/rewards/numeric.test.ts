import { describe, expect, it } from 'vitest';

import { lastNumber } from './numeric.ts';
import { withinTime } from './withinTime.ts';

describe('lastNumber', () => {
  it.each<[string, number | null]>([
    ['42', 42],
    ['It is 1,234.5.', 1234.5],
    ['first 7, then -3/4', -0.75],
    ['−7', -7],
    ['.5', 0.5],
    ['5.', 5],
    ['1e-3', 0.001],
    ['6.02E23 molecules', 6.02e23],
    ['12-3', 3], // a minus between numbers is no sign
    ['1,23', 23], // no thousands
    ['1,234,567', 1234567],
    ['3/0', null],
    ['b2', null], // part of a name
    ['none', null],
  ])('%j has %d', (text, value) => expect(lastNumber(text)).toBe(value));

  it('takes time in proportion to the text', () => {
    const limited = withinTime(5000, () => lastNumber('1,111'.repeat(20_000)));
    expect(limited.late).toBe(false);
  });
});
