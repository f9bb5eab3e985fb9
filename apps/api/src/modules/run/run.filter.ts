/** @file Which runs: the typed filter as parameterised SQL over `run r`. */
import { Prisma } from '@nabla/db';
import type { RunStatus } from '@nabla/domain';
import { refuse } from '../../errors.ts';
import {
  boundedList,
  boundedText,
  type Combinators,
  compileFilter,
  rangeConditions,
} from '../../relay/filter.ts';
import { containsPattern } from '../../relay/likePattern.ts';

type Sql = Prisma.Sql;
type Maybe<T> = T | null | undefined;

export interface MetricCondition {
  name: string;
  aggregate?: Maybe<'LAST' | 'MIN' | 'MAX'>;
  gt?: Maybe<number>;
  gte?: Maybe<number>;
  lt?: Maybe<number>;
  lte?: Maybe<number>;
}
export interface ConfigCondition {
  path: string;
  equals?: unknown;
  gt?: Maybe<number>;
  lt?: Maybe<number>;
}
export interface RunFilter extends Combinators<RunFilter> {
  ids?: Maybe<readonly string[]>;
  status?: Maybe<readonly RunStatus[]>;
  text?: Maybe<string>;
  tags?: Maybe<readonly string[]>;
  ownerIds?: Maybe<readonly string[]>;
  forkedFromIds?: Maybe<readonly string[]>;
  archived?: Maybe<boolean>;
  createdAfter?: Maybe<Date>;
  createdBefore?: Maybe<Date>;
  metric?: Maybe<MetricCondition>;
  config?: Maybe<ConfigCondition>;
}

/** @throws Refusal when the filter is beyond a bound or a path cannot be used. */
export function compileRunFilter(filter: Maybe<RunFilter>): Sql | null {
  return compileFilter(filter, conditionsOf);
}

function conditionsOf(filter: RunFilter): Sql[] {
  const conditions: Sql[] = [];
  if (filter.ids != null) conditions.push(Prisma.sql`r.id = ANY(${boundedList(filter.ids, 'ids')}::text[])`);
  if (filter.status != null) {
    conditions.push(Prisma.sql`r.status::text = ANY(${boundedList(filter.status, 'status')}::text[])`);
  }
  if (filter.text != null && filter.text !== '') {
    const pattern = containsPattern(boundedText(filter.text, 'text'));
    conditions.push(
      Prisma.sql`(r.name ILIKE ${pattern} OR r.note ILIKE ${pattern} OR EXISTS (SELECT 1 FROM run_tag t WHERE t.run_id = r.id AND t.tag ILIKE ${pattern}))`,
    );
  }
  for (const tag of boundedList(filter.tags ?? [], 'tags')) {
    conditions.push(Prisma.sql`EXISTS (SELECT 1 FROM run_tag t WHERE t.run_id = r.id AND t.tag = ${tag})`);
  }
  if (filter.ownerIds != null) {
    conditions.push(Prisma.sql`r.owner_id = ANY(${boundedList(filter.ownerIds, 'ownerIds')}::text[])`);
  }
  if (filter.forkedFromIds != null) {
    const ids = boundedList(filter.forkedFromIds, 'forkedFromIds');
    conditions.push(Prisma.sql`r.forked_from_run_id = ANY(${ids}::text[])`);
  }
  if (filter.archived != null) conditions.push(Prisma.sql`r.archived = ${filter.archived}`);
  if (filter.createdAfter != null)
    conditions.push(Prisma.sql`r.created_at > ${filter.createdAfter}::timestamptz`);
  if (filter.createdBefore != null)
    conditions.push(Prisma.sql`r.created_at < ${filter.createdBefore}::timestamptz`);
  if (filter.metric != null) conditions.push(metricCondition(filter.metric));
  if (filter.config != null) conditions.push(...configConditions(filter.config));
  return conditions;
}

const aggregateColumns = { LAST: 'last', MIN: 'min', MAX: 'max' } as const;

/** Without a bound: the run has the metric. */
function metricCondition(condition: MetricCondition): Sql {
  const column = Prisma.raw(`h."${aggregateColumns[condition.aggregate ?? 'LAST']}"`);
  const all = [
    Prisma.sql`h.run_id = r.id`,
    Prisma.sql`h.metric = ${boundedText(condition.name, 'metric.name')}`,
    ...rangeConditions(column, condition),
  ];
  return Prisma.sql`EXISTS (SELECT 1 FROM metric_series_head h WHERE ${Prisma.join(all, ' AND ')})`;
}

/** Without a comparison: the configuration has something at the path. */
function configConditions(condition: ConfigCondition): Sql[] {
  const path = boundedText(condition.path, 'config.path').split('.');
  if (path.length > 10 || path.some((part) => !/^[A-Za-z0-9_-]+$/.test(part))) {
    throw refuse(
      'INVALID_INPUT',
      `"${condition.path}" is not a dotted path such as "policyGradient.groupSize".`,
      ['filter', 'config', 'path'],
    );
  }
  const value = Prisma.sql`(r.config #> ${path}::text[])`;
  const conditions: Sql[] = [];
  if (condition.equals !== undefined) {
    conditions.push(
      Prisma.sql`${value} = ${boundedText(JSON.stringify(condition.equals), 'config.equals')}::jsonb`,
    );
  }
  if (condition.gt != null || condition.lt != null) {
    // The CASE keeps the cast away from what is not a number.
    const number = Prisma.sql`(CASE WHEN jsonb_typeof(${value}) = 'number' THEN (r.config #>> ${path}::text[])::float8 END)`;
    conditions.push(...rangeConditions(number, condition));
  }
  if (conditions.length === 0) conditions.push(Prisma.sql`${value} IS NOT NULL`);
  return conditions;
}
