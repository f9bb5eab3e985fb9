'use client';
import { type KeyboardEvent, type ReactNode, useRef, useState } from 'react';
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
  /** Shown at once; what was refused comes back into the field. */
  const [saving, setSaving] = useState<string | null>(null);
  const [refused, setRefused] = useState<string | null>(null);
  const save = async (text: string): Promise<void> => {
    onEditing(false);
    if (text === '' || text === value) return;
    setSaving(text);
    const saved = await onSave(text);
    setSaving(null);
    setRefused(saved ? null : text);
    if (!saved) onEditing(true);
  };
  if (!editing) return render(saving ?? value);
  return (
    <Draft
      label={label}
      initial={refused ?? value}
      maxLength={maxLength}
      onDone={(text) => void save(text)}
      onCancel={() => {
        setRefused(null);
        onEditing(false);
      }}
    />
  );
}

function Draft({
  label,
  initial,
  maxLength,
  onDone,
  onCancel,
}: {
  readonly label: string;
  readonly initial: string;
  readonly maxLength: number;
  readonly onDone: (text: string) => void;
  readonly onCancel: () => void;
}) {
  const [text, setText] = useState(initial);
  // The field loses the focus when it goes away: that must not end it a second time.
  const ended = useRef(false);
  const end = (how: () => void): void => {
    if (ended.current) return;
    ended.current = true;
    how();
  };
  const done = (): void => end(() => onDone(text.trim()));
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter') done();
    if (event.key === 'Escape') end(onCancel);
  };
  return (
    <Input
      className={styles.inlineInput}
      aria-label={label}
      autoFocus
      maxLength={maxLength}
      value={text}
      onChange={(event) => setText(event.target.value)}
      onKeyDown={onKeyDown}
      onBlur={done}
    />
  );
}
