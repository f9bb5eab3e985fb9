import { describe, expect, it } from 'vitest';
import { type ChartLine, isolatedPoints, plotData } from './plotData.ts';

const line = (key: string, steps: number[], values: (number | null)[], bucketed = false): ChartLine => ({
  key,
  label: key,
  color: '--series-1',
  columns: {
    steps,
    min: values.map((v) => (v === null ? null : v - 1)),
    max: values.map((v) => (v === null ? null : v + 1)),
    mean: values,
    last: values,
    bucketed,
  },
});

describe('plotData', () => {
  it('joins lines over the union of their steps: absent is undefined, a gap is null', () => {
    const { aligned, columns } = plotData([line('a', [1, 2, 3], [1, null, 3]), line('b', [2, 4], [20, 40])], {
      smoothing: 0,
      log: false,
    });
    expect([...(aligned[0] ?? [])]).toEqual([1, 2, 3, 4]);
    expect([...(aligned[1] ?? [])]).toEqual([1, null, 3, undefined]);
    expect([...(aligned[2] ?? [])]).toEqual([undefined, 20, undefined, 40]);
    expect(columns.map(({ role }) => role)).toEqual(['value', 'value']);
  });

  it('brings the band of buckets and the raw values under a smoothed line', () => {
    const { columns, aligned } = plotData([line('a', [1, 2], [1, 3], true)], { smoothing: 0.5, log: false });
    expect(columns.map(({ role }) => role)).toEqual(['max', 'min', 'raw', 'value']);
    expect(aligned[1]?.[1]).toBe(4);
    expect(aligned[3]?.[1]).toBe(3);
    expect(aligned[4]?.[1]).toBeCloseTo(7 / 3, 12);
  });

  it('leaves out of a logarithmic axis what it cannot show, and counts it once', () => {
    const { aligned, hiddenByLog } = plotData([line('a', [1, 2, 3], [1, 0, -1])], {
      smoothing: 0,
      log: true,
    });
    expect([...(aligned[1] ?? [])]).toEqual([1, null, null]);
    expect(hiddenByLog).toBe(2);
  });

  it('draws NaN and infinity as gaps', () => {
    const { aligned } = plotData([line('a', [1, 2], [Number.NaN, Number.POSITIVE_INFINITY])], {
      smoothing: 0,
      log: false,
    });
    expect([...(aligned[1] ?? [])]).toEqual([null, null]);
  });

  it('is empty without lines', () => {
    expect(plotData([], { smoothing: 0, log: false }).aligned).toEqual([[]]);
  });
});

describe('isolatedPoints', () => {
  it('finds values that no line leads to', () => {
    expect(isolatedPoints([1])).toEqual([0]);
    expect(isolatedPoints([1, 2, null, 3, null, 4, 5])).toEqual([3]);
  });

  it('looks past steps that belong to other lines', () => {
    expect(isolatedPoints([undefined, 1, undefined, 2, undefined])).toEqual([]);
    expect(isolatedPoints([undefined, 1, undefined])).toEqual([1]);
  });
});
