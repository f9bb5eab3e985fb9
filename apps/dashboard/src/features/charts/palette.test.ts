import { describe, expect, it } from 'vitest';
import { paletteColor, stableSlots } from './palette.ts';

const run = (number: number) => ({ id: `run-${number}`, number });

describe('stableSlots', () => {
  it('gives a run the same colour whichever runs are beside it', () => {
    const all = stableSlots([run(3), run(4), run(5)]);
    const fewer = stableSlots([run(5), run(3)]);
    expect(fewer.get('run-3')).toBe(all.get('run-3'));
    expect(fewer.get('run-5')).toBe(all.get('run-5'));
  });

  it('gives ten runs ten colours even when their numbers collide', () => {
    const slots = stableSlots([1, 11, 21, 31, 41, 51, 61, 71, 81, 91].map(run));
    expect(new Set(slots.values()).size).toBe(10);
  });
});

describe('paletteColor', () => {
  it('wraps after ten', () => {
    expect(paletteColor(0)).toBe('--series-1');
    expect(paletteColor(9)).toBe('--series-10');
    expect(paletteColor(10)).toBe('--series-1');
  });
});
