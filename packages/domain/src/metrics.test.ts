import { describe, expect, it } from 'vitest';
import { canonicalJson } from './canonicalJson.ts';
import {
  METRIC_NAME_MAX_CHARS,
  METRIC_NAME_PATTERN,
  METRICS,
  componentMetric,
  evaluationMetric,
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

describe('evaluation metrics', () => {
  it.each([
    [evaluationMetric('held_out', 'accuracy'), 'fraction', /greedy/],
    [evaluationMetric('held_out', 'reward_mean'), 'reward', /Mean reward/],
    [evaluationMetric('held_out', 'reward_ci95'), 'reward', /95 %/],
    [evaluationMetric('held_out', 'length_mean'), 'tokens', /length/],
    [evaluationMetric('held_out', 'pass_at_8'), 'fraction', /one of 8 samples/],
  ] as const)('%s', (name, unit, description) => {
    expect(name).toMatch(METRIC_NAME_PATTERN);
    expect(metricDefinition(name)).toMatchObject({ name, unit });
    expect(metricDefinition(name)?.description).toMatch(description);
    expect(metricDefinition(name)?.description).toMatch(/"held_out"/);
  });

  it('knows no others', () => {
    for (const name of ['eval/a/other', 'eval/a/pass_at_0', 'eval/accuracy'])
      expect(metricDefinition(name)).toBeUndefined();
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
      kind: 'scratch' as const,
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
