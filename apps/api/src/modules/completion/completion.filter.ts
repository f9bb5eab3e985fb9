/** @file Which completions: the typed filter as parameterised SQL over `completion c`. */
import { parseCompletionId, Prisma } from '@nabla/db';
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

export interface Range {
  gte?: Maybe<number>;
  lte?: Maybe<number>;
}
export interface CompletionFilter extends Combinators<CompletionFilter> {
  ids?: Maybe<readonly string[]>;
  evaluationSet?: Maybe<string>;
  step?: Maybe<Range>;
  group?: Maybe<number>;
  text?: Maybe<string>;
  reward?: Maybe<Range>;
  rewardComponent?: Maybe<Range & { name: string }>;
  advantage?: Maybe<Range>;
  truncated?: Maybe<boolean>;
  rewardNull?: Maybe<boolean>;
  judgedByMe?: Maybe<boolean>;
  hasVerdict?: Maybe<boolean>;
}

/** @throws Refusal when the filter is beyond a bound. */
export function compileCompletionFilter(filter: Maybe<CompletionFilter>, viewerId: string): Sql | null {
  return compileFilter(filter, (part) => conditionsOf(part, viewerId));
}

/**
 * The same with its default: a filter that speaks neither of evaluation sets nor of single completions means those that were
 * trained on.
 */
export function completionScope(filter: Maybe<CompletionFilter>, viewerId: string): Sql {
  const given = compileCompletionFilter(filter, viewerId);
  if (given !== null && namesItsSet(filter)) return given;
  const trained = Prisma.sql`c.evaluation_set IS NULL`;
  return given === null ? trained : Prisma.sql`(${trained} AND ${given})`;
}

function namesItsSet(filter: Maybe<CompletionFilter>): boolean {
  if (filter == null) return false;
  if (filter.evaluationSet !== undefined || filter.ids != null) return true;
  return [...(filter.and ?? []), ...(filter.or ?? []), filter.not].some(namesItsSet);
}

/** True for a completion `c` on which the person has a current verdict. */
export function judgedBy(viewerId: string): Sql {
  return Prisma.sql`EXISTS (SELECT 1 FROM verdict v WHERE v.run_id = c.run_id AND v.step = c.step AND v.index = c.index
    AND v.author_id = ${viewerId} AND v.superseded_at IS NULL)`;
}

function conditionsOf(filter: CompletionFilter, viewerId: string): Sql[] {
  const conditions: Sql[] = [];
  if (filter.ids != null) conditions.push(isOneOf(filter.ids));
  if (filter.evaluationSet !== undefined) {
    conditions.push(
      filter.evaluationSet === null
        ? Prisma.sql`c.evaluation_set IS NULL`
        : Prisma.sql`c.evaluation_set = ${boundedText(filter.evaluationSet, 'evaluationSet')}`,
    );
  }
  if (filter.step != null) conditions.push(...stepConditions(filter.step));
  if (filter.group != null) conditions.push(Prisma.sql`c."group" = ${filter.group}::int`);
  if (filter.text != null && filter.text !== '') {
    const pattern = containsPattern(boundedText(filter.text, 'text'));
    conditions.push(Prisma.sql`(c.text ILIKE ${pattern} OR c.prompt_text ILIKE ${pattern})`);
  }
  if (filter.reward != null) conditions.push(...rangeConditions(Prisma.sql`c.reward`, filter.reward));
  if (filter.advantage != null)
    conditions.push(...rangeConditions(Prisma.sql`c.advantage`, filter.advantage));
  if (filter.truncated != null) conditions.push(Prisma.sql`c.truncated = ${filter.truncated}`);
  if (filter.rewardNull != null) conditions.push(Prisma.sql`(c.reward IS NULL) = ${filter.rewardNull}`);
  if (filter.rewardComponent != null) conditions.push(componentCondition(filter.rewardComponent));
  if (filter.judgedByMe != null) conditions.push(Prisma.sql`${judgedBy(viewerId)} = ${filter.judgedByMe}`);
  if (filter.hasVerdict != null) {
    conditions.push(Prisma.sql`EXISTS (SELECT 1 FROM verdict v WHERE v.run_id = c.run_id AND v.step = c.step AND v.index = c.index
      AND v.superseded_at IS NULL) = ${filter.hasVerdict}`);
  }
  return conditions;
}

/** Integers, so that the primary key serves the range. */
function stepConditions(range: Range): Sql[] {
  const conditions: Sql[] = [];
  if (range.gte != null) conditions.push(Prisma.sql`c.step >= ${range.gte}::int`);
  if (range.lte != null) conditions.push(Prisma.sql`c.step <= ${range.lte}::int`);
  return conditions;
}

function componentCondition(condition: Range & { name: string }): Sql {
  const all = [
    Prisma.sql`w.run_id = c.run_id AND w.step = c.step AND w.index = c.index`,
    Prisma.sql`w.component = ${boundedText(condition.name, 'rewardComponent.name')}`,
    ...rangeConditions(Prisma.sql`w.value`, condition),
  ];
  return Prisma.sql`EXISTS (SELECT 1 FROM reward w WHERE ${Prisma.join(all, ' AND ')})`;
}

function isOneOf(ids: readonly string[]): Sql {
  const keys = boundedList(ids, 'ids').map((id) => {
    const key = parseCompletionId(id);
    if (key === null)
      throw refuse('INVALID_INPUT', `"${id.slice(0, 80)}" is not the id of a completion.`, ['filter', 'ids']);
    return key;
  });
  const runIds = keys.map((key) => key.runId);
  const steps = keys.map((key) => key.step);
  const indices = keys.map((key) => key.index);
  return Prisma.sql`(c.run_id, c.step, c.index) IN (SELECT * FROM unnest(${runIds}::text[], ${steps}::int[], ${indices}::int[]))`;
}
