'use client';
import { RUN_STATUSES, type RunStatus } from '@nabla/domain';
import { Archive, ArrowUpDown, Columns3, ListFilter, Search, X } from 'lucide-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { Button, IconButton } from '../../ui/Button.tsx';
import { Input } from '../../ui/Field.tsx';
import { Menu, MenuCheckboxItem, MenuItem, MenuLabel, MenuSeparator } from '../../ui/Menu.tsx';
import { Popover } from '../../ui/Popover.tsx';
import { statusWord } from '../../ui/StatusPill.tsx';
import { useHotkeys } from '../../ui/useHotkeys.ts';
import { ColumnChooser } from './ColumnChooser.tsx';
import { ConfigConditionForm } from './ConfigConditionForm.tsx';
import { MetricConditionForm } from './MetricConditionForm.tsx';
import type { RunRow } from './runRow.ts';
import styles from './RunsFilters.module.css';
import { type Archived, OPERATOR_SIGNS, type RunSort, type RunsView, sortText } from './runsView.ts';

const ARCHIVED: ReadonlyArray<readonly [Archived, string]> = [
  ['no', 'Hide archived runs'],
  ['only', 'Only archived runs'],
  ['all', 'Archived runs too'],
];
const SORTS: ReadonlyArray<readonly [RunSort, string]> = [
  [{ field: 'CREATED_AT', descending: true }, 'Newest first'],
  [{ field: 'UPDATED_AT', descending: true }, 'Last updated first'],
  [{ field: 'NAME', descending: false }, 'Name'],
  [{ field: 'STATUS', descending: false }, 'Status'],
  [{ field: 'STEP', descending: true }, 'Most steps first'],
  [{ field: 'METRIC_LAST', metric: 'reward/mean', descending: true }, 'Highest reward first'],
];

/** The line above the runs: search, conditions, order, columns. */
export function RunsFilters({
  view,
  onChange,
  rows,
  tags,
  members,
  total,
}: {
  readonly view: RunsView;
  readonly onChange: (patch: Partial<RunsView>) => void;
  readonly rows: ReadonlyArray<RunRow>;
  readonly tags: ReadonlyArray<string>;
  readonly members: ReadonlyArray<{ readonly user: { readonly id: string; readonly name: string } }>;
  readonly total: number | undefined;
}) {
  const search = useRef<HTMLInputElement>(null);
  useHotkeys({ '/': () => search.current?.focus() });
  const [addingCondition, setAddingCondition] = useState(false);
  const [addingSetting, setAddingSetting] = useState(false);
  const nameOf = (id: string): string => members.find((member) => member.user.id === id)?.user.name ?? id;
  const toggled = <T,>(items: ReadonlyArray<T>, item: T, on: boolean): ReadonlyArray<T> =>
    on ? [...items, item] : items.filter((one) => one !== item);
  const metricNames = [...new Set(rows.flatMap((row) => row.metricNames))].sort();

  return (
    <div className={styles.bar}>
      <div className={styles.row}>
        <SearchField
          key="search"
          value={view.text}
          onChange={(text) => onChange({ text })}
          inputRef={search}
        />
        <Menu align="start" trigger={<Button icon={<ListFilter size={14} aria-hidden />}>Status</Button>}>
          {RUN_STATUSES.map((status: RunStatus) => (
            <MenuCheckboxItem
              key={status}
              checked={view.statuses.includes(status)}
              onCheckedChange={(on) => onChange({ statuses: toggled(view.statuses, status, on) })}
            >
              {statusWord(status)}
            </MenuCheckboxItem>
          ))}
        </Menu>
        {tags.length > 0 && (
          <Menu align="start" trigger={<Button>Tags</Button>}>
            {tags.map((tag) => (
              <MenuCheckboxItem
                key={tag}
                checked={view.tags.includes(tag)}
                onCheckedChange={(on) => onChange({ tags: toggled(view.tags, tag, on) })}
              >
                {tag}
              </MenuCheckboxItem>
            ))}
          </Menu>
        )}
        {members.length > 1 && (
          <Menu align="start" trigger={<Button>Owner</Button>}>
            {members.map(({ user }) => (
              <MenuCheckboxItem
                key={user.id}
                checked={view.owners.includes(user.id)}
                onCheckedChange={(on) => onChange({ owners: toggled(view.owners, user.id, on) })}
              >
                {user.name}
              </MenuCheckboxItem>
            ))}
          </Menu>
        )}
        <Popover
          label="Condition on a metric"
          open={addingCondition}
          onOpenChange={setAddingCondition}
          trigger={<Button>Metric</Button>}
        >
          <MetricConditionForm
            names={metricNames}
            onAdd={(condition) => {
              onChange({ metrics: [...view.metrics, condition] });
              setAddingCondition(false);
            }}
          />
        </Popover>
        <Popover
          label="Condition on a setting"
          open={addingSetting}
          onOpenChange={setAddingSetting}
          trigger={<Button>Setting</Button>}
        >
          <ConfigConditionForm
            onAdd={(condition) => {
              onChange({ configs: [...view.configs, condition] });
              setAddingSetting(false);
            }}
          />
        </Popover>
        <span className={styles.spacer} />
        <span className={styles.count} role="status">
          {total !== undefined && `${total.toLocaleString('en')} ${total === 1 ? 'run' : 'runs'}`}
        </span>
        <Menu
          trigger={
            <IconButton label="Order and archive" variant="default">
              <ArrowUpDown size={14} aria-hidden />
            </IconButton>
          }
        >
          <MenuLabel>Order</MenuLabel>
          {SORTS.map(([sort, label]) => (
            <MenuItem key={label} onSelect={() => onChange({ sort })}>
              {label}
              {sortText(sort) === sortText(view.sort) && <span className={styles.inUse}> · in use</span>}
            </MenuItem>
          ))}
          <MenuSeparator />
          <MenuLabel>Archive</MenuLabel>
          {ARCHIVED.map(([archived, label]) => (
            <MenuItem
              key={archived}
              icon={<Archive size={14} aria-hidden />}
              onSelect={() => onChange({ archived })}
            >
              {label}
              {archived === view.archived && <span className={styles.inUse}> · in use</span>}
            </MenuItem>
          ))}
        </Menu>
        <Popover
          label="Columns"
          align="end"
          trigger={
            <IconButton label="Columns" variant="default">
              <Columns3 size={14} aria-hidden />
            </IconButton>
          }
        >
          <ColumnChooser
            columns={view.columns}
            metricNames={metricNames}
            onChange={(columns) => onChange({ columns })}
          />
        </Popover>
      </div>
      <Chips>
        {view.statuses.map((status) => (
          <Chip
            key={status}
            onRemove={() => onChange({ statuses: toggled(view.statuses, status, false) })}
          >{`Status: ${statusWord(status)}`}</Chip>
        ))}
        {view.tags.map((tag) => (
          <Chip
            key={tag}
            onRemove={() => onChange({ tags: toggled(view.tags, tag, false) })}
          >{`Tag: ${tag}`}</Chip>
        ))}
        {view.owners.map((owner) => (
          <Chip
            key={owner}
            onRemove={() => onChange({ owners: toggled(view.owners, owner, false) })}
          >{`Owner: ${nameOf(owner)}`}</Chip>
        ))}
        {view.metrics.map((one, index) => (
          <Chip
            key={`${one.name}-${index}`}
            onRemove={() => onChange({ metrics: view.metrics.filter((_, at) => at !== index) })}
          >{`${one.aggregate.toLowerCase()} ${one.name} ${OPERATOR_SIGNS[one.operator]} ${one.value}`}</Chip>
        ))}
        {view.configs.map((one, index) => (
          <Chip
            key={`${one.path}-${index}`}
            onRemove={() => onChange({ configs: view.configs.filter((_, at) => at !== index) })}
          >{`${one.path} ${one.operator} ${one.value}`}</Chip>
        ))}
        {view.forksOf !== null && (
          <Chip
            onRemove={() => onChange({ forksOf: null })}
          >{`Forks of ${forkedName(view.forksOf, rows)}`}</Chip>
        )}
        {view.archived !== 'no' && (
          <Chip onRemove={() => onChange({ archived: 'no' })}>
            {view.archived === 'only' ? 'Archived' : 'Archived too'}
          </Chip>
        )}
      </Chips>
    </div>
  );
}

