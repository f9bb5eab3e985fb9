import { readFile } from 'node:fs/promises';
import {
  buildSchema as parseSchema,
  findBreakingChanges,
  lexicographicSortSchema,
  printSchema,
} from 'graphql';
import { expect, test } from 'vitest';
import { nexusSchema } from './schema.ts';

test('the committed schema.graphql is the one the code makes (else: pnpm --filter @nabla/api codegen)', async () => {
  const committed = parseSchema(await readFile(new URL('../schema.graphql', import.meta.url), 'utf8'));
  const made = nexusSchema(false);
  expect(findBreakingChanges(committed, made)).toEqual([]);
  expect(printSchema(lexicographicSortSchema(committed))).toBe(printSchema(lexicographicSortSchema(made)));
});
