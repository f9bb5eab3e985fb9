'use client';
import { BOUNDS } from '@nabla/domain';
import { type KeyboardEvent, useId, useState } from 'react';
import { Tag } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { Input } from '../../ui/Field.tsx';
import styles from './run.module.css';

/** Tags of a run: type and press Enter; those the project already uses are offered. */
export function TagEditor({
  tags,
  known,
  onSave,
  onClose,
}: {
  readonly tags: readonly string[];
  readonly known: readonly string[];
  readonly onSave: (tags: readonly string[]) => Promise<boolean>;
  readonly onClose: () => void;
}) {
  const [draft, setDraft] = useState<readonly string[]>(tags);
  const [text, setText] = useState('');
  const [busy, setBusy] = useState(false);
  const [held, setHeld] = useState(false);
  const listId = useId();
  const withText = (): readonly string[] => {
    const tag = text.trim();
    return tag === '' || draft.includes(tag) ? draft : [...draft, tag];
  };
  const save = async (): Promise<void> => {
    setBusy(true);
    const saved = await onSave(withText());
    setBusy(false);
    if (saved) onClose();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') {
      // What was typed or added is not thrown away by a key: the field stays and says so.
      if (text.trim() === '' && draft.join('\n') === tags.join('\n')) onClose();
      else setHeld(true);
    }
    if (event.key === 'Backspace' && text === '') setDraft(draft.slice(0, -1));
    if (event.key !== 'Enter' && event.key !== ',') return;
    event.preventDefault();
    if (text.trim() === '' && event.key === 'Enter') void save();
    setDraft(withText());
    setText('');
  };
  return (
    <span className={styles.tagEditor}>
      {draft.map((tag) => (
        <Tag key={tag} onRemove={() => setDraft(draft.filter((one) => one !== tag))}>
          {tag}
        </Tag>
      ))}
      <Input
        inputSize="sm"
        className={styles.tagInput}
        aria-label="Add a tag"
        placeholder="Add a tag"
        list={listId}
        autoFocus
        maxLength={BOUNDS.maxTagChars}
        disabled={draft.length >= BOUNDS.maxTags}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <datalist id={listId}>
        {known
          .filter((tag) => !draft.includes(tag))
          .map((tag) => (
            <option key={tag} value={tag} />
          ))}
      </datalist>
      <Button size="sm" variant="primary" busy={busy} onClick={() => void save()}>
        Save tags
      </Button>
      <Button size="sm" variant="ghost" onClick={onClose}>
        Cancel
      </Button>
      <span className={styles.unsaved} role="status">
        {held && 'Not saved yet: Save tags keeps what you added, Cancel discards it.'}
      </span>
    </span>
  );
}
