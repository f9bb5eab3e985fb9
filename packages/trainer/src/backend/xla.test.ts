import { describe, expect, it } from 'vitest';

import { decideXla, type XlaQuestion } from './xla.ts';

const question = (over: Partial<XlaQuestion> = {}): XlaQuestion => ({
  mode: 'auto',
  backend: { kind: 'native', device: 'cpu' },
  steps: 1000,
  layers: 4,
  width: 128,
  tokensPerStep: 2048,
  shapes: 1,
  ...over,
});

describe('decideXla', () => {
  it('compiles where the run is long enough to win the compile time back', () => {
    // 4 layers: 4 s. A step saves 30 + 12 · 1.05 = 42.6 ms, so 1.5 · 4 s take 141 steps.
    expect(decideXla(question({ steps: 141 })).use).toBe(true);
    expect(decideXla(question({ steps: 140 })).use).toBe(false);
    expect(decideXla(question({ steps: 140 })).why).toBe(
      'about 6 s to gain over 140 steps, about 4 s to compile: not worth it',
    );
  });

  it('weighs every shape that has to be compiled', () => {
    expect(decideXla(question({ steps: 300, shapes: 1 })).use).toBe(true);
    expect(decideXla(question({ steps: 300, shapes: 3 })).use).toBe(false);
  });

  it('expects more of wider models and larger batches', () => {
    expect(decideXla(question({ steps: 75 })).use).toBe(false);
    expect(decideXla(question({ steps: 75, width: 768 })).use).toBe(true);
    expect(decideXla(question({ steps: 75, tokensPerStep: 16_384 })).use).toBe(true);
  });

  it('does as it is told, where it can', () => {
    expect(decideXla(question({ mode: 'on', steps: 1 })).use).toBe(true);
    expect(decideXla(question({ mode: 'off', steps: 1e6 })).use).toBe(false);
    const wasm = { kind: 'wasm', device: 'cpu' } as const;
    expect(decideXla(question({ mode: 'on', backend: wasm })).why).toMatch(/native backend/);
    const gpu = { kind: 'native', device: 'gpu' } as const;
    expect(decideXla(question({ backend: gpu, steps: 1e6 })).use).toBe(false);
    expect(decideXla(question({ mode: 'on', backend: gpu })).use).toBe(true);
  });
});
