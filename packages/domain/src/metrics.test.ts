import { describe, expect, it } from 'vitest';
import { canonicalJson } from './canonicalJson.ts';
import {
  METRIC_NAME_MAX_CHARS,
  METRIC_NAME_PATTERN,
  METRICS,
  componentMetric,
  metricDefinition,
} from './metrics.ts';
import { parameterCount } from './parameterCount.ts';

describe('the metric catalogue', () => {
  it('has each name once, in the form that the store accepts', () => {
    expect(new Set(METRICS.map((metric) => metric.name)).size).toBe(METRICS.length);
    for (const { name } of METRICS) {
      expect(name).toMatch(METRIC_NAME_PATTERN);
      expect(name.length).toBeLessThanOrEqual(METRIC_NAME_MAX_CHARS);
    }
  });

  it('defines component metrics, and no others', () => {
    expect(metricDefinition(componentMetric('exact', 'mean'))?.description).toMatch(/"exact"/);
    expect(metricDefinition('reward/mean')?.unit).toBe('reward');
    expect(metricDefinition('my/own')).toBeUndefined();
  });
});

describe('canonicalJson', () => {
  it('sorts keys at every depth, leaves undefined out and refuses what JSON cannot say', () => {
    expect(canonicalJson({ b: [1, { d: null, c: 'x' }], a: undefined })).toBe('{"b":[1,{"c":"x","d":null}]}');
    expect(() => canonicalJson({ a: Number.NaN })).toThrow(/NaN/);
  });
});

describe('parameterCount', () => {
  it('counts the weights of a small decoder', () => {
    const model = {
      layers: 1,
      width: 4,
      heads: 2,
      kvHeads: 1,
      feedForward: 8,
      ropeTheta: 1e4,
      tieEmbeddings: false,
      initStd: 0.02,
    };
    // q 16 + o 16 + k 8 + v 8, SwiGLU 3·4·8 = 96, norms 8; embeddings 2·10·4 = 80; last norm 4
    expect(parameterCount(model, 10)).toBe(16 + 16 + 8 + 8 + 96 + 8 + 80 + 4);
    expect(parameterCount({ ...model, tieEmbeddings: true }, 10)).toBe(16 + 16 + 8 + 8 + 96 + 8 + 40 + 4);
  });
});
