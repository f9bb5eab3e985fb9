import { describe, expect, it } from 'vitest';

import { Progress, describeStep, duration } from './progress.ts';
import { result } from './testing.ts';

describe('progress', () => {
  const capture = (isTTY: boolean) => {
    const written: string[] = [];
    return { written, output: { isTTY, columns: 60, write: (text: string) => void written.push(text) } };
  };

  it('tells step, reward, signal, speed and time left', () => {
    const metrics = {
      'reward/mean': 0.71,
      'signal/std': 0.382,
      'throughput/completion_tokens_per_s': 2310.4,
    };
    expect(describeStep(result(120, metrics), 450, 250, 0)).toBe(
      'step 120/450  policy gradient  reward 0.710  signal 0.382  2,310 tokens/s  1m 23s left',
    );
  });

  it('tells of null rewards, however few, where there are any', () => {
    const line = (fraction: number): string =>
      describeStep(result(1, { 'reward/mean': 0.5, 'reward/null_fraction': fraction }), 1, undefined, 0);
    expect(line(0.469)).toBe('step 1/1  policy gradient  reward 0.500  null 47 %');
    expect(line(0.001)).toContain('null 1 %');
    expect(line(0)).not.toContain('null');
  });

  it('tells every evaluation in a line that stays', () => {
    const { written, output } = capture(true);
    const progress = new Progress(output, () => 0);
    progress.start({ step: 0, totalSteps: 50 });
    progress.step(
      result(50, {
        'reward/mean': 0.5,
        'eval/held_out/accuracy': 0.5312,
        'eval/held_out/pass_at_4': 0.72,
        'eval/held_out/reward_mean': 0.604,
        'eval/held_out/reward_ci95': 0.081,
        'eval/held_out/length_mean': 5,
        'eval/longer/reward_mean': 0.25,
      }),
    );
    expect(written[0]).toBe(
      'step 50  held_out: accuracy 0.531, pass@4 0.720, reward 0.604 ± 0.081; longer: reward 0.250\n',
    );
  });

  it('rewrites one line on a terminal, within its width', () => {
    const { written, output } = capture(true);
    const progress = new Progress(output, () => 0);
    progress.start({ step: 0, totalSteps: 3 });
    progress.step(
      result(1, { 'reward/mean': 1, 'signal/std': 1, 'throughput/completion_tokens_per_s': 123_456_789 }),
    );
    progress.step(result(2));
    progress.say('a line that stays');
    expect(written[0]?.startsWith('\r\u001B[K')).toBe(true);
    // The control sequence takes 4 characters and no room.
    expect((written[0]?.length ?? 0) - 4).toBeLessThan(60);
    expect(written.at(-1)).toBe('\r\u001B[Ka line that stays\n');
  });

  it('prints plain lines elsewhere, not one for every step, but always the last', () => {
    const { written, output } = capture(false);
    let now = 0;
    const progress = new Progress(output, () => now);
    progress.start({ step: 0, totalSteps: 100 });
    for (let step = 1; step <= 100; step++) {
      now += 100;
      progress.step(result(step));
    }
    expect(written.length).toBeLessThan(10);
    expect(written.every((line) => line.endsWith('\n') && !line.includes('\u001B'))).toBe(true);
    expect(written.at(-1)).toContain('step 100/100');
  });

  it.each([
    [999, '1s'],
    [59_400, '59s'],
    [80_000, '1m 20s'],
    [7_500_000, '2h 5m'],
  ])('%i ms are %s', (ms, text) => expect(duration(ms)).toBe(text));
});
