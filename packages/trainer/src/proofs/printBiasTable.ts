/**
 * @file Prints the tables of measured biases, or writes them into docs/estimators.md between their marks.
 * Run: pnpm --filter @nabla/trainer exec tsx src/proofs/printBiasTable.ts [--write]
 */
import { readFile, writeFile } from 'node:fs/promises';

import { openBackend } from '../backend/backend.ts';
import { biasTable, measureBiases } from './biasTable.ts';
import { ESTIMATORS_DOCUMENT, withTable } from './estimatorsDocument.ts';

await openBackend('wasm');
const table = biasTable(measureBiases());
if (process.argv.includes('--write'))
  await writeFile(ESTIMATORS_DOCUMENT, withTable(await readFile(ESTIMATORS_DOCUMENT, 'utf8'), table));
else console.log(table);
