/** @file The view of a list of runs as its address says it: filters, order, columns, selection. */
import { RUN_STATUSES, type RunStatus } from '@nabla/domain';
import type { RunFilter, RunOrder } from '../../graphql/generated/graphql.ts';

export type Archived = 'no' | 'only' | 'all';
export type MetricAggregate = 'LAST' | 'MIN' | 'MAX';
export type MetricOperator = 'gt' | 'gte' | 'lt' | 'lte';
export interface MetricConditionView {
  readonly name: string;
  readonly aggregate: MetricAggregate;
  readonly operator: MetricOperator;
  readonly value: number;
}
export interface ConfigConditionView {
  /** Dotted path into the configuration. */
  readonly path: string;
  readonly operator: '=' | '>' | '<';
  /** As written: a number, true, false or null where it reads as one, else a text. */
  readonly value: string;
}
export type RunSort =
  | { readonly field: 'CREATED_AT' | 'NAME' | 'STATUS' | 'STEP' | 'UPDATED_AT'; readonly descending: boolean }
  | { readonly field: 'METRIC_LAST'; readonly metric: string; readonly descending: boolean };
export interface RunsView {
  readonly text: string;
  readonly statuses: ReadonlyArray<RunStatus>;
  readonly tags: ReadonlyArray<string>;
  readonly owners: ReadonlyArray<string>;
  readonly metrics: ReadonlyArray<MetricConditionView>;
  /** "policyGradient.groupSize = 8" */
  readonly configs: ReadonlyArray<ConfigConditionView>;
  /** Only forks of this run. */
  readonly forksOf: string | null;
  readonly archived: Archived;
  readonly sort: RunSort;
  /** Column ids in order; a metric's is `m:` and its name. */
  readonly columns: ReadonlyArray<string>;
  readonly selection: ReadonlyArray<string>;
}

export const DEFAULT_COLUMNS: ReadonlyArray<string> = [
  'status',
  'progress',
  'spark',
  'm:reward/mean',
  'tags',
  'owner',
  'duration',
  'created',
];
export const DEFAULT_SORT: RunSort = { field: 'CREATED_AT', descending: true };
export const OPERATOR_SIGNS: Readonly<Record<MetricOperator, string>> = {
  gt: '>',
  gte: '≥',
  lt: '<',
  lte: '≤',
};
const SORT_FIELDS = ['CREATED_AT', 'NAME', 'STATUS', 'STEP', 'UPDATED_AT'] as const;
const AGGREGATES: ReadonlyArray<MetricAggregate> = ['LAST', 'MIN', 'MAX'];

/** Reads a view; what is not understood is left out, so that an old or mistyped address still shows something. */
export function parseRunsView(get: (name: string) => string | null): RunsView {
  return {
    text: get('q') ?? '',
    statuses: list(get('status')).filter((word): word is RunStatus =>
      RUN_STATUSES.some((status) => status === word),
    ),
    tags: list(get('tags')),
    owners: list(get('owner')),
    metrics: list(get('metric')).flatMap(parseMetricCondition),
    configs: list(get('config')).flatMap(parseConfigCondition),
    forksOf: get('forks') || null,
    archived: parseArchived(get('archived')),
    sort: parseSort(get('sort')),
    columns: get('cols') === null ? DEFAULT_COLUMNS : list(get('cols')),
    selection: list(get('sel')),
  };
}

/** The query parameters of a part of a view; defaults give null, so that they do not stand in the address. */
export function viewPatch(view: Partial<RunsView>): Record<string, string | null> {
  const patch: Record<string, string | null> = {};
  if (view.text !== undefined) patch['q'] = view.text || null;
  if (view.statuses) patch['status'] = join(view.statuses);
  if (view.tags) patch['tags'] = join(view.tags);
  if (view.owners) patch['owner'] = join(view.owners);
  if (view.metrics)
    patch['metric'] = join(
      view.metrics.map((one) => [one.name, one.aggregate, one.operator, one.value].join(':')),
    );
  if (view.configs)
    patch['config'] = join(view.configs.map((one) => `${one.path}${one.operator}${one.value}`));
  if (view.forksOf !== undefined) patch['forks'] = view.forksOf;
  if (view.archived) patch['archived'] = view.archived === 'no' ? null : view.archived;
  if (view.sort) patch['sort'] = sortText(view.sort) === sortText(DEFAULT_SORT) ? null : sortText(view.sort);
  if (view.columns)
    patch['cols'] = join(view.columns) === join(DEFAULT_COLUMNS) ? null : (join(view.columns) ?? 'none');
  if (view.selection) patch['sel'] = join(view.selection);
  return patch;
}

