import { PRESETS, parseRunConfig } from '@nabla/domain';
import { describe, expect, it } from 'vitest';
import { plainMessage } from './plainMessage.ts';

describe('plainMessage', () => {
  // The messages come from the schema itself: another wording of zod's must not slip through unnoticed.
  it.each([
    [{ seed: 'a' }, 'must be a number'],
    [{ name: '' }, 'must not be empty'],
    [{ rewards: [] }, 'must have at least 1 item'],
    [{ tokenizer: 5 }, 'must be a section with settings'],
    [{ backend: 'gpu' }, 'must be one of auto, native, wasm'],
    [{ model: { layers: 0 } }, 'must be at least 1'],
    [{ model: { layers: 1.5 } }, 'must be a whole number'],
    [{ model: { depth: 1 } }, 'has the unknown key "depth"'],
    [{ policyGradient: { steps: 1, groupSize: 257 } }, 'must be at most 256'],
    [{ policyGradient: { steps: 1, optimizer: { learningRate: 0 } } }, 'must be more than 0'],
  ])('%j: %s', (patch, said) => {
    const result = parseRunConfig({ ...PRESETS[0]?.config, ...patch });
    expect(result.ok ? [] : result.errors.map((error) => plainMessage(error.message))).toEqual([said]);
  });

  it('names the kinds that a task may have', () => {
    const result = parseRunConfig({ ...PRESETS[0]?.config, task: { kind: 'nope' } });
    expect(result.ok ? '' : plainMessage(result.errors[0]?.message ?? '')).toMatch(
      /^must be one of addition, sort_digits, /,
    );
  });

  it('leaves what it does not know', () =>
    expect(plainMessage('width 10 is not divisible by 3 heads')).toBe(
      'width 10 is not divisible by 3 heads',
    ));
});
