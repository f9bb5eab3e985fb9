/** @file The parts of `npm test`, what each needs, and the sum of what they found. */
import { reportFailure } from './failure.mjs';
import { checkCodegen, checkFormat, checkLint, checkTypes } from './checks.mjs';
import { createProgress, duration } from './progress.mjs';
import {
  ensureDashboardBuild,
  ensureDependencies,
  ensureNativeBackend,
  ensurePrismaClient,
  exclusively,
} from './steps.mjs';
import { runVitest } from './vitestRun.mjs';

/**
 * @typedef {{ passed: number, failed: number, skipped?: number, failures?: string[] }} Tally
 * @typedef {{ name: string, help: string, needs?: readonly ('dashboard' | 'native')[], run: (context: Context) => Promise<Tally> }} Part
 * @typedef {{ progress: import('./progress.mjs').Progress, filters: readonly string[] }} Context
 */

/** @type {readonly Part[]} */
const PARTS = [
  { name: 'format', help: 'Prettier', run: checkFormat },
  { name: 'lint', help: 'Oxlint, type-aware, with the walls between the packages', run: checkLint },
  { name: 'codegen', help: 'generated files are what the generators print', run: checkCodegen },
  { name: 'types', help: 'TypeScript in every package', run: checkTypes },
  {
    name: 'unit',
    help: 'Vitest: what needs no service',
    needs: ['native'],
    run: ({ filters }) => runVitest('unit', filters),
  },
  {
    name: 'db',
    help: 'Vitest: what needs a PostgreSQL',
    needs: ['native'],
    run: ({ filters }) => runVitest('db', filters),
  },
  {
    name: 'start',
    help: 'Vitest: npm start itself',
    needs: ['dashboard', 'native'],
    run: ({ filters }) => runVitest('start', filters),
  },
  {
    name: 'browser',
    help: 'Vitest: journeys in a real browser',
    needs: ['dashboard', 'native'],
    run: ({ filters }) => runVitest('browser', filters),
  },
];

/** @param {readonly string[]} args parts to run (all when none is named) and Vitest file filters @returns {Promise<number>} exit code */
export async function runTests(args) {
  if (args.includes('--help') || args.includes('-h')) {
    console.log(help());
    return 0;
  }
  const unknown = args.find((arg) => arg.startsWith('-'));
  if (unknown) {
    console.error(`unknown option "${unknown}"\n\n${help()}`);
    return 2;
  }
  const named = PARTS.filter((part) => args.includes(part.name));
  const parts = named.length > 0 ? named : PARTS;
  const filters = args.filter((arg) => !PARTS.some((part) => part.name === arg));
  const began = Date.now();
  const progress = createProgress();
  /** @type {{ name: string, tally: Tally }[]} */
  const results = [];
  try {
    await setUp(parts, progress);
    for (const part of parts) {
      progress.line(`\n  ${progress.paint.bold(part.name)} — ${part.help}`);
      results.push({ name: part.name, tally: await part.run({ progress, filters }) });
    }
  } catch (error) {
    reportFailure(progress, error);
    results.push({
      name: 'set-up',
      tally: { passed: 0, failed: 1, failures: [error instanceof Error ? error.message : String(error)] },
    });
  } finally {
    progress.close();
  }
  return summarise(results, Date.now() - began);
}

/** @param {readonly Part[]} parts @param {import('./progress.mjs').Progress} progress */
function setUp(parts, progress) {
  const needs = new Set(parts.flatMap((part) => part.needs ?? []));
  return exclusively(progress, async () => {
    await ensureDependencies(progress);
    await ensurePrismaClient(progress);
    await Promise.all([
      needs.has('native') && expectNative(progress),
      needs.has('dashboard') && ensureDashboardBuild(progress),
    ]);
  });
}

/** Where the native engine was installed, tests of it may not be left out. @param {import('./progress.mjs').Progress} progress */
async function expectNative(progress) {
  const { native } = await ensureNativeBackend(progress);
  if (native) process.env.NABLA_EXPECT_NATIVE = '1';
}

/** @param {{ name: string, tally: Tally }[]} results @param {number} tookMs */
function summarise(results, tookMs) {
  let passed = 0;
  let failed = 0;
  console.log('');
  for (const { name, tally } of results) {
    passed += tally.passed;
    failed += tally.failed;
    console.log(
      `  ${tally.failed > 0 ? '✗' : '✓'} ${name.padEnd(8)} ${tally.passed} passed, ${tally.failed} failed${tally.skipped ? `, ${tally.skipped} skipped` : ''}`,
    );
    for (const failure of tally.failures ?? []) console.log(`      ${failure}`);
  }
  console.log(`  ${duration(tookMs)}\n`);
  console.log(`${passed} passed, ${failed} failed`);
  return failed > 0 || passed === 0 ? 1 : 0;
}

function help() {
  return [
    'npm test [-- part … filter …]',
    '',
    'Sets up what is missing and runs all parts, or the named ones:',
    ...PARTS.map((part) => `  ${part.name.padEnd(9)} ${part.help}`),
    '',
    'Other words are file filters of Vitest: npm test -- unit packages/domain',
  ].join('\n');
}
