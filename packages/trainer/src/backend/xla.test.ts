import { describe, expect, it } from 'vitest';

import { decideXla, XLA_COSTS, type XlaCost, type XlaKind, type XlaQuestion, type XlaWork } from './xla.ts';

/** Round numbers, so that the cases can be reckoned by hand. */
const COSTS: Readonly<Record<XlaKind, XlaCost>> = {
  decode: { compileFixed: 0, compilePerLayer: 0.5, savedPerLayerPass: 0.1, savedPerMillionActivations: 0 },
  update: { compileFixed: 2, compilePerLayer: 0.5, savedPerLayerPass: 5, savedPerMillionActivations: 20 },
  score: { compileFixed: 1, compilePerLayer: 0, savedPerLayerPass: 0, savedPerMillionActivations: 0 },
};

/** 4 layers of width 128: a million activations are 1,953 tokens. */
const update = (over: Partial<XlaWork> = {}): XlaWork => ({
  kind: 'update',
  calls: 1000,
  passes: 1,
  tokens: 1e6 / 512,
  shapes: 1,
  ...over,
});
const decide = (work: readonly XlaWork[], over: Partial<XlaQuestion> = {}) =>
  decideXla(
    {
      mode: 'auto',
      backend: { kind: 'native', device: 'cpu' },
      layers: 4,
      width: 128,
      span: 'the stage',
      work,
      ...over,
    },
    COSTS,
  );

describe('decideXla', () => {
  it('compiles where the stage is long enough to win the compile time back', () => {
    // To compile: 2 + 4 · 0.5 = 4 s. A call saves 4 · 5 + 20 = 40 ms, so 1.5 · 4 s take 150 calls.
    expect(decide([update({ calls: 151 })]).use).toBe(true);
    expect(decide([update({ calls: 150 })]).use).toBe(false);
    expect(decide([update({ calls: 150 })]).why).toBe(
      'about 6 s to gain over the stage, about 4 s to compile: not worth it',
    );
  });

  it('weighs every shape that has to be compiled', () => {
    expect(decide([update({ calls: 300, shapes: 1 })]).use).toBe(true);
    expect(decide([update({ calls: 300, shapes: 3 })]).use).toBe(false);
  });

  it('expects more of wider models and larger batches', () => {
    expect(decide([update({ calls: 75 })]).use).toBe(false);
    expect(decide([update({ calls: 75 })], { width: 768 }).use).toBe(true);
    expect(decide([update({ calls: 75, tokens: 16_384 })]).use).toBe(true);
  });

  it('adds up everything that a stage compiles: decoding gains with every token', () => {
    const decode = (passes: number): XlaWork => ({ ...update({ calls: 100, passes }), kind: 'decode' });
    // 100 calls of 24 passes through 4 layers at 0.1 ms: 0.96 s, for 2 s of compiling.
    expect(decide([decode(24)]).why).toBe(
      'less than 1 s to gain over the stage, about 2 s to compile: not worth it',
    );
    expect(decide([decode(100)]).use).toBe(true);
    // The update alone: 6.4 s against 1.5 · 4 s. With the decoding in four sizes: 7.4 s against 1.5 · 12 s.
    expect(decide([update({ calls: 160 })]).use).toBe(true);
    expect(decide([update({ calls: 160 }), { ...decode(24), shapes: 4 }]).use).toBe(false);
  });

  it('does as it is told, where it can', () => {
    expect(decide([], { mode: 'on' }).use).toBe(true);
    expect(decide([update({ calls: 1e6 })], { mode: 'off' }).use).toBe(false);
    const wasm = { kind: 'wasm', device: 'cpu' } as const;
    expect(decide([update()], { mode: 'on', backend: wasm }).why).toMatch(/native backend/);
    const gpu = { kind: 'native', device: 'gpu' } as const;
    expect(decide([update({ calls: 1e6 })], { backend: gpu }).use).toBe(false);
    expect(decide([update()], { mode: 'on', backend: gpu }).use).toBe(true);
  });
});

describe('XLA_COSTS', () => {
  it('never has a layer compiled for nothing', () => {
    for (const [kind, { compileFixed, compilePerLayer }] of Object.entries(XLA_COSTS)) {
      expect(compilePerLayer, kind).toBeGreaterThan(0);
      expect(compileFixed + 2 * compilePerLayer, kind).toBeGreaterThan(0);
    }
  });
});
