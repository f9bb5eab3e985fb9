/** @file The tables of the documentation, and the numbers that notes quote, are those that the code gives today. */
import { readFile } from 'node:fs/promises';

import { ESTIMATOR_PRESET_NAMES, MEASURED_BIAS, METRICS } from '@nabla/domain';
import { beforeAll, describe, expect, it } from 'vitest';

import { openBackend } from '../backend/backend.ts';
import { biasTable, measureBiases, printed, type Section } from './biasTable.ts';
import { ESTIMATORS_DOCUMENT, withTable } from './estimatorsDocument.ts';

let sections: Section[] = [];
beforeAll(async () => {
  await openBackend('wasm');
  sections = measureBiases();
}, 120_000);

it('docs/estimators.md prints what is measured', async () => {
  const document = await readFile(ESTIMATORS_DOCUMENT, 'utf8');
  expect(
    withTable(document, biasTable(sections)),
    'regenerate it: pnpm --filter @nabla/trainer exec tsx src/proofs/printBiasTable.ts --write',
  ).toBe(document);
});

describe('notes and refusals quote what is measured', () => {
  it.each(Object.entries(MEASURED_BIAS))('%s', (name, quoted) => {
    const row = sections.flatMap(({ rows }) => rows).find((one) => one.name === name);
    expect(row, 'no such row in the tables').toBeDefined();
    if (!row) return;
    const [, cosine, offDirection] = printed(row);
    expect([quoted.cosine, quoted.offDirection]).toEqual([cosine, offDirection]);
  });
});

describe('docs/estimators.md', () => {
  it('defines every metric of the catalogue', async () => {
    const document = await readFile(ESTIMATORS_DOCUMENT, 'utf8');
    const metrics = document.slice(document.indexOf('## Metrics'));
    const defined = new Set(
      metrics
        .split('\n')
        .filter((line) => line.startsWith('| `'))
        .flatMap((line) => namesOf(line.split(' | ')[0] ?? '')),
    );
    for (const { name } of METRICS) expect(defined, name).toContain(name);
  });

  it('lists every preset', async () => {
    const document = await readFile(ESTIMATORS_DOCUMENT, 'utf8');
    for (const name of ESTIMATOR_PRESET_NAMES) expect(document).toContain(`\n| \`${name}\` |`);
  });
});

/** The names in a cell; `…_mean` after `a/b_max` is `a/b_mean`. */
function namesOf(cell: string): string[] {
  const names: string[] = [];
  for (const [, written = ''] of cell.matchAll(/`([^`]+)`/g)) {
    const before = names.at(-1) ?? '';
    const rest = written.slice(1);
    names.push(written.startsWith('…') ? before.slice(0, before.lastIndexOf(rest[0] ?? '')) + rest : written);
  }
  return names;
}
