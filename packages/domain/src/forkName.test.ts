import { expect, it } from 'vitest';

import { BOUNDS } from './bounds.ts';
import { forkName, isForkName } from './forkName.ts';

it('says what is forked and where', () => {
  expect(forkName('sort', 300)).toBe('sort · fork at 300');
  // A fork of a fork keeps its way.
  expect(forkName(forkName('sort', 300), 20)).toBe('sort · fork at 300 · fork at 20');
});

it('stays within the bound, in whole characters', () => {
  expect(forkName('x'.repeat(BOUNDS.maxNameChars), 1_000_000)).toHaveLength(BOUNDS.maxNameChars);
  // 😀 is two units: the suffix " · fork at 1" has 12, so 54 of them fill the 108 before it, and one unit earlier 53 do.
  const long = forkName('a' + '😀'.repeat(60), 1);
  expect(long).toBe(`a${'😀'.repeat(53)} · fork at 1`);
});

it('knows its own names again, at any step', () => {
  const long = 'x'.repeat(BOUNDS.maxNameChars);
  for (const parent of ['sort', long])
    for (const step of [0, 7, 12_345]) expect(isForkName(forkName(parent, step), parent)).toBe(true);
  for (const name of ['sort', 'sort · fork at', 'sort · fork at x', 'mine · fork at 7', 'sort · fork at 07'])
    expect(isForkName(name, 'sort')).toBe(false);
});
