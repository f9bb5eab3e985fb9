'use client';
import { Archive, ArchiveRestore, GitCompareArrows, OctagonX, Tags, X } from 'lucide-react';
import { useState } from 'react';
import { useMutation } from 'urql';
import { useViewer } from '../../graphql/session.tsx';
import { type Refusal, refusals } from '../../graphql/errors.ts';
import { graphql } from '../../graphql/generated/index.ts';
import { Button, ButtonLink, IconButton } from '../../ui/Button.tsx';
import { ConfirmDialog } from '../../ui/Dialog.tsx';
import { useToast } from '../../ui/Toast.tsx';
import styles from './BulkBar.module.css';
import type { RunRow } from './runRow.ts';
import { TagDialog } from './TagDialog.tsx';

const archiveMutation = graphql(`
  mutation ArchiveRun($id: ID!, $archived: Boolean!) {
    archiveRun(id: $id, archived: $archived) {
      run {
        id
        archived
        updatedAt
      }
      errors {
        code
        message
        path
      }
    }
  }
`);
const cancelMutation = graphql(`
  mutation CancelRun($id: ID!) {
    cancelRun(id: $id) {
      run {
        id
        status
        pendingCommand
        statusReason
        updatedAt
      }
      errors {
        code
        message
        path
      }
    }
  }
`);
const tagMutation = graphql(`
  mutation SetRunTags($id: ID!, $tags: [String!]!) {
    setRunTags(id: $id, tags: $tags) {
      run {
        id
        tags
        updatedAt
      }
      errors {
        code
        message
        path
      }
    }
  }
`);

/** The most runs that the compare page overlays. */
const MAX_COMPARED = 10;

/** What can be done with the chosen runs. */
export function BulkBar({
  rows,
  selection,
  onClear,
}: {
  readonly rows: ReadonlyArray<RunRow>;
  readonly selection: ReadonlyArray<string>;
  readonly onClear: () => void;
}) {
  const viewer = useViewer();
  const toast = useToast();
  const [, archive] = useMutation(archiveMutation);
  const [, cancel] = useMutation(cancelMutation);
  const [, setTags] = useMutation(tagMutation);
  const [dialog, setDialog] = useState<'tags' | 'cancel' | null>(null);
  const [busy, setBusy] = useState(false);
  if (selection.length === 0) return null;

  const chosen = rows.filter((row) => selection.includes(row.id));
  const hidden = selection.length - chosen.length;
  const cancellable = chosen.filter(
    (row) => row.status === 'QUEUED' || row.status === 'RUNNING' || row.status === 'PAUSED',
  );
  const allArchived = chosen.length > 0 && chosen.every((row) => row.archived);

  /** One after another: a failure of one does not keep the others back. */
  const forEach = async (
    runs: ReadonlyArray<RunRow>,
    done: string,
    act: (run: RunRow) => Promise<ReadonlyArray<Refusal>>,
  ): Promise<void> => {
    setBusy(true);
    const failures: string[] = [];
    for (const run of runs) {
      const [refusal] = await act(run);
      if (refusal) failures.push(`${run.name}: ${refusal.message}`);
    }
    setBusy(false);
    const succeeded = runs.length - failures.length;
    if (succeeded > 0) toast.say(`${done} ${succeeded} ${succeeded === 1 ? 'run' : 'runs'}.`);
    if (failures.length > 0)
      toast.fail(
        failures.slice(0, 3).join(' · ') + (failures.length > 3 ? ` · and ${failures.length - 3} more` : ''),
      );
  };

  return (
    <div className={styles.bar} role="toolbar" aria-label="Chosen runs">
      <span className={styles.count}>
        {selection.length} chosen
        {hidden > 0 && <span className={styles.hidden}> · {hidden} not in view</span>}
      </span>
      <ButtonLink
        href={`/compare?runs=${selection.slice(0, MAX_COMPARED).join(',')}`}
        size="sm"
        icon={<GitCompareArrows size={14} aria-hidden />}
        aria-disabled={selection.length < 2 || undefined}
      >
        {selection.length > MAX_COMPARED ? `Compare first ${MAX_COMPARED}` : 'Compare'}
      </ButtonLink>
      {viewer.can('setRunTags') && (
        <Button
          size="sm"
          disabled={busy || chosen.length === 0}
          icon={<Tags size={14} aria-hidden />}
          onClick={() => setDialog('tags')}
        >
          Tag
        </Button>
      )}
      {viewer.can('archiveRun') && (
        <Button
          size="sm"
          disabled={busy || chosen.length === 0}
          icon={allArchived ? <ArchiveRestore size={14} aria-hidden /> : <Archive size={14} aria-hidden />}
          onClick={() =>
            void forEach(chosen, allArchived ? 'Took from the archive' : 'Archived', async (run) => {
              const result = await archive({ id: run.id, archived: !allArchived });
              return refusals(result, result.data?.archiveRun.errors);
            }).then(onClear)
          }
        >
          {allArchived ? 'Unarchive' : 'Archive'}
        </Button>
      )}
      {viewer.can('cancelRun') && (
        <Button
          size="sm"
          variant="danger"
          disabled={busy || cancellable.length === 0}
          icon={<OctagonX size={14} aria-hidden />}
          onClick={() => setDialog('cancel')}
        >
          Cancel
        </Button>
      )}
      <IconButton label="Choose none" size="sm" onClick={onClear}>
        <X size={14} aria-hidden />
      </IconButton>
      <TagDialog
        open={dialog === 'tags'}
        onOpenChange={(open) => setDialog(open ? 'tags' : null)}
        runs={chosen}
        onApply={(add, remove) =>
          forEach(chosen, 'Tagged', async (run) => {
            const tags = [...new Set([...run.tags, ...add])].filter((tag) => !remove.includes(tag));
            const result = await setTags({ id: run.id, tags });
            return refusals(result, result.data?.setRunTags.errors);
          })
        }
      />
      <ConfirmDialog
        open={dialog === 'cancel'}
        onOpenChange={(open) => setDialog(open ? 'cancel' : null)}
        title={cancellable.length === 1 ? 'Cancel this run?' : `Cancel ${cancellable.length} runs?`}
        description="A cancelled run stops at its next step and cannot be resumed. What it has recorded stays."
        confirmLabel={cancellable.length === 1 ? 'Cancel run' : 'Cancel runs'}
        onConfirm={() =>
          forEach(cancellable, 'Cancelled', async (run) => {
            const result = await cancel({ id: run.id });
            return refusals(result, result.data?.cancelRun.errors);
          })
        }
      />
    </div>
  );
}
