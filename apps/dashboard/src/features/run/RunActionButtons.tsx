'use client';
import { isTerminal } from '@nabla/domain';
import {
  Archive,
  ArchiveRestore,
  CopyPlus,
  Ellipsis,
  GitFork,
  GitCompareArrows,
  ListChecks,
  Pause,
  Pencil,
  Play,
  Save,
  Square,
  Tag as TagIcon,
} from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import type { run_headerFragment } from '../../graphql/generated/graphql.ts';
import { useViewer } from '../../graphql/session.tsx';
import { Button, ButtonLink, IconButton } from '../../ui/Button.tsx';
import { ConfirmDialog } from '../../ui/Dialog.tsx';
import { Menu, MenuItem, MenuSeparator } from '../../ui/Menu.tsx';
import styles from './run.module.css';
import type { RunActions } from './useRunActions.ts';

/** What one can do to a run, as far as its state and the viewer's role allow. */
export function RunActionButtons({
  run,
  actions,
  onRename,
  onTag,
}: {
  readonly run: run_headerFragment;
  readonly actions: RunActions;
  readonly onRename: () => void;
  readonly onTag: () => void;
}) {
  const viewer = useViewer();
  const router = useRouter();
  const [confirming, setConfirming] = useState(false);
  const [busy, setBusy] = useState(false);
  const doing = async (action: () => Promise<boolean>): Promise<void> => {
    setBusy(true);
    await action();
    setBusy(false);
  };
  const over = isTerminal(run.status);
  const pausable =
    (run.status === 'RUNNING' || run.status === 'QUEUED') &&
    run.pendingCommand !== 'PAUSE' &&
    run.pendingCommand !== 'CANCEL';
  const resumable = run.status === 'PAUSED' || (run.status === 'RUNNING' && run.pendingCommand === 'PAUSE');
  return (
    <div className={styles.actions}>
      {viewer.can('pauseRun') && pausable && (
        <Button busy={busy} icon={<Pause size={14} aria-hidden />} onClick={() => void doing(actions.pause)}>
          Pause
        </Button>
      )}
      {viewer.can('resumeRun') && resumable && (
        <Button
          busy={busy}
          variant="primary"
          icon={<Play size={14} aria-hidden />}
          onClick={() => void doing(actions.resume)}
        >
          Resume
        </Button>
      )}
      {viewer.can('checkpointRun') && run.status === 'RUNNING' && (
        <Button
          busy={run.pendingCommand === 'CHECKPOINT'}
          disabled={run.pendingCommand === 'PAUSE' || run.pendingCommand === 'CANCEL'}
          icon={<Save size={14} aria-hidden />}
          title="Saves the state after the step it is in; the run goes on"
          onClick={() => void actions.checkpoint()}
        >
          <span>
            Checkpoint<span className={styles.wideOnly}> now</span>
          </span>
        </Button>
      )}
      <ButtonLink href={`/review/${run.id}`} icon={<ListChecks size={14} aria-hidden />}>
        Review
      </ButtonLink>
      <Menu
        trigger={
          <IconButton label="More actions" variant="default">
            <Ellipsis size={16} aria-hidden />
          </IconButton>
        }
      >
        <MenuItem
          icon={<GitCompareArrows size={14} aria-hidden />}
          onSelect={() => router.push(`/compare?runs=${run.id}`)}
        >
          Compare with…
        </MenuItem>
        {viewer.can('createRun') && (
          <MenuItem
            icon={<CopyPlus size={14} aria-hidden />}
            onSelect={() => router.push(`/p/${run.project.slug}/new?clone=${run.id}`)}
          >
            Clone
          </MenuItem>
        )}
        {viewer.can('forkRun') && run.checkpoints.nodes.length > 0 && (
          <MenuItem
            icon={<GitFork size={14} aria-hidden />}
            onSelect={() => router.push(`/p/${run.project.slug}/new?fork=${run.id}`)}
          >
            Fork from its last checkpoint
          </MenuItem>
        )}
        {viewer.can('renameRun') && (
          <MenuItem icon={<Pencil size={14} aria-hidden />} onSelect={onRename}>
            Rename
          </MenuItem>
        )}
        {viewer.can('setRunTags') && (
          <MenuItem icon={<TagIcon size={14} aria-hidden />} onSelect={onTag}>
            Edit tags
          </MenuItem>
        )}
        {viewer.can('archiveRun') && (
          <MenuItem
            icon={run.archived ? <ArchiveRestore size={14} aria-hidden /> : <Archive size={14} aria-hidden />}
            disabled={!run.archived && (run.status === 'RUNNING' || run.status === 'QUEUED')}
            onSelect={() => void actions.setArchived(!run.archived)}
          >
            {run.archived ? 'Take out of the archive' : 'Archive'}
          </MenuItem>
        )}
        {viewer.can('cancelRun') && !over && (
          <>
            <MenuSeparator />
            <MenuItem
              danger
              icon={<Square size={14} aria-hidden />}
              disabled={run.pendingCommand === 'CANCEL'}
              onSelect={() => setConfirming(true)}
            >
              Cancel the run
            </MenuItem>
          </>
        )}
      </Menu>
      <ConfirmDialog
        open={confirming}
        onOpenChange={setConfirming}
        title={`Cancel #${run.number} ${run.name}?`}
        description="It stops for good after the step it is in. What it recorded, and its checkpoints, stay. To stop for a while, pause it instead."
        confirmLabel="Cancel the run"
        onConfirm={async () => {
          await actions.cancel();
        }}
      />
    </div>
  );
}