/** The view's conditions in the API's language. */
export function runFilter(view: RunsView): RunFilter {
  const filter: RunFilter = {};
  if (view.text !== '') filter.text = view.text;
  if (view.statuses.length > 0) filter.status = [...view.statuses];
  if (view.tags.length > 0) filter.tags = [...view.tags];
  if (view.owners.length > 0) filter.ownerIds = [...view.owners];
  if (view.archived !== 'all') filter.archived = view.archived === 'only';
  if (view.forksOf !== null) filter.forkedFromIds = [view.forksOf];
  const conditions: RunFilter[] = [
    ...view.metrics.map(({ name, aggregate, operator, value }) => ({
      metric: { name, aggregate, [operator]: value },
    })),
    ...view.configs.map(configFilter),
  ];
  if (conditions.length > 0) filter.and = conditions;
  return filter;
}

function configFilter({ path, operator, value }: ConfigConditionView): RunFilter {
  if (operator === '>') return { config: { path, gt: Number(value) } };
  if (operator === '<') return { config: { path, lt: Number(value) } };
  return { config: { path, equals: scalarOf(value) } };
}

/** What a person means by a word: JSON where it is a scalar of it, else the text itself. */
function scalarOf(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true';
  if (text === 'null') return null;
  return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}

export function runOrder({ sort }: RunsView): RunOrder {
  const direction = sort.descending ? 'DESC' : 'ASC';
  return sort.field === 'METRIC_LAST'
    ? { field: sort.field, direction, metric: sort.metric }
    : { field: sort.field, direction };
}

/** Names of the metrics that the chosen columns show. */
export function metricColumns(view: Pick<RunsView, 'columns'>): ReadonlyArray<string> {
  return view.columns.filter((column) => column.startsWith('m:')).map((column) => column.slice(2));
}

/** True when a filter (the archive's default aside) hides runs. */
export function isFiltered(view: RunsView): boolean {
  return (
    view.text !== '' ||
    view.forksOf !== null ||
    view.statuses.length + view.tags.length + view.owners.length + view.metrics.length + view.configs.length >
      0 ||
    view.archived !== 'no'
  );
}

export function sortText(sort: RunSort): string {
  const direction = sort.descending ? 'desc' : 'asc';
  return sort.field === 'METRIC_LAST'
    ? `METRIC_LAST:${direction}:${sort.metric}`
    : `${sort.field}:${direction}`;
}

export function parseSort(text: string | null): RunSort {
  const [field, direction, metric] = (text ?? '').split(':');
  const descending = direction !== 'asc';
  if (field === 'METRIC_LAST' && metric !== undefined && metric !== '') return { field, metric, descending };
  const known = SORT_FIELDS.find((one) => one === field);
  return known ? { field: known, descending } : DEFAULT_SORT;
}

/** "reward/mean:LAST:gte:0.5" */
function parseMetricCondition(text: string): MetricConditionView[] {
  const [name, aggregateWord, operatorWord, valueText] = text.split(':');
  const aggregate = AGGREGATES.find((one) => one === aggregateWord);
  const operator = (['gt', 'gte', 'lt', 'lte'] as const).find((one) => one === operatorWord);
  const value = Number(valueText);
  if (
    !name ||
    !aggregate ||
    !operator ||
    valueText === undefined ||
    valueText === '' ||
    !Number.isFinite(value)
  )
    return [];
  return [{ name, aggregate, operator, value }];
}

/** "policyGradient.groupSize=8", "seed>3" */
export function parseConfigCondition(text: string): ConfigConditionView[] {
  const found = /^([A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*)\s*([=<>])\s*(.+)$/.exec(text.trim());
  const [, path, sign, value] = found ?? [];
  const operator = (['=', '>', '<'] as const).find((one) => one === sign);
  if (path === undefined || operator === undefined || value === undefined) return [];
  if (operator !== '=' && !Number.isFinite(Number(value))) return [];
  return [{ path, operator, value: value.trim() }];
}

function parseArchived(text: string | null): Archived {
  return text === 'only' || text === 'all' ? text : 'no';
}

// Values are percent-encoded one by one, so that a tag may hold a comma.
function list(text: string | null): string[] {
  if (text === null || text === '' || text === 'none') return [];
  return text
    .split(',')
    .map(decode)
    .filter((item) => item !== '');
}

function join(items: ReadonlyArray<string>): string | null {
  return items.length === 0
    ? null
    : items.map((item) => item.replaceAll('%', '%25').replaceAll(',', '%2C')).join(',');
}

function decode(text: string): string {
  return text.replaceAll('%2C', ',').replaceAll('%25', '%');
}
