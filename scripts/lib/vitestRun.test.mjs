import { describe, expect, it } from 'vitest';
import { count } from './vitestRun.mjs';

/** @param {string} status @param {string[]} tests */
const file = (status, ...tests) => ({
  name: '/x/a.test.ts',
  status,
  message: 'SyntaxError: no',
  assertionResults: tests.map((test) => ({ status: test, fullName: test })),
});

describe('counting a Vitest report', () => {
  it('adds up over files and tells skipped ones apart', () => {
    expect(
      count(
        [file('passed', 'passed', 'skipped'), file('failed', 'passed', 'failed')],
        'unit',
        'exited with code 1',
      ),
    ).toMatchObject({ passed: 2, failed: 1, skipped: 1 });
  });
  it('counts a file that does not load', () =>
    expect(count([file('failed')], 'unit', '')).toMatchObject({ passed: 0, failed: 1 }));
  it('counts a run without a report', () =>
    expect(count(undefined, 'unit', 'killed')).toMatchObject({ failed: 1 }));
  it('counts an error outside of tests', () =>
    expect(count([file('passed', 'passed')], 'unit', 'exited with code 1')).toMatchObject({
      passed: 1,
      failed: 1,
    }));
});
