import { describe, expect, it } from 'vitest';

import { examine } from './examine.ts';
import { gatherFacts } from './gatherFacts.ts';
import { report } from './report.ts';

describe('this machine', () => {
  it('is measured, and everything said of it is a finite number or a sentence', async () => {
    const facts = await gatherFacts({
      backend: 'auto',
      folders: { runs: 'nowhere/at/all' },
      version: '1.2.3',
    });
    if (!facts.engine.ok) throw new Error(facts.engine.reason);
    const { probe } = facts.engine;
    // Any machine that runs tests multiplies matrices faster than this, and none of today's as fast.
    expect(probe.speed.gflops).toBeGreaterThan(0.1);
    expect(probe.speed.gflops).toBeLessThan(1e7);
    expect(probe.speed.eagerOpMicroseconds).toBeGreaterThan(0);
    expect(probe.tensorflow === null).toBe(probe.backend === 'wasm');
    expect(facts.memory.availableBytes).toBeLessThanOrEqual(facts.memory.totalBytes);
    expect(facts.disks.every(({ freeBytes }) => freeBytes === null || freeBytes >= 0)).toBe(true);
    const diagnosis = examine(facts);
    expect(diagnosis.canTrain).toBe(true);
    expect(report(facts, diagnosis)).not.toMatch(/undefined|NaN|null/);
  });
});
