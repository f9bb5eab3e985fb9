import { describe, expect, it } from 'vitest';
import { base64ToFloat32, base64ToInt32, float32ToBase64, int32ToBase64 } from './typedArrays.ts';
import type { StepRecordInput } from '../generated/operations.ts';
import { type CompletionLog, type StepLog, toStepRecords as toFields } from './stepRecord.ts';

const time = new Date('2030-01-02T03:04:05Z');
const completion = (index: number, text = 'x'): CompletionLog => ({
  index,
  group: 0,
  promptText: '1+1=',
  answer: '2',
  text,
  tokenCount: 2,
  truncated: false,
  reward: 1,
  rewards: [{ name: 'exact', value: 1, weight: 1, version: 'v1', error: null }],
  logp: -0.5,
  tokens: {
    tokenIds: Int32Array.of(5, 2),
    pieces: ['2', ''],
    logp: Float32Array.of(-0.25, -0.25),
    refLogp: null,
  },
});

/** The records as the API reads them. */
function toStepRecords(log: StepLog, partBytes?: number): Omit<StepRecordInput, 'sequence'>[] {
  return toFields(log, partBytes).map((fields) => JSON.parse(`{${fields}}`));
}

describe('toStepRecords', () => {
  it('turns metrics into columns and tokens into base64', () => {
    const [record, ...rest] = toStepRecords({
      step: 3,
      time,
      metrics: { 'reward/mean': 0.5, 'my/loss': Number.NaN },
      completions: [completion(0)],
    });
    expect(rest).toEqual([]);
    expect(record).toMatchObject({
      step: 3,
      stage: 'POLICY_GRADIENT',
      time: '2030-01-02T03:04:05.000Z',
      metrics: [
        { name: 'reward/mean', steps: [3], values: [0.5] },
        // JSON has no NaN: the point is left out, the name stays visible.
        { name: 'my/loss', steps: [3], values: [null] },
      ],
    });
    const tokens = record?.completions?.[0]?.tokens;
    expect(base64ToInt32(tokens?.tokenIds ?? '')).toEqual(Int32Array.of(5, 2));
    expect(base64ToFloat32(tokens?.logp ?? '')).toEqual(Float32Array.of(-0.25, -0.25));
    expect(tokens?.refLogp).toBeNull();
  });

  it('splits a large step into parts below the bound, nothing lost and nothing twice', () => {
    const log: StepLog = {
      step: 9,
      time,
      metrics: Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`m/${index}`, index])),
      logs: [{ level: 'INFO', message: 'hello' }],
      completions: Array.from({ length: 50 }, (_, index) => completion(index, 'y'.repeat(index * 10))),
    };
    const partBytes = 3000;
    const records = toStepRecords(log, partBytes);
    expect(records.length).toBeGreaterThan(5);
    for (const record of records) {
      expect(Buffer.byteLength(JSON.stringify(record))).toBeLessThanOrEqual(partBytes);
      expect(record.step).toBe(9);
    }
    expect(records.flatMap(({ metrics }) => metrics.map(({ name }) => name))).toEqual(
      Object.keys(log.metrics ?? {}),
    );
    expect(records.flatMap(({ completions }) => (completions ?? []).map(({ index }) => index))).toEqual(
      Array.from({ length: 50 }, (_, index) => index),
    );
    expect(records.flatMap(({ logs }) => logs ?? [])).toHaveLength(1);
  });

  it('never refuses a completion for its size', () => {
    const records = toStepRecords(
      { step: 1, time, completions: [completion(0), completion(1, 'z'.repeat(10_000)), completion(2)] },
      2000,
    );
    expect(records.map(({ completions }) => completions?.map(({ index }) => index))).toEqual([[0], [1], [2]]);
  });

  it('keeps to the number of metrics that a record may have, and cuts long series', () => {
    const metrics = new Map(Array.from({ length: 1200 }, (_, index) => [`m/${index}`, 1]));
    for (const record of toStepRecords({ step: 1, time, metrics }))
      expect(record.metrics.length).toBeLessThanOrEqual(500);
    const steps = Array.from({ length: 25_000 }, (_, index) => index);
    const series = toStepRecords({
      step: 25_000,
      time,
      series: [{ name: 'long', steps, values: steps }],
    }).flatMap((record) => record.metrics);
    expect(series.map((part) => part.steps.length)).toEqual([10_000, 10_000, 5_000]);
    expect(series.flatMap((part) => part.steps)).toEqual(steps);
  });

  it('says what is wrong before anything is stored', () => {
    expect(() => toStepRecords({ step: -1 })).toThrow('step -1 is not a whole number');
    expect(() => toStepRecords({ step: 1.5 })).toThrow('step 1.5 is not a whole number');
    expect(() => toStepRecords({ step: 1, metrics: { 'a b': 1 } })).toThrow('"a b" is no metric name');
    expect(() => toStepRecords({ step: 1, series: [{ name: 'a', steps: [1, 2], values: [1] }] })).toThrow(
      '2 steps but 1 values',
    );
    const broken = {
      ...completion(4),
      tokens: { tokenIds: Int32Array.of(1), pieces: ['a', 'b'], logp: Float32Array.of(0) },
    };
    expect(() => toStepRecords({ step: 1, completions: [broken] })).toThrow(
      'completion 4: 1 token ids but 2 pieces',
    );
  });
});

describe('typed arrays', () => {
  it('come back as they were, views into larger buffers and special values too', () => {
    const floats = new Float32Array([9, 1.5, -0, Number.POSITIVE_INFINITY, 1e-45, 9]).subarray(1, 5);
    expect(base64ToFloat32(float32ToBase64(floats))).toEqual(floats);
    expect(base64ToInt32(int32ToBase64(Int32Array.of(-1, 2 ** 31 - 1)))).toEqual(
      Int32Array.of(-1, 2 ** 31 - 1),
    );
    // 1.0 is 0x3f800000; its little-endian bytes are 00 00 80 3f.
    expect(float32ToBase64(Float32Array.of(1))).toBe('AACAPw==');
    expect(() => base64ToInt32('AAA=')).toThrow('no whole number of 32-bit values');
  });
});
