'use client';
import { type KeyboardEvent, type ReactNode, useEffect, useState } from 'react';
import { Input } from '../../ui/Field.tsx';
import styles from './run.module.css';

/** A text that turns into a field where it stands. Enter or leaving saves, Escape gives up; a refused change stays open. */
export function InlineText({
  label,
  value,
  editing,
  onEditing,
  onSave,
  maxLength,
  render,
}: {
  readonly label: string;
  readonly value: string;
  readonly editing: boolean;
  readonly onEditing: (editing: boolean) => void;
  /** Answers whether it was saved. */
  readonly onSave: (text: string) => Promise<boolean>;
  readonly maxLength: number;
  readonly render: (value: string) => ReactNode;
}) {
  const [draft, setDraft] = useState(value);
  const [saving, setSaving] = useState<string | null>(null);
  useEffect(() => {
    if (editing) setDraft(value);
  }, [editing]);
  if (!editing) return render(saving ?? value);
  const save = async (): Promise<void> => {
    const text = draft.trim();
    if (text === '' || text === value) {
      onEditing(false);
      return;
    }
    // Shown at once; back to the field if it is refused.
    setSaving(text);
    onEditing(false);
    const saved = await onSave(text);
    setSaving(null);
    if (!saved) onEditing(true);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter') void save();
    if (event.key === 'Escape') onEditing(false);
  };
  return (
    <Input
      className={styles.inlineInput}
      aria-label={label}
      autoFocus
      maxLength={maxLength}
      value={draft}
      onChange={(event) => setDraft(event.target.value)}
      onKeyDown={onKeyDown}
      onBlur={() => void save()}
    />
  );
}
