/**
 * @file Pages of a list below many parents in one query: each parent's page is read in a LATERAL subquery, so
 * that fifty runs with ten comments each cost one round trip. A list of the workspace is the same thing with one parent.
 */
import { type Database, Prisma } from '@nabla/db';
import type { CursorValue } from './cursor.ts';
import type { PageRequest } from './page.ts';

type Sql = Prisma.Sql;

export interface ListKey {
  expression: Sql;
  /** Postgres type, to cast the cursor's value back. */
  type: 'text' | 'timestamptz' | 'float8' | 'int4' | 'int8';
  descending: boolean;
}

export interface ListPlan {
  /** Name of the ordering, part of its cursors. */
  order: string;
  /** Relation with the parents, aliased `parent`, with at least the column `id`. Default: one column of ids. */
  parents?: (ids: readonly string[]) => Sql;
  /** Joins a row to its parent, for instance `r.project_id = parent.id`. */
  match: Sql;
  columns: Sql;
  from: Sql;
  /** Further conditions; null when there are none. */
  where: Sql | null;
  /** Sort keys, none of them null, the last one unique within a parent. */
  keys: readonly ListKey[];
}

/** A row and its sort key. */
export interface KeyedRow<Row> {
  row: Row;
  key: CursorValue[];
}

/** Up to `request.limit + 1` rows of each parent in reading order. */
export async function readPages<Row extends object>(
  pool: Database['pool'],
  plan: ListPlan,
  parentIds: readonly string[],
  request: PageRequest,
): Promise<Map<string, KeyedRow<Row>[]>> {
  const keyNames = plan.keys.map((_, index) => Prisma.raw(`k${index}`));
  const keyColumns = plan.keys.map((key, index) => Prisma.sql`${key.expression} AS ${keyNames[index]}`);
  const direction = (key: ListKey) => Prisma.raw(key.descending === request.backwards ? 'ASC' : 'DESC');
  const inner = plan.keys.map((key) => Prisma.sql`${key.expression} ${direction(key)}`);
  const outer = plan.keys.map((key, index) => Prisma.sql`page.${keyNames[index]} ${direction(key)}`);
  const conditions = [plan.match];
  if (plan.where !== null) conditions.push(plan.where);
  if (request.after !== null) conditions.push(beyond(plan.keys, request.after, false));
  if (request.before !== null) conditions.push(beyond(plan.keys, request.before, true));
  const query = Prisma.sql`
    SELECT parent.id AS "parentId",
           jsonb_build_array(${Prisma.join(keyNames.map((name) => Prisma.sql`page.${name}`))}) AS "rowKey", page.*
    FROM ${parentsOf(plan, parentIds)}
    CROSS JOIN LATERAL (
      SELECT ${plan.columns}, ${Prisma.join(keyColumns)}
      FROM ${plan.from}
      WHERE ${Prisma.join(conditions, ' AND ')}
      ORDER BY ${Prisma.join(inner)}
      LIMIT ${request.limit + 1}
    ) page
    ORDER BY parent.id, ${Prisma.join(outer)}`;
  const found = await pool.query<Row & { parentId: string; rowKey: CursorValue[] }>(query.text, query.values);
  const pages = new Map<string, KeyedRow<Row>[]>(parentIds.map((id) => [id, []]));
  for (const row of found.rows) pages.get(row.parentId)?.push({ row, key: row.rowKey });
  return pages;
}

/** How many rows each parent has in all. */
export async function countRows(
  pool: Database['pool'],
  plan: ListPlan,
  parentIds: readonly string[],
): Promise<Map<string, number>> {
  const conditions = plan.where === null ? [plan.match] : [plan.match, plan.where];
  const query = Prisma.sql`
    SELECT parent.id AS "parentId", counted.n
    FROM ${parentsOf(plan, parentIds)}
    CROSS JOIN LATERAL (
      SELECT count(*)::float8 AS n FROM ${plan.from} WHERE ${Prisma.join(conditions, ' AND ')}
    ) counted`;
  const found = await pool.query<{ parentId: string; n: number }>(query.text, query.values);
  return new Map(found.rows.map((row) => [row.parentId, row.n]));
}

/** The select list of a table's columns under the names they have in TypeScript. */
export function columnsOf(alias: string, columns: Readonly<Record<string, string>>): Sql {
  const names = Object.entries(columns).map(([name, column]) => {
    // A column that pg would hand over as a string is cast; up to 2^53 a float8 holds it exactly.
    const [plain, cast] = column.split('::');
    return `${alias}."${plain}"${cast === undefined ? '' : `::${cast}`} AS "${name}"`;
  });
  return Prisma.raw(names.join(', '));
}

function parentsOf(plan: ListPlan, ids: readonly string[]): Sql {
  return plan.parents?.(ids) ?? Prisma.sql`unnest(${[...ids]}::text[]) AS parent(id)`;
}

/** Rows after (or before) the one with the key, in the order of the list. */
function beyond(keys: readonly ListKey[], values: readonly CursorValue[], before: boolean): Sql {
  const value = (index: number) => Prisma.sql`${values[index]}::${Prisma.raw(keys[index]?.type ?? 'text')}`;
  const operator = (key: ListKey) => Prisma.raw(key.descending === before ? '>' : '<');
  const first = keys[0];
  // Row comparison can walk an index; it needs all keys to go the same way.
  if (first !== undefined && keys.every((key) => key.descending === first.descending)) {
    const expressions = Prisma.join(keys.map((key) => key.expression));
    return Prisma.sql`(${expressions}) ${operator(first)} (${Prisma.join(keys.map((_, index) => value(index)))})`;
  }
  const alternatives = keys.map((key, index) => {
    const equal = keys.slice(0, index).map((earlier, at) => Prisma.sql`${earlier.expression} = ${value(at)}`);
    return Prisma.join(
      [...equal, Prisma.sql`${key.expression} ${operator(key)} ${value(index)}`],
      ' AND ',
      '(',
      ')',
    );
  });
  return Prisma.join(alternatives, ' OR ', '(', ')');
}