/** The parent as its forks in the list name it. */
function forkedName(id: string, rows: ReadonlyArray<RunRow>): string {
  const parent = rows.find((row) => row.forkedFrom?.run.id === id)?.forkedFrom?.run;
  return parent ? `#${parent.number} ${parent.name}` : id;
}

/** Waits for a pause in typing before it asks. */
function SearchField({
  value,
  onChange,
  inputRef,
}: {
  readonly value: string;
  readonly onChange: (text: string) => void;
  readonly inputRef: React.RefObject<HTMLInputElement | null>;
}) {
  const [text, setText] = useState(value);
  const sent = useRef(value);
  useEffect(() => {
    // The address changed by other means (Back, "Show all runs").
    if (value !== sent.current) {
      sent.current = value;
      setText(value);
    }
  }, [value]);
  useEffect(() => {
    if (text === sent.current) return undefined;
    const timer = setTimeout(() => {
      sent.current = text;
      onChange(text);
    }, 250);
    return () => clearTimeout(timer);
  }, [text, onChange]);
  return (
    <div className={styles.search}>
      <Search size={14} aria-hidden />
      <Input
        ref={inputRef}
        type="search"
        value={text}
        onChange={(event) => setText(event.target.value)}
        placeholder="Search runs"
        aria-label="Search runs by name, number or note"
        aria-keyshortcuts="/"
      />
    </div>
  );
}

function Chips({ children }: { readonly children: ReactNode }) {
  return <div className={styles.chips}>{children}</div>;
}

function Chip({ children, onRemove }: { readonly children: string; readonly onRemove: () => void }) {
  return (
    <span className={styles.chip}>
      {children}
      <button type="button" aria-label={`Remove condition ${children}`} onClick={onRemove}>
        <X size={12} aria-hidden />
      </button>
    </span>
  );
}
