import { expect, test } from 'vitest';
import { cleanText } from './cleanText.ts';
import { completionId, idKind, newId, parseCompletionId, parsePromptId, promptId } from './ids.ts';

test('ids name their kind and ascend', () => {
  const ids = Array.from({ length: 2_000 }, () => newId('run'));
  for (const id of ids) expect(id).toMatch(/^run_[0-9A-HJKMNP-TV-Z]{26}$/);
  expect(ids).toEqual(ids.toSorted());
  expect(new Set(ids).size).toBe(ids.length);
  expect(idKind(newId('promptSetVersion'))).toBe('promptSetVersion');
  expect(idKind('nothing')).toBeNull();
  expect(idKind('xyz_1')).toBeNull();
});

test('the time in an id is the time it was made', () => {
  const before = Date.now();
  const id = newId('user');
  const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
  const time = Array.from(id.slice(4, 14)).reduce((sum, digit) => sum * 32 + digits.indexOf(digit), 0);
  expect(time).toBeGreaterThanOrEqual(before);
  // Ids of one process never go back, so the one before may have borrowed from the next millisecond.
  expect(time).toBeLessThanOrEqual(Date.now() + 1);
});

test('composed ids go there and back', () => {
  const runId = newId('run');
  const key = { runId, step: 12, index: 3 };
  expect(completionId(key)).toBe(`cmp_${runId}_12_3`);
  expect(parseCompletionId(completionId(key))).toEqual(key);
  const prompt = { versionId: newId('promptSetVersion'), index: 7 };
  expect(parsePromptId(promptId(prompt))).toEqual(prompt);
});

test.each([
  '',
  'cmp_',
  'cmp_run_1_2_3',
  `cmp_${'run_'.padEnd(30, '0')}_1`,
  `cmp_${'run_'.padEnd(30, '0')}_1_-1`,
])('%j is no completion', (id) => {
  expect(parseCompletionId(id)).toBeNull();
});

test('text that PostgreSQL cannot hold is made storable and other text is left alone', () => {
  expect(cleanText('a\u0000b')).toBe('a\ufffdb');
  expect(cleanText('\ud83d')).toBe('\ufffd');
  expect(cleanText('😀 ∇ é')).toBe('😀 ∇ é');
});
