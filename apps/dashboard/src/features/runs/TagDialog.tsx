'use client';
import { BOUNDS } from '@nabla/domain';
import { type FormEvent, useEffect, useId, useState } from 'react';
import { Tag } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Field, Input } from '../../ui/Field.tsx';
import type { RunRow } from './runRow.ts';
import styles from './TagDialog.module.css';

/** Adds tags to the chosen runs, and takes off those that are crossed out. */
export function TagDialog({
  open,
  onOpenChange,
  runs,
  onApply,
}: {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly runs: ReadonlyArray<RunRow>;
  readonly onApply: (add: ReadonlyArray<string>, remove: ReadonlyArray<string>) => Promise<void>;
}) {
  const formId = useId();
  const [text, setText] = useState('');
  const [removed, setRemoved] = useState<ReadonlyArray<string>>([]);
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    if (!open) return;
    setText('');
    setRemoved([]);
  }, [open]);
  const present = [...new Set(runs.flatMap((run) => run.tags))]
    .sort()
    .filter((tag) => !removed.includes(tag));
  const added = text
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');
  const tooLong = added
    .filter((tag) => tag.length > BOUNDS.maxTagChars)
    .map((tag) => `“${tag.slice(0, 20)}…” has more than ${BOUNDS.maxTagChars} characters`);

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (tooLong.length > 0) return;
    setBusy(true);
    await onApply(added, removed);
    setBusy(false);
    onOpenChange(false);
  };
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={runs.length === 1 ? 'Tags of this run' : `Tags of ${runs.length} runs`}
      footer={
        <>
          <Button onClick={() => onOpenChange(false)}>Cancel</Button>
          <Button
            type="submit"
            form={formId}
            variant="primary"
            busy={busy}
            disabled={added.length + removed.length === 0}
          >
            Apply
          </Button>
        </>
      }
    >
      <form id={formId} className={styles.form} onSubmit={(event) => void submit(event)}>
        {present.length > 0 && (
          <div className={styles.tags}>
            {present.map((tag) => (
              <Tag key={tag} onRemove={() => setRemoved([...removed, tag])}>
                {tag}
              </Tag>
            ))}
          </div>
        )}
        <Field label="Add tags" help="Several are separated by commas." errors={tooLong}>
          {(control) => (
            <Input
              {...control}
              value={text}
              onChange={(event) => setText(event.target.value)}
              autoFocus
              placeholder="baseline, seed-2"
            />
          )}
        </Field>
      </form>
    </Dialog>
  );
}
