import { describe, expect, it } from 'vitest';
import { forkText, withForkStep } from './forkText.ts';
import { readDraft } from './draft.ts';

const parent = {
  name: 'written',
  task: { kind: 'addition' },
  warmup: { steps: 20 },
  policyGradient: { steps: 10 },
};

describe('forkText', () => {
  it('is the parent’s configuration under the fork’s name, without the warm-up that is behind it', () => {
    const { config } = readDraft(forkText(parent, 'adder', 20));
    expect([config?.name, config?.warmup, config?.policyGradient.steps]).toEqual([
      'adder · fork at 20',
      undefined,
      10,
    ]);
    expect(readDraft(forkText(parent, 'adder', 19)).config?.warmup?.steps).toBe(20);
  });
});

describe('withForkStep', () => {
  it('lets the name follow the step', () => {
    const text = `# mine\n${forkText(parent, 'adder', 20)}`;
    const moved = withForkStep(text, 'adder', 30);
    expect(readDraft(moved).config?.name).toBe('adder · fork at 30');
    expect(moved).toContain('# mine');
    expect(withForkStep(moved, 'adder', 20)).toBe(text);
  });

  it('leaves a name that somebody gave, and a text that cannot be read', () => {
    for (const text of ['name: better\n', 'name: adder · fork at 20\ntask: {kind: a\n', 'seed: 1\n'])
      expect(withForkStep(text, 'adder', 30)).toBe(text);
  });
});
