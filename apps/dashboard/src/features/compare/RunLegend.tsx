'use client';
import { Plus, X } from 'lucide-react';
import Link from 'next/link';
import { useState } from 'react';
import { useQuery } from 'urql';
import { describeError } from '../../graphql/errors.ts';
import { graphql } from '../../graphql/generated/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Input } from '../../ui/Field.tsx';
import { Popover } from '../../ui/Popover.tsx';
import { SkeletonRows } from '../../ui/Skeleton.tsx';
import { StatusPill } from '../../ui/StatusPill.tsx';
import { paletteColor } from '../charts/palette.ts';
import type { Shifts } from '../charts/seriesStore.ts';
import type { ComparedRun } from './ComparePage.tsx';
import styles from './compare.module.css';

/** The runs compared, with their colours; more can be added and each taken out. */
export function RunLegend({
  runs,
  chosen,
  full,
  project,
  shifts,
  onAdd,
  onRemove,
}: {
  readonly runs: readonly ComparedRun[];
  /** By how many steps each is moved in the charts; null: none is. */
  readonly shifts: Shifts | null;
  readonly chosen: readonly string[];
  readonly full: boolean;
  readonly project: { readonly slug: string; readonly name: string } | null;
  readonly onAdd: (id: string) => void;
  readonly onRemove: (id: string) => void;
}) {
  return (
    <ul className={styles.legend} aria-label="Runs compared">
      {runs.map((run) => (
        <li key={run.id} className={styles.chip}>
          <svg width="16" height="8" aria-hidden>
            <line
              x1="1"
              y1="4"
              x2="15"
              y2="4"
              stroke={`var(${paletteColor(run.slot)})`}
              strokeWidth="2.5"
              strokeDasharray={run.slot >= 5 ? '4 2' : undefined}
            />
          </svg>
          <Link href={`/runs/${run.id}`} className={styles.chipName}>
            {run.label}
          </Link>
          <Shift by={shifts?.get(run.id) ?? 0} />
          <StatusPill status={run.status} bare />
          <button
            type="button"
            className={styles.remove}
            aria-label={`Take ${run.label} out`}
            onClick={() => onRemove(run.id)}
          >
            <X size={13} aria-hidden />
          </button>
        </li>
      ))}
      <li>
        {full ? (
          <span className={styles.hint}>Ten runs at most</span>
        ) : (
          <AddRun chosen={chosen} project={project} onAdd={onAdd} />
        )}
      </li>
    </ul>
  );
}

function Shift({ by }: { readonly by: number }) {
  if (by === 0) return null;
  return (
    <span className={styles.shift} title={`Its step 1 is drawn as step ${(by + 1).toLocaleString('en')}`}>
      <span className="visually-hidden">moved by </span>+{by.toLocaleString('en')}
    </span>
  );
}

const candidatesQuery = graphql(`
  query CompareCandidates($filter: RunFilter!) {
    runs(first: 30, filter: $filter, orderBy: { field: CREATED_AT, direction: DESC }) {
      nodes {
        id
        number
        name
        status
        project {
          id
          name
        }
      }
    }
  }
`);

function AddRun({
  chosen,
  project,
  onAdd,
}: {
  readonly chosen: readonly string[];
  readonly project: { readonly name: string } | null;
  readonly onAdd: (id: string) => void;
}) {
  const [open, setOpen] = useState(false);
  const [text, setText] = useState('');
  return (
    <Popover
      label="Add a run"
      open={open}
      onOpenChange={setOpen}
      trigger={
        <Button size="sm" icon={<Plus size={13} aria-hidden />}>
          Add a run
        </Button>
      }
    >
      <div className={styles.picker}>
        <Input
          inputSize="sm"
          type="search"
          aria-label="Search runs"
          placeholder="Search runs by name or tag"
          autoFocus
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <Candidates
          text={text}
          chosen={chosen}
          project={project}
          onChoose={(id) => {
            onAdd(id);
            setOpen(false);
            setText('');
          }}
        />
      </div>
    </Popover>
  );
}

function Candidates({
  text,
  chosen,
  project,
  onChoose,
}: {
  readonly text: string;
  readonly chosen: readonly string[];
  readonly project: { readonly name: string } | null;
  readonly onChoose: (id: string) => void;
}) {
  const filter = text.trim() === '' ? { archived: false } : { archived: false, text: text.trim() };
  const [{ data, error, fetching }] = useQuery({ query: candidatesQuery, variables: { filter } });
  const found = (data?.runs.nodes ?? []).filter((run) => !chosen.includes(run.id));
  // Runs of the project one is comparing in come first.
  const ordered = [...found].sort(
    (a, b) => Number(b.project.name === project?.name) - Number(a.project.name === project?.name),
  );
  if (error) return <p className={styles.hint}>{describeError(error)}</p>;
  if (fetching && !data) return <SkeletonRows rows={4} label="Loading runs" />;
  if (ordered.length === 0)
    return <p className={styles.hint}>{text === '' ? 'There is no other run.' : 'No run fits.'}</p>;
  return (
    <ul className={styles.candidates}>
      {ordered.map((run) => (
        <li key={run.id}>
          <button type="button" className={styles.candidate} onClick={() => onChoose(run.id)}>
            <span className={styles.candidateName}>
              #{run.number} {run.name}
            </span>
            <span className={styles.hint}>{run.project.name}</span>
            <StatusPill status={run.status} bare />
          </button>
        </li>
      ))}
    </ul>
  );
}
