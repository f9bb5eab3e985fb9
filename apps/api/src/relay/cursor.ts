/** @file Keyset cursors: the sort key of a row, not its place, so that a page stays right while rows come and go. */
import { refuse } from '../errors.ts';

export type CursorValue = string | number | boolean | null;

/**
 * @param order names the ordering that the key belongs to; a cursor of another ordering is refused.
 * @param key the row's sort key, ending in something unique.
 */
export function encodeCursor(order: string, key: readonly CursorValue[]): string {
  return Buffer.from(JSON.stringify([order, ...key])).toString('base64url');
}

/** @throws Refusal INVALID_INPUT when the cursor is not one of this ordering with `length` values. */
export function decodeCursor(cursor: string, order: string, length: number, argument: string): CursorValue[] {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch (cause) {
    throw invalid(argument, cause);
  }
  if (!Array.isArray(value) || value.length !== length + 1 || !value.every(isCursorValue))
    throw invalid(argument);
  const [found, ...key] = value;
  if (found !== order) {
    throw refuse(
      'INVALID_INPUT',
      `The cursor "${argument}" belongs to another ordering; start again without it.`,
      [argument],
    );
  }
  return key;
}

function isCursorValue(value: unknown): value is CursorValue {
  // No row has a NUL in its key: PostgreSQL cannot even compare with one.
  if (typeof value === 'string') return !value.includes('\0');
  return value === null || ['number', 'boolean'].includes(typeof value);
}

function invalid(argument: string, cause?: unknown): Error {
  const refusal = refuse('INVALID_INPUT', `"${argument}" is not a cursor of this list.`, [argument]);
  refusal.cause = cause;
  return refusal;
}
