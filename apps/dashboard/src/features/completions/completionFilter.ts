/** @file The filter and order of a list of completions, as they stand in the URL. */
import type {
  CompletionFilter,
  CompletionOrder,
  CompletionOrderField,
} from '../../graphql/generated/graphql.ts';

export type JudgedFilter = 'any' | 'by_me' | 'not_by_me' | 'by_anyone' | 'by_nobody';
export interface CompletionListState {
  /** Completions of this evaluation set; null: those trained on. */
  readonly evaluationSet: string | null;
  readonly text: string;
  readonly stepMin: number | null;
  readonly stepMax: number | null;
  readonly group: number | null;
  /** Bounds apply to the reward, or to the component that is named. */
  readonly component: string | null;
  readonly rewardMin: number | null;
  readonly rewardMax: number | null;
  readonly rewardNull: boolean;
  readonly truncated: boolean | null;
  readonly judged: JudgedFilter;
  readonly order: CompletionOrder;
}

export const DEFAULT_ORDER: CompletionOrder = { field: 'STEP', direction: 'DESC' };
export const NO_FILTER: CompletionListState = {
  evaluationSet: null,
  text: '',
  stepMin: null,
  stepMax: null,
  group: null,
  component: null,
  rewardMin: null,
  rewardMax: null,
  rewardNull: false,
  truncated: null,
  judged: 'any',
  order: DEFAULT_ORDER,
};

/** Names of the parameters in the query string. */
export const COMPLETION_PARAMETERS = [
  'set',
  'q',
  'from',
  'to',
  'group',
  'component',
  'rmin',
  'rmax',
  'null',
  'truncated',
  'judged',
  'sort',
] as const;
export type CompletionParameter = (typeof COMPLETION_PARAMETERS)[number];
type Parameters = Readonly<Record<CompletionParameter, string | null>>;

const ORDER_FIELDS: readonly CompletionOrderField[] = ['STEP', 'REWARD', 'ADVANTAGE', 'KL', 'DELTA_LOGP'];
const JUDGED: readonly JudgedFilter[] = ['any', 'by_me', 'not_by_me', 'by_anyone', 'by_nobody'];

/** Reads the state from a query string; what cannot be read counts as not given. */
export function readCompletionList(get: (name: CompletionParameter) => string | null): CompletionListState {
  const truncated = get('truncated');
  return {
    evaluationSet: get('set') || null,
    text: get('q') ?? '',
    stepMin: wholeNumber(get('from')),
    stepMax: wholeNumber(get('to')),
    group: wholeNumber(get('group')),
    component: get('component') || null,
    rewardMin: number(get('rmin')),
    rewardMax: number(get('rmax')),
    rewardNull: get('null') === '1',
    truncated: truncated === '1' ? true : truncated === '0' ? false : null,
    judged: JUDGED.find((one) => one === get('judged')) ?? 'any',
    order: readOrder(get('sort')),
  };
}

/** The parameters of a state; null for what is as by default, so that a plain list has a plain address. */
export function writeCompletionList(state: CompletionListState): Parameters {
  const { field, direction } = state.order;
  const usual = field === DEFAULT_ORDER.field && direction === DEFAULT_ORDER.direction;
  const text = (value: number | null) => (value === null ? null : String(value));
  return {
    set: state.evaluationSet,
    q: state.text || null,
    from: text(state.stepMin),
    to: text(state.stepMax),
    group: text(state.group),
    component: state.component,
    rmin: text(state.rewardMin),
    rmax: text(state.rewardMax),
    null: state.rewardNull ? '1' : null,
    truncated: state.truncated === null ? null : state.truncated ? '1' : '0',
    judged: state.judged === 'any' ? null : state.judged,
    sort: usual ? null : `${field.toLowerCase()}-${direction.toLowerCase()}`,
  };
}

/** The API's filter for a state; null when nothing is left out. */
export function completionFilter(state: CompletionListState): CompletionFilter | null {
  const filter: CompletionFilter = {};
  if (state.evaluationSet !== null) filter.evaluationSet = state.evaluationSet;
  if (state.text) filter.text = state.text;
  if (state.stepMin !== null || state.stepMax !== null)
    filter.step = { gte: state.stepMin, lte: state.stepMax };
  if (state.group !== null) filter.group = state.group;
  const bounds = { gte: state.rewardMin, lte: state.rewardMax };
  const bounded = bounds.gte !== null || bounds.lte !== null;
  if (state.component && bounded) filter.rewardComponent = { name: state.component, ...bounds };
  else if (bounded) filter.reward = bounds;
  if (state.rewardNull) filter.rewardNull = true;
  if (state.truncated !== null) filter.truncated = state.truncated;
  if (state.judged === 'by_me' || state.judged === 'not_by_me') filter.judgedByMe = state.judged === 'by_me';
  if (state.judged === 'by_anyone' || state.judged === 'by_nobody')
    filter.hasVerdict = state.judged === 'by_anyone';
  return Object.keys(filter).length > 0 ? filter : null;
}

/** How many conditions a state sets. Which set is looked at is a place, not a condition. */
export function conditionCount(state: CompletionListState): number {
  return Object.keys(completionFilter({ ...state, evaluationSet: null }) ?? {}).length;
}

function readOrder(text: string | null): CompletionOrder {
  const [field = '', direction = ''] = (text ?? '').toUpperCase().split('-');
  const known = ORDER_FIELDS.find((one) => one === field);
  if (!known || (direction !== 'ASC' && direction !== 'DESC')) return DEFAULT_ORDER;
  return { field: known, direction };
}

function number(text: string | null): number | null {
  if (text === null || text.trim() === '') return null;
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}

function wholeNumber(text: string | null): number | null {
  const value = number(text);
  return value !== null && Number.isInteger(value) && value >= 0 ? value : null;
}
