import { describe, expect, it } from 'vitest';
import { configRows } from './configDiff.ts';

describe('configRows', () => {
  it('lists settings once, in order, and marks those that differ', () => {
    const rows = configRows([
      { seed: 1, model: { layers: 2, width: 96 } },
      { seed: 1, model: { layers: 3, width: 96 } },
    ]);
    expect(rows).toEqual([
      { path: 'seed', values: ['1', '1'], differs: false, rows: [] },
      { path: 'model.layers', values: ['2', '3'], differs: true, rows: [] },
      { path: 'model.width', values: ['96', '96'], differs: false, rows: [] },
    ]);
  });

  it('puts a setting that only one has beside its neighbours', () => {
    const rows = configRows([
      { a: 1, c: 3 },
      { a: 1, b: 2, c: 3 },
    ]);
    expect(rows.map(({ path }) => path)).toEqual(['a', 'b', 'c']);
    expect(rows[1]).toEqual({ path: 'b', values: [undefined, '2'], differs: true, rows: [] });
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
    expect(rows.find(({ path }) => path === 'rewards.format')?.values).toEqual([
      'none',
      'format, weight 0.1',
    ]);
  });

  it('shows null as null and lists of plain values in one row', () => {
    const [row, ...others] = configRows([{ gradClip: null, tags: ['a', 'b'], passAt: [] }]);
    expect([row, ...others].map((one) => one?.values[0])).toEqual(['null', 'a, b', '[]']);
  });

  it('has one row for a part that some leave out, whether it is absent or null', () => {
    const warmup = { steps: 20, batchSize: 16, optimizer: { kind: 'adamw', learningRate: 0.001 } };
    for (const without of [{ seed: 1 }, { seed: 1, warmup: null }]) {
      const rows = configRows([{ seed: 1, warmup }, without]);
      expect(rows.map(({ path }) => path)).toEqual(['seed', 'warmup']);
      expect(rows[1]?.values).toEqual(['steps 20, batchSize 16 and 1 more', 'none']);
      expect(rows[1]?.differs).toBe(true);
      // Its own settings are there to be unfolded, one level whatever lies below.
      expect(rows[1]?.rows).toEqual([
        { path: 'warmup.steps', values: ['20', undefined], differs: false, rows: [] },
        { path: 'warmup.batchSize', values: ['16', undefined], differs: false, rows: [] },
        { path: 'warmup.optimizer.kind', values: ['adamw', undefined], differs: false, rows: [] },
        { path: 'warmup.optimizer.learningRate', values: ['0.001', undefined], differs: false, rows: [] },
      ]);
    }
  });

  it('says where those that have the part differ', () => {
    const rows = configRows([{ lora: { rank: 8, alpha: 16 } }, {}, { lora: { rank: 4, alpha: 16 } }]);
    expect(rows).toHaveLength(1);
    expect(rows[0]?.rows.map(({ path, differs }) => [path, differs])).toEqual([
      ['lora.rank', true],
      ['lora.alpha', false],
    ]);
  });

  it('shows what has no settings of its own as it is', () => {
    expect(configRows([{ kl: { adaptive: { target: 1 } } }, { kl: { adaptive: 'off' } }])[0]?.values).toEqual(
      ['target 1', 'off'],
    );
  });
});
