'use client';
/** @file The head of a run's page: what it is called, how it stands, how far it is, what one can do. */
import { isTerminal } from '@nabla/domain';
import { NotebookPen, Pencil, Tag as TagIcon } from 'lucide-react';
import Link from 'next/link';
import { useState } from 'react';
import type { run_headerFragment } from '../../graphql/generated/graphql.ts';
import { graphql } from '../../graphql/generated/index.ts';
import { useViewer } from '../../graphql/session.tsx';
import { Badge, Tag } from '../../ui/Badge.tsx';
import { Button, IconButton } from '../../ui/Button.tsx';
import { formatDuration } from '../../ui/format.ts';
import { ProgressBar } from '../../ui/ProgressBar.tsx';
import { RelativeTime, useNow } from '../../ui/RelativeTime.tsx';
import { Callout } from '../../ui/states.tsx';
import { StatusPill } from '../../ui/StatusPill.tsx';
import { InlineText } from './InlineText.tsx';
import { RunActionButtons } from './RunActionButtons.tsx';
import { Lineage } from './Lineage.tsx';
import { RunNote } from './RunNote.tsx';
import styles from './run.module.css';
import { TagEditor } from './TagEditor.tsx';
import { useRunActions } from './useRunActions.ts';

export const runHeaderFragment = graphql(`
  fragment run_header on Run {
    id
    number
    name
    status
    stage
    pendingCommand
    step
    totalSteps
    tags
    note
    archived
    statusReason
    leaseLive
    backend
    createdAt
    startedAt
    finishedAt
    updatedAt
    lastHeartbeatAt
    durationMs
    verdictCount
    project {
      id
      slug
      name
      tags
    }
    owner {
      id
      name
    }
    worker {
      id
      name
      online
      device
      backend
    }
    clonedFrom {
      id
      number
      name
    }
    forkedFrom {
      step
      run {
        id
        number
        name
      }
    }
    checkpoints(first: 1) {
      nodes {
        id
        createdAt
      }
    }
    forks(first: 8) {
      totalCount
      nodes {
        id
        number
        name
      }
    }
  }
`);

export function RunHeader({ run }: { readonly run: run_headerFragment }) {
  const viewer = useViewer();
  const actions = useRunActions(run.id);
  const [renaming, setRenaming] = useState(false);
  const [tagging, setTagging] = useState(false);
  const [noting, setNoting] = useState(false);
  const mayEdit = viewer.can('renameRun');
  const mayTag = viewer.can('setRunTags');
  const mayNote = viewer.can('setRunNote');
  const noted = noting || run.note.trim() !== '';
  // Without tags the button has no row of its own: it stands beside the note, or in the line above.
  const tagButton = mayTag && (
    <Button
      size="sm"
      variant="ghost"
      icon={<TagIcon size={12} aria-hidden />}
      onClick={() => setTagging(true)}
    >
      {run.tags.length > 0 ? 'Edit tags' : 'Add tags'}
    </Button>
  );
  const noteButton = mayNote && !noted && (
    <Button
      size="sm"
      variant="ghost"
      icon={<NotebookPen size={12} aria-hidden />}
      onClick={() => setNoting(true)}
    >
      Add a note
    </Button>
  );
  return (
    <header className={styles.header}>
      <div className={styles.headRow}>
        <div className={styles.names}>
          <div className={styles.titleRow}>
            <span className={styles.number}>#{run.number}</span>
            <InlineText
              label="Name of the run"
              value={run.name}
              editing={renaming}
              onEditing={setRenaming}
              onSave={(name) => actions.rename(name)}
              maxLength={120}
              render={(name) => <h1 className={styles.title}>{name}</h1>}
            />
            {mayEdit && !renaming && (
              <IconButton label="Rename" size="sm" className={styles.quiet} onClick={() => setRenaming(true)}>
                <Pencil size={13} aria-hidden />
              </IconButton>
            )}
          </div>
          <div className={styles.meta}>
            <StatusPill status={run.status} pending={run.pendingCommand} />
            {run.archived && <Badge>archived</Badge>}
            <span>{stageText(run)}</span>
            {isTerminal(run.status) && typeof run.durationMs === 'number' && (
              <span>took {formatDuration(run.durationMs)}</span>
            )}
            {run.owner && <span>by {run.owner.name}</span>}
            <span>
              created <RelativeTime at={run.createdAt} />
            </span>
            <Lineage run={run} />
            <WorkerText run={run} />
            {run.tags.length === 0 && !tagging && !noted && (
              <span>
                {tagButton}
                {noteButton}
              </span>
            )}
          </div>
        </div>
        <RunActionButtons
          run={run}
          actions={actions}
          onRename={() => setRenaming(true)}
          onTag={() => setTagging(true)}
        />
      </div>
      {!isTerminal(run.status) && <Progress run={run} />}
      {(run.tags.length > 0 || tagging) && (
        <div className={styles.tags}>
          {tagging ? (
            <TagEditor
              tags={run.tags}
              known={run.project.tags}
              onSave={(tags) => actions.setTags(tags)}
              onClose={() => setTagging(false)}
            />
          ) : (
            <>
              {run.tags.map((tag) => (
                <Tag
                  key={tag}
                  onRemove={
                    mayTag ? () => void actions.setTags(run.tags.filter((one) => one !== tag)) : undefined
                  }
                >
                  {tag}
                </Tag>
              ))}
              {tagButton}
              {noteButton}
            </>
          )}
        </div>
      )}
      <RunNote
        runId={run.id}
        note={run.note}
        writing={noting}
        onWriting={setNoting}
        action={run.tags.length === 0 && !tagging && tagButton}
      />
      <Reason run={run} />
    </header>
  );
}

