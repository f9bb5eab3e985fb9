import { expect, it } from 'vitest';

import { forkedConfig } from './forkedConfig.ts';
import { parseRunConfig } from './parseRunConfig.ts';
import type { RunConfig } from './config/runConfig.ts';

function config(warmupSteps: number | null): RunConfig {
  const parsed = parseRunConfig({
    name: 'a',
    task: { kind: 'addition' },
    ...(warmupSteps === null ? {} : { warmup: { steps: warmupSteps } }),
    policyGradient: { steps: 10 },
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return parsed.config;
}

it('leaves the warm-up out once the checkpoint is past it', () => {
  const own = config(5);
  for (const step of [5, 12])
    expect(forkedConfig(own, { config: config(5), step })).toEqual({ ...config(null), name: 'a' });
  // In the middle of the warm-up: the fork does its own.
  expect(forkedConfig(own, { config: config(5), step: 4 })).toBe(own);
  // The parent had none.
  expect(forkedConfig(own, { config: config(null), step: 1 })).toEqual(config(null));
});

it('gives back what needs no change', () => {
  const own = config(null);
  expect(forkedConfig(own, { config: config(5), step: 12 })).toBe(own);
});
