import { describe, expect, it } from 'vitest';
import { BOUNDS } from './bounds.ts';
import { parsePromptFile } from './promptFile.ts';

describe('parsePromptFile', () => {
  it('reads prompts, answers and metadata, and passes over empty lines and a byte order mark', () => {
    const file = parsePromptFile('\uFEFF{"prompt":"1+1=","answer":2,"level":"easy"}\r\n\n{"prompt":"hi"}\n');
    expect(file.errors).toEqual([]);
    expect(file.prompts).toEqual([
      { text: '1+1=', answer: '2', metadata: { level: 'easy' } },
      { text: 'hi', answer: null, metadata: null },
    ]);
  });

  it('names the line of every broken line', () => {
    const file = parsePromptFile('{"prompt":"a"}\n{oops}\n\n{"promt":"b"}\n[1]\n{"prompt":""}');
    expect(file.errors.map((error) => error.line)).toEqual([2, 4, 5, 6]);
    expect(file.errors[0]?.message).toMatch(/not JSON/);
    expect(file.errors[1]?.message).toBe('"prompt" is missing');
    expect(file.errors[3]?.message).toMatch(/empty/);
  });

  it('stops after 20 errors', () => {
    expect(parsePromptFile('x\n'.repeat(100)).errors).toHaveLength(20);
  });

  it('refuses an empty file, one that is too long, and one with too many prompts', () => {
    expect(parsePromptFile('\n').errors[0]?.message).toMatch(/no prompts/);
    expect(parsePromptFile('x'.repeat(BOUNDS.maxPromptFileBytes + 1)).errors[0]?.message).toMatch(/bound/);
    const tooMany = parsePromptFile('{"prompt":"a"}\n'.repeat(BOUNDS.maxPrompts + 1));
    expect(tooMany.errors).toEqual([
      { line: BOUNDS.maxPrompts + 1, message: `more than ${BOUNDS.maxPrompts} prompts` },
    ]);
  });
});
