/** @file One Vitest project, its output shown as it comes, its result counted from Vitest's own JSON report. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { CommandError, runCommand } from './command.mjs';
import { ROOT } from './paths.mjs';

/**
 * @typedef {{ name: string, status: string, message: string, assertionResults: { status: string, fullName: string }[] }} FileReport
 * @param {string} project @param {readonly string[]} filters @returns {Promise<import('./testRun.mjs').Tally>}
 */
export async function runVitest(project, filters) {
  const folder = mkdtempSync(join(tmpdir(), 'nabla-vitest-'));
  const report = join(folder, 'report.json');
  try {
    let problem = '';
    try {
      await runCommand(
        'vitest',
        [
          'run',
          '--project',
          project,
          '--reporter=default',
          '--reporter=json',
          `--outputFile.json=${report}`,
          ...filters,
        ],
        { show: true },
      );
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      problem = error.message;
    }
    return count(readReport(report), project, problem);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {FileReport[] | undefined} files @param {string} project @param {string} problem how Vitest itself ended, when badly @returns {import('./testRun.mjs').Tally} */
export function count(files, project, problem) {
  if (!files)
    return {
      passed: 0,
      failed: 1,
      failures: [`vitest ${project} wrote no report (${problem || 'no reason given'})`],
    };
  const tests = files.flatMap((file) => file.assertionResults);
  const failures = files.flatMap((file) => {
    const failed = file.assertionResults.filter((test) => test.status === 'failed');
    const path = relative(ROOT, file.name);
    // A file that does not load has no tests in the report: it counts as one failure, never as nothing.
    if (file.status === 'failed' && failed.length === 0)
      return [`${path}: ${file.message.split('\n')[0] ?? 'did not load'}`];
    return failed.map((test) => `${path}: ${test.fullName}`);
  });
  // An unhandled rejection makes Vitest fail without any test failing.
  if (problem && failures.length === 0)
    failures.push(`vitest ${project}: ${problem} although no test failed`);
  const of = (/** @type {string[]} */ ...statuses) =>
    tests.filter((test) => statuses.includes(test.status)).length;
  return {
    passed: of('passed'),
    failed: failures.length,
    skipped: of('skipped', 'pending', 'todo', 'disabled'),
    failures,
  };
}

/** @param {string} path @returns {FileReport[] | undefined} */
function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).testResults;
  } catch {
    return undefined; // Vitest died before writing it; counted as a failure by the caller.
  }
}
