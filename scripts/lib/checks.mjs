/** @file The checks that are not tests: format, lint, generated files, types. Each thing checked counts as one. */
import { CommandError, runCommand } from './command.mjs';
import { filesBelow, fingerprint } from './fingerprint.mjs';
import { packagesWith } from './packages.mjs';
import { fromRoot } from './paths.mjs';

/** @typedef {import('./testRun.mjs').Tally} Tally */

/** Folders and files that generators write and that are committed. The Prisma client is generated too, but not committed. */
const isGenerated = (/** @type {string} */ path) =>
  (path.includes('/generated/') && !path.startsWith('packages/db/')) || path === 'apps/api/schema.graphql';

/** @returns {Promise<Tally>} */
export const checkFormat = () => check('format', 'prettier', ['--check', '--log-level', 'warn', '.']);

/** @returns {Promise<Tally>} */
export const checkLint = () => check('lint', 'npm', ['run', '--silent', 'lint']);

/** Runs the generators and compares what was there before with what they print. @returns {Promise<Tally>} */
export async function checkCodegen() {
  /** @type {Tally & { failures: string[] }} */
  const tally = { passed: 0, failed: 0, failures: [] };
  for (const { name, folder } of packagesWith('codegen')) {
    const before = generatedFiles(folder);
    const result = await check(`${name} codegen`, 'npm', ['run', '--silent', 'codegen'], folder);
    const after = generatedFiles(folder);
    const changed = [...new Set([...before.keys(), ...after.keys()])].filter(
      (path) => before.get(path) !== after.get(path),
    );
    for (const path of changed)
      tally.failures.push(
        `${path} is not what codegen prints; it has been written anew: look at it and commit it`,
      );
    if (result.failed > 0) tally.failures.push(...(result.failures ?? []));
    if (changed.length > 0 || result.failed > 0) tally.failed += 1;
    else tally.passed += 1;
  }
  return tally;
}

/** @returns {Promise<Tally>} */
export async function checkTypes() {
  const results = [await check('scripts', 'tsc', ['-p', 'scripts'])];
  for (const { name, folder } of packagesWith('typecheck'))
    results.push(await check(name, 'npm', ['run', '--silent', 'typecheck'], folder));
  return results.reduce((sum, each) => ({
    passed: sum.passed + each.passed,
    failed: sum.failed + each.failed,
    failures: [...(sum.failures ?? []), ...(each.failures ?? [])],
  }));
}

/** One command that must exit with 0; what it prints is shown when it does not. @param {string} name @param {string} command @param {string[]} args @param {string} [folder] @returns {Promise<Tally>} */
async function check(name, command, args, folder = '.') {
  /** @type {string[]} */
  const printed = [];
  try {
    await runCommand(command, args, { cwd: fromRoot(folder), onLine: (line) => printed.push(line) });
    console.log(`  ✓ ${name}`);
    return { passed: 1, failed: 0 };
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    console.log(printed.join('\n'));
    console.log(`  ✗ ${name}: ${error.message}`);
    return { passed: 0, failed: 1, failures: [`${name}: ${error.message}`] };
  }
}

/** @param {string} folder @returns {Map<string, string>} path → hash */
function generatedFiles(folder) {
  return new Map(
    filesBelow([folder])
      .filter(isGenerated)
      .map((path) => [path, fingerprint([path])]),
  );
}
