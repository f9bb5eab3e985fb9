'use client';
import { BOUNDS } from '@nabla/domain';
import { type ReactNode, useState } from 'react';
import { useViewer } from '../../graphql/session.tsx';
import { Button } from '../../ui/Button.tsx';
import { Textarea } from '../../ui/Field.tsx';
import styles from './run.module.css';
import { useRunActions } from './useRunActions.ts';

/** What the run was for, in the words of its people. Plain text with `code`, **bold**, lists and links. */
export function RunNote({
  runId,
  note,
  writing,
  onWriting,
  action,
}: {
  readonly runId: string;
  readonly note: string;
  readonly writing: boolean;
  readonly onWriting: (writing: boolean) => void;
  /** Stands beside "Edit note". */
  readonly action?: ReactNode;
}) {
  const viewer = useViewer();
  if (writing) return <NoteForm runId={runId} note={note} onClose={() => onWriting(false)} />;
  if (note.trim() === '') return null;
  return (
    <div className={styles.note}>
      <NoteText text={note} />
      {viewer.can('setRunNote') && (
        <Button size="sm" variant="ghost" onClick={() => onWriting(true)}>
          Edit note
        </Button>
      )}
      {action}
    </div>
  );
}

function NoteForm({
  runId,
  note,
  onClose,
}: {
  readonly runId: string;
  readonly note: string;
  readonly onClose: () => void;
}) {
  const actions = useRunActions(runId);
  const [draft, setDraft] = useState(note);
  const [busy, setBusy] = useState(false);
  const save = async (): Promise<void> => {
    setBusy(true);
    const saved = await actions.setNote(draft.trim());
    setBusy(false);
    if (saved) onClose();
  };
  return (
    <form
      className={styles.noteForm}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <Textarea
        aria-label="Note"
        rows={6}
        autoFocus
        maxLength={BOUNDS.maxNoteChars}
        value={draft}
        placeholder="What is this run for, and what came of it?"
        onChange={(event) => setDraft(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') onClose();
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void save();
        }}
      />
      <span className={styles.buttons}>
        <Button type="submit" size="sm" variant="primary" busy={busy}>
          Save note
        </Button>
        <Button size="sm" variant="ghost" onClick={onClose}>
          Cancel
        </Button>
      </span>
    </form>
  );
}

/** Lines, "- " lists, `code`, **bold** and addresses; everything else as it was typed. */
function NoteText({ text }: { readonly text: string }) {
  const blocks = text.trim().split(/\n{2,}/);
  return (
    <div className={styles.noteText}>
      {blocks.map((block, index) => {
        const lines = block.split('\n');
        if (lines.every((line) => /^[-*] /.test(line)))
          return (
            <ul key={index} className={styles.noteList}>
              {lines.map((line, item) => (
                <li key={item}>{inline(line.slice(2))}</li>
              ))}
            </ul>
          );
        return <p key={index}>{inline(block)}</p>;
      })}
    </div>
  );
}

function inline(text: string): ReactNode[] {
  return text.split(/(`[^`\n]+`|\*\*[^*\n]+\*\*|https?:\/\/[^\s<>"')]+)/).map((part, index) => {
    if (/^`.+`$/.test(part)) return <code key={index}>{part.slice(1, -1)}</code>;
    if (/^\*\*.+\*\*$/.test(part)) return <strong key={index}>{part.slice(2, -2)}</strong>;
    if (/^https?:\/\//.test(part))
      return (
        <a key={index} href={part} rel="noreferrer noopener" target="_blank">
          {part}
        </a>
      );
    return part;
  });
}
