import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

const ROOT = resolve(import.meta.dirname, '../../..');
const FIXTURES = join(import.meta.dirname, 'fixtures');

const reportSchema = z.object({
  diagnostics: z.array(
    z.object({
      code: z.string(),
      message: z.string(),
      help: z.string().optional(),
      severity: z.string(),
      filename: z.string(),
    }),
  ),
});
type Diagnostic = z.infer<typeof reportSchema>['diagnostics'][number];

/** Each planted violation: the file, and the rule that must refuse it. A wall without a row here is not guarded. */
const PLANTED: readonly (readonly [file: string, rule: string])[] = [
  ['packages/domain/src/domainImportsDb.ts', 'no-restricted-imports'],
  ['packages/domain/src/domainReadsFiles.ts', 'no-restricted-imports'],
  ['packages/db/src/dbImportsClient.ts', 'no-restricted-imports'],
  ['packages/client/src/clientImportsDb.ts', 'no-restricted-imports'],
  ['apps/dashboard/src/dashboardImportsClient.ts', 'no-restricted-imports'],
  ['apps/dashboard/src/features/dashboardReachesIntoApi.ts', 'no-restricted-imports'],
  ['apps/api/src/apiImportsTrainer.ts', 'no-restricted-imports'],
  ['apps/api/src/modules/run/serviceReadsEnv.ts', 'no-restricted-imports'],
  ['apps/api/src/modules/run/run.type.ts', 'no-restricted-imports'],
  ['packages/trainer/src/learnerImportsClient.ts', 'no-restricted-imports'],
  ['packages/trainer/src/worker/workerImportsDb.ts', 'no-restricted-imports'],
  ['packages/trainer/src/ops/opsReadsConfig.ts', 'no-restricted-imports'],
  ['packages/trainer/src/ops/opsKnowsModel.ts', 'no-restricted-imports'],
  ['scripts/anythingImportsTest.ts', 'no-restricted-imports'],
  ['packages/domain/src/cycleA.ts', 'no-cycle'],
  ['packages/domain/src/cycleB.ts', 'no-cycle'],
  ['packages/domain/src/usesAny.ts', 'no-explicit-any'],
  ['packages/client/src/forgetsPromise.ts', 'no-floating-promises'],
];

describe('the linter', () => {
  let found: Map<string, Diagnostic[]>;
  let exitCode: number | null;

  beforeAll(() => {
    ({ found, exitCode } = lintFixtures());
  });

  it.each(PLANTED)('refuses %s (%s) as an error', (file, rule) => {
    expect(found.get(file)).toContainEqual(
      expect.objectContaining({ code: expect.stringContaining(`(${rule})`), severity: 'error' }),
    );
  });

  it('fails when a violation is planted', () => {
    expect(exitCode).not.toBe(0);
  });

  it('lets a clean file pass', () => {
    expect(found.get('packages/client/src/clean.ts')).toBeUndefined();
  });

  it('knows every fixture', () => {
    const files = readdirSync(FIXTURES, { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.ts'),
    );
    expect(files.sort()).toEqual([...PLANTED.map(([file]) => file), 'packages/client/src/clean.ts'].sort());
  });
});

/** Runs the repository's own configuration over the fixtures, which it leaves alone otherwise. */
function lintFixtures(): { found: Map<string, Diagnostic[]>; exitCode: number | null } {
  const run = spawnSync(
    join(ROOT, 'node_modules/.bin/oxlint'),
    ['--type-aware', '--no-ignore', '--format', 'json', '-c', join(ROOT, '.oxlintrc.json'), FIXTURES],
    { cwd: ROOT, encoding: 'utf8' },
  );
  const report = reportSchema.parse(JSON.parse(run.stdout));
  const found = new Map<string, Diagnostic[]>();
  for (const diagnostic of report.diagnostics) {
    const file = relative(FIXTURES, resolve(ROOT, diagnostic.filename));
    found.set(file, [...(found.get(file) ?? []), diagnostic]);
  }
  return { found, exitCode: run.status };
}
