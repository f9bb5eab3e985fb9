/** @file and, or, not: what filters of runs and completions share, with bounds on nesting and number. */
import { Prisma } from '@nabla/db';
import { refuse } from '../errors.ts';

type Sql = Prisma.Sql;

export const FILTER_LIMITS = { depth: 5, conditions: 50, listItems: 500, textChars: 500 } as const;

export interface Combinators<Filter> {
  and?: readonly Filter[] | null | undefined;
  or?: readonly Filter[] | null | undefined;
  not?: Filter | null | undefined;
}

/**
 * Compiles a filter to SQL; null when it says nothing.
 * @param conditionsOf SQL of each plain condition of one filter object.
 * @throws Refusal with the bound when the filter is too deep or too long.
 */
export function compileFilter<Filter extends Combinators<Filter>>(
  filter: Filter | null | undefined,
  conditionsOf: (filter: Filter) => Sql[],
): Sql | null {
  let conditions = 0;
  const compile = (part: Filter, depth: number): Sql | null => {
    if (depth > FILTER_LIMITS.depth) {
      throw refuse('TOO_LARGE', `The filter is nested more than ${FILTER_LIMITS.depth} levels deep.`, [
        'filter',
      ]);
    }
    const own = conditionsOf(part);
    conditions += own.length + (part.and?.length ?? 0) + (part.or?.length ?? 0);
    if (conditions > FILTER_LIMITS.conditions) {
      throw refuse('TOO_LARGE', `The filter has more than ${FILTER_LIMITS.conditions} conditions.`, [
        'filter',
      ]);
    }
    for (const inner of part.and ?? []) {
      const sql = compile(inner, depth + 1);
      if (sql !== null) own.push(sql);
    }
    if (part.or != null) {
      // An alternative that says nothing is always true; no alternatives at all are never true.
      const alternatives = part.or.map((inner) => compile(inner, depth + 1) ?? Prisma.sql`TRUE`);
      own.push(alternatives.length === 0 ? Prisma.sql`FALSE` : Prisma.join(alternatives, ' OR ', '(', ')'));
    }
    if (part.not != null) {
      const sql = compile(part.not, depth + 1);
      // Unknown is not a match, so its negation is one.
      own.push(sql === null ? Prisma.sql`FALSE` : Prisma.sql`(${sql}) IS NOT TRUE`);
    }
    return own.length === 0 ? null : Prisma.join(own, ' AND ', '(', ')');
  };
  return filter == null ? null : compile(filter, 1);
}

/** A list of a filter, checked against the bound. */
export function boundedList<Item>(items: readonly Item[], path: string): Item[] {
  if (items.length > FILTER_LIMITS.listItems) {
    throw refuse(
      'TOO_LARGE',
      `"${path}" has ${items.length} items; the bound is ${FILTER_LIMITS.listItems}.`,
      ['filter', path],
    );
  }
  return [...items];
}

/** A text of a filter, checked against the bound. */
export function boundedText(text: string, path: string): string {
  if (text.length > FILTER_LIMITS.textChars) {
    throw refuse(
      'TOO_LARGE',
      `"${path}" has ${text.length} characters; the bound is ${FILTER_LIMITS.textChars}.`,
      ['filter', path],
    );
  }
  return text;
}

/** Conditions of a range; an empty range says nothing. */
export function rangeConditions(
  expression: Sql,
  range: Readonly<Partial<Record<'gt' | 'gte' | 'lt' | 'lte', number | null | undefined>>>,
): Sql[] {
  const conditions: Sql[] = [];
  const add = (value: number | null | undefined, operator: string) => {
    if (value != null) conditions.push(Prisma.sql`${expression} ${Prisma.raw(operator)} ${value}::float8`);
  };
  add(range.gt, '>');
  add(range.gte, '>=');
  add(range.lt, '<');
  add(range.lte, '<=');
  return conditions;
}
