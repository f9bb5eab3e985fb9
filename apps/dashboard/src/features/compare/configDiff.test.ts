import { describe, expect, it } from 'vitest';
import { configRows } from './configDiff.ts';

describe('configRows', () => {
  it('lists settings once, in order, and marks those that differ', () => {
    const rows = configRows([
      { seed: 1, model: { layers: 2, width: 96 } },
      { seed: 1, model: { layers: 3, width: 96 } },
    ]);
    expect(rows).toEqual([
      { path: 'seed', values: ['1', '1'], differs: false },
      { path: 'model.layers', values: ['2', '3'], differs: true },
      { path: 'model.width', values: ['96', '96'], differs: false },
    ]);
  });

  it('puts a setting that only one has beside its neighbours', () => {
    const rows = configRows([
      { a: 1, c: 3 },
      { a: 1, b: 2, c: 3 },
    ]);
    expect(rows.map(({ path }) => path)).toEqual(['a', 'b', 'c']);
    expect(rows[1]).toEqual({ path: 'b', values: [undefined, '2'], differs: true });
  });

  it('tells rewards apart by name, so that one more does not make all differ', () => {
    const rows = configRows([
      { rewards: [{ name: 'exact', weight: 1 }] },
      {
        rewards: [
          { name: 'format', weight: 0.1 },
          { name: 'exact', weight: 1 },
        ],
      },
    ]);
    expect(rows.find(({ path }) => path === 'rewards.exact.weight')?.differs).toBe(false);
    expect(rows.find(({ path }) => path === 'rewards.format.weight')?.values).toEqual([undefined, '0.1']);
  });

  it('shows null as null and lists of plain values in one row', () => {
    expect(configRows([{ gradClip: null, tags: ['a', 'b'] }]).map(({ values }) => values[0])).toEqual([
      'null',
      'a, b',
    ]);
  });
});
