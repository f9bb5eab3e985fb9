import { describe, expect, it } from 'vitest';

import { compileSeconds, savedMs, type XlaCost } from '../backend/xla.ts';
import { fitCost, type XlaPoint } from './xlaFit.ts';

const COST: XlaCost = {
  compileFixed: 0.7,
  compilePerLayer: 0.4,
  savedPerLayerPass: 0.2,
  savedPerMillionActivations: -3,
};

/** Measurements that follow the rule, off by `error` of the call. */
function pointsOf(error: (index: number) => number = () => 0): XlaPoint[] {
  const sizes = [2, 4, 8].flatMap((layers) => [64, 128, 384].map((width) => ({ layers, width })));
  return sizes.map(({ layers, width }, index) => {
    const call = { layers, width, passes: 10 + index, tokens: 1000 * (1 + (index % 3)) };
    const plainMs = layers * width;
    return {
      ...call,
      kind: 'decode',
      plainMs,
      savedMs: savedMs(COST, call) + error(index) * plainMs,
      compileSeconds: compileSeconds(COST, layers),
    };
  });
}

describe('fitCost', () => {
  it('finds the costs that exact measurements were made with', () => {
    for (const [name, value] of Object.entries(fitCost(pointsOf())))
      expect(value, name).toBeCloseTo(COST[name as keyof XlaCost], 8); // the same four names
  });

  it('is at the least of the squares: any other costs are further from noisy measurements', () => {
    const points = pointsOf((index) => 0.01 * Math.sin(7 * index));
    const fit = fitCost(points);
    const squares = (cost: XlaCost) =>
      points.reduce((sum, point) => sum + ((savedMs(cost, point) - point.savedMs) / point.plainMs) ** 2, 0);
    for (const factor of [0.999, 1.001]) {
      const { savedPerLayerPass, savedPerMillionActivations } = fit;
      expect(squares({ ...fit, savedPerLayerPass: savedPerLayerPass * factor })).toBeGreaterThan(
        squares(fit),
      );
      expect(
        squares({ ...fit, savedPerMillionActivations: savedPerMillionActivations * factor }),
      ).toBeGreaterThan(squares(fit));
    }
  });

  it('refuses points that cannot tell the parts apart', () => {
    const [first] = pointsOf();
    if (!first) throw new Error('no point');
    expect(() => fitCost([first])).toThrow(/too few or too much alike/);
    expect(() => fitCost([first, { ...first, width: 640 }])).toThrow(/too few or too much alike/);
    expect(() => fitCost([])).toThrow(/too few/);
  });
});
