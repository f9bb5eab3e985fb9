'use client';
import { Search, X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { CompletionOrder, CompletionOrderField } from '../../graphql/generated/graphql.ts';
import { Button } from '../../ui/Button.tsx';
import { Checkbox, Input, Select } from '../../ui/Field.tsx';
import { type CompletionListState, NO_FILTER, conditionCount } from './completionFilter.ts';
import styles from './completions.module.css';

const ORDERS: readonly (readonly [CompletionOrderField, string, string])[] = [
  ['STEP', 'Latest first', 'Earliest first'],
  ['REWARD', 'Highest reward', 'Lowest reward'],
  ['ADVANTAGE', 'Highest advantage', 'Lowest advantage'],
  ['KL', 'Highest KL', 'Lowest KL'],
  ['DELTA_LOGP', 'Pushed up most', 'Pushed down most'],
];

/** What a list of completions is narrowed to, and its order. @param components names of the run's reward components. */
export function FilterBar({
  state,
  components,
  sets = [],
  onChange,
}: {
  readonly state: CompletionListState;
  readonly components: readonly string[];
  /** Evaluation sets to choose from, where this bar is where one chooses. */
  readonly sets?: readonly string[];
  readonly onChange: (state: CompletionListState) => void;
}) {
  const change = (patch: Partial<CompletionListState>): void => onChange({ ...state, ...patch });
  const conditions = conditionCount(state);
  return (
    <div className={styles.filters} role="search" aria-label="Completions">
      {sets.length > 0 && (
        <Select
          selectSize="sm"
          aria-label="Prompts"
          className={styles.select}
          value={state.evaluationSet ?? ''}
          onChange={(event) => change({ evaluationSet: event.target.value || null })}
        >
          <option value="">Training</option>
          {sets.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </Select>
      )}
      <span className={styles.search}>
        <Search size={14} aria-hidden className={styles.searchIcon} />
        <DelayedInput
          label="Text in prompt, completion or answer"
          placeholder="Search text"
          value={state.text}
          onChange={(text) => change({ text })}
          className={styles.searchInput}
        />
      </span>
      <span className={styles.filterGroup}>
        <Select
          selectSize="sm"
          aria-label="Bounds apply to"
          className={styles.componentSelect}
          value={state.component ?? ''}
          onChange={(event) => change({ component: event.target.value || null })}
        >
          <option value="">Reward</option>
          {components.map((component) => (
            <option key={component} value={component}>
              {component}
            </option>
          ))}
        </Select>
        <NumberInput
          label="Reward at least"
          placeholder="min"
          value={state.rewardMin}
          onChange={(rewardMin) => change({ rewardMin })}
        />
        <span aria-hidden>–</span>
        <NumberInput
          label="Reward at most"
          placeholder="max"
          value={state.rewardMax}
          onChange={(rewardMax) => change({ rewardMax })}
        />
      </span>
      <span className={styles.filterGroup}>
        <span>Steps</span>
        <NumberInput
          label="Step at least"
          placeholder="first"
          value={state.stepMin}
          onChange={(stepMin) => change({ stepMin: whole(stepMin) })}
        />
        <span aria-hidden>–</span>
        <NumberInput
          label="Step at most"
          placeholder="last"
          value={state.stepMax}
          onChange={(stepMax) => change({ stepMax: whole(stepMax) })}
        />
      </span>
      <Select
        selectSize="sm"
        aria-label="Length limit"
        className={styles.select}
        value={state.truncated === null ? '' : state.truncated ? '1' : '0'}
        onChange={(event) =>
          change({ truncated: event.target.value === '' ? null : event.target.value === '1' })
        }
      >
        <option value="">Any length</option>
        <option value="1">Truncated</option>
        <option value="0">Ended by itself</option>
      </Select>
      <Select
        selectSize="sm"
        aria-label="Verdicts"
        className={styles.select}
        value={state.judged}
        onChange={(event) =>
          change({ judged: JUDGED.find(([value]) => value === event.target.value)?.[0] ?? 'any' })
        }
      >
        {JUDGED.map(([value, word]) => (
          <option key={value} value={value}>
            {word}
          </option>
        ))}
      </Select>
      <Checkbox
        label="Reward is null"
        className={styles.check}
        checked={state.rewardNull}
        onChange={(event) => change({ rewardNull: event.target.checked })}
      />
      {conditions > 0 && (
        <Button
          size="sm"
          variant="ghost"
          icon={<X size={13} aria-hidden />}
          onClick={() => onChange({ ...NO_FILTER, order: state.order, evaluationSet: state.evaluationSet })}
        >
          Clear
        </Button>
      )}
    </div>
  );
}

/** Orders by what only training knows. */
const TRAINED: ReadonlySet<CompletionOrderField> = new Set(['ADVANTAGE', 'KL', 'DELTA_LOGP']);

/** The order of a list. */
export function OrderSelect({
  order,
  evaluated = false,
  onChange,
}: {
  readonly order: CompletionOrder;
  /** A list of an evaluation, which knows steps and rewards. The order in force is always there. */
  readonly evaluated?: boolean;
  readonly onChange: (order: CompletionOrder) => void;
}) {
  return (
    <Select
      selectSize="sm"
      aria-label="Order"
      className={styles.select}
      value={`${order.field}-${order.direction}`}
      onChange={(event) => {
        const [field, direction] = event.target.value.split('-');
        const known = ORDERS.find(([name]) => name === field);
        if (known) onChange({ field: known[0], direction: direction === 'ASC' ? 'ASC' : 'DESC' });
      }}
    >
      {ORDERS.filter(([field]) => !evaluated || !TRAINED.has(field) || field === order.field).flatMap(
        ([field, descending, ascending]) => [
          <option key={`${field}-DESC`} value={`${field}-DESC`}>
            {descending}
          </option>,
          <option key={`${field}-ASC`} value={`${field}-ASC`}>
            {ascending}
          </option>,
        ],
      )}
    </Select>
  );
}

const JUDGED = [
  ['any', 'Judged or not'],
  ['not_by_me', 'Not judged by me'],
  ['by_me', 'Judged by me'],
  ['by_anyone', 'Judged by anyone'],
  ['by_nobody', 'Judged by nobody'],
] as const;

/** Tells of a change when typing pauses. */
function DelayedInput({
  label,
  value,
  onChange,
  placeholder,
  className,
  numeric = false,
}: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (text: string) => void;
  readonly placeholder: string;
  readonly className?: string | undefined;
  readonly numeric?: boolean;
}) {
  const [text, setText] = useState(value);
  const latest = useRef(onChange);
  latest.current = onChange;
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value) return undefined;
    const timer = setTimeout(() => latest.current(text), 350);
    return () => clearTimeout(timer);
  }, [text, value]);
  return (
    <Input
      inputSize="sm"
      type={numeric ? 'text' : 'search'}
      inputMode={numeric ? 'decimal' : undefined}
      aria-label={label}
      placeholder={placeholder}
      className={className}
      value={text}
      onChange={(event) => setText(event.target.value)}
    />
  );
}

function NumberInput({
  label,
  value,
  onChange,
  placeholder,
}: {
  readonly label: string;
  readonly value: number | null;
  readonly onChange: (value: number | null) => void;
  readonly placeholder: string;
}) {
  return (
    <DelayedInput
      label={label}
      placeholder={placeholder}
      numeric
      className={styles.numberInput}
      value={value === null ? '' : String(value)}
      onChange={(text) => {
        const parsed = Number(text.trim().replace(',', '.').replace('−', '-'));
        onChange(text.trim() === '' || !Number.isFinite(parsed) ? null : parsed);
      }}
    />
  );
}

function whole(value: number | null): number | null {
  return value === null ? null : Math.max(0, Math.round(value));
}