function stageText(run: run_headerFragment): string {
  if (isTerminal(run.status))
    return `${run.step.toLocaleString('en')} of ${run.totalSteps.toLocaleString('en')} steps`;
  if (run.stage === 'WARM_UP') return 'supervised warm-up';
  if (run.stage === 'POLICY_GRADIENT') return 'policy gradient';
  return 'not started';
}

/** Who executes it, and whether that is certain. */
function WorkerText({ run }: { readonly run: run_headerFragment }) {
  if (!run.worker) return run.status === 'QUEUED' ? <span>waiting for a worker</span> : null;
  const backend = run.backend ?? run.worker.backend;
  if (run.status !== 'RUNNING')
    return (
      <span>
        {run.worker.name} · {backend}
      </span>
    );
  return (
    <span
      className={run.leaseLive ? undefined : styles.warning}
      title={
        run.lastHeartbeatAt
          ? `Last sign of life: ${new Date(run.lastHeartbeatAt).toLocaleString('en')}`
          : undefined
      }
    >
      on <Link href="/workers">{run.worker.name}</Link> · {backend}
      {!run.leaseLive && ' · lease expired: the worker is silent, the run goes back to the queue'}
    </span>
  );
}

/** How far a run is that is not over. */
function Progress({ run }: { readonly run: run_headerFragment }) {
  const now = useNow();
  const started = run.startedAt ? new Date(run.startedAt).getTime() : null;
  const duration =
    run.durationMs ??
    (started === null
      ? null
      : Math.max(0, (run.finishedAt ? new Date(run.finishedAt).getTime() : now) - started));
  const running = run.status === 'RUNNING';
  const left =
    running && duration !== null && run.step > 4 ? (duration / run.step) * (run.totalSteps - run.step) : null;
  return (
    <div className={styles.progress}>
      <ProgressBar
        value={run.step}
        max={run.totalSteps}
        label={`Step ${run.step} of ${run.totalSteps}`}
        tone={running ? 'accent' : 'neutral'}
      />
      <span className={styles.progressText}>
        <span>
          step {run.step.toLocaleString('en')} / {run.totalSteps.toLocaleString('en')}
        </span>
        {duration !== null && <span>{formatDuration(duration)}</span>}
        {left !== null && left > 2000 && <span>about {formatDuration(left)} left</span>}
      </span>
    </div>
  );
}

/** The cause of a failure, or what a run waits for, where nobody can overlook it. */
function Reason({ run }: { readonly run: run_headerFragment }) {
  if (run.status === 'FAILED')
    return (
      <Callout tone="bad" title={`Failed after step ${run.step.toLocaleString('en')}`}>
        {run.statusReason ?? 'The worker gave no cause.'}
      </Callout>
    );
  if (!run.statusReason) return null;
  return <Callout tone={isTerminal(run.status) ? 'info' : 'warn'}>{run.statusReason}</Callout>;
}
