/**
 * @file Prints the table of measured biases, or writes it into docs/estimators.md between its marks.
 * Run: pnpm --filter @nabla/trainer exec tsx src/proofs/printBiasTable.ts [--write]
 */
import { readFile, writeFile } from 'node:fs/promises';

import { openBackend } from '../backend/backend.ts';
import { biasTable } from './biasTable.ts';
import { ESTIMATORS_DOCUMENT, withTable } from './estimatorsDocument.ts';

await openBackend('wasm');
const table = biasTable();
if (process.argv.includes('--write'))
  await writeFile(ESTIMATORS_DOCUMENT, withTable(await readFile(ESTIMATORS_DOCUMENT, 'utf8'), table));
else console.log(table);
