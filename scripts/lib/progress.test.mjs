import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createProgress, duration } from './progress.mjs';

function recorder() {
  const stream = Object.assign(new PassThrough(), { columns: 60, isTTY: false });
  let text = '';
  stream.on('data', (chunk) => (text += String(chunk)));
  // The tests write and read; nothing asks for the rest of what a terminal can do.
  return { stream: /** @type {NodeJS.WriteStream} */ (/** @type {unknown} */ (stream)), text: () => text };
}

describe('progress', () => {
  it('without a terminal prints plain lines: begin, end, how long', () => {
    let now = 0;
    const { stream, text } = recorder();
    const stage = createProgress({ stream, terminal: false, now: () => now }).stage('Dependencies');
    now = 12_340;
    stage.fraction(0.5, '5 of 10 packages');
    stage.succeed('10 packages');
    expect(text()).toBe('  · Dependencies …\n  ✓ Dependencies — 10 packages (12.3 s)\n');
  });

  it('on a terminal draws a bar per running stage and leaves one line of each behind', () => {
    const { stream, text } = recorder();
    const progress = createProgress({ stream, terminal: true, colour: false, now: () => 0 });
    const one = progress.stage('One');
    const two = progress.stage('Two');
    one.fraction(0.5);
    two.succeed();
    expect(text()).toContain('One 0 s [############............] 50 %');
    one.fail('broken');
    progress.close();
    expect(text()).toContain('  ✓ Two (0 ms)\n');
    expect(text()).toContain('  ✗ One — broken (0 ms)\n');
  });

  it('ends a stage once', () => {
    const { stream, text } = recorder();
    const stage = createProgress({ stream, terminal: false, now: () => 0 }).stage('One');
    stage.succeed();
    stage.fail('late');
    expect(text()).not.toContain('late');
  });
});

it.each([
  [0, '0 ms'],
  [999, '999 ms'],
  [1500, '1.5 s'],
  [125_000, '2 min 5 s'],
])('%d ms reads %s', (ms, text) => expect(duration(ms)).toBe(text));
