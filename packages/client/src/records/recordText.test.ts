import { describe, expect, it } from 'vitest';

import type { StepRecordInput } from '../generated/operations.ts';
import { bodyOfRecords, sequenceOf, textOfRecord } from './recordText.ts';

const record = (sequence: number): StepRecordInput => ({
  step: 3,
  stage: 'POLICY_GRADIENT',
  time: '2026-01-01T00:00:00.000Z',
  metrics: [{ name: 'reward/mean', steps: [3], values: [0.5] }],
  logs: [
    { time: '2026-01-01T00:00:00.000Z', level: 'INFO', message: '"sequence":99, „quoted“ ∇', step: null },
  ],
  sequence,
});

describe('textOfRecord', () => {
  it('is the record, and tells its number without being read', () => {
    for (const sequence of [1, 42, Number.MAX_SAFE_INTEGER]) {
      const text = textOfRecord(record(sequence));
      expect(JSON.parse(Buffer.from(text).toString())).toEqual(record(sequence));
      expect(sequenceOf(text)).toBe(sequence);
      // From the middle of a larger buffer, as a spool reads it.
      const held = Buffer.concat([Buffer.from('xyz'), text, Buffer.from('xyz')]);
      expect(sequenceOf(held.subarray(3, 3 + text.length))).toBe(sequence);
    }
  });

  it('finds the number where an earlier version wrote it', () => {
    const { sequence, ...rest } = record(7);
    expect(sequenceOf(Buffer.from(JSON.stringify({ ...rest, sequence })))).toBe(7);
  });
});

describe('bodyOfRecords', () => {
  it.each([0, 1, 3])('is the JSON of the request with %i records', (count) => {
    const records = Array.from({ length: count }, (_, index) => record(index + 1));
    const input = { runId: 'r"1', leaseToken: 't', writer: 'w' };
    const body = bodyOfRecords('mutation M { a }', input, records.map(textOfRecord));
    expect(JSON.parse(Buffer.from(body).toString())).toEqual({
      query: 'mutation M { a }',
      variables: { input: { ...input, records } },
    });
  });
});
