'use client';
import type { ReactNode } from 'react';
import { Button } from '../../ui/Button.tsx';
import { CopyButton } from '../../ui/CopyButton.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Input } from '../../ui/Field.tsx';
import styles from './ShownOnce.module.css';

/** A secret that the server does not keep in the clear: shown this once, to be copied. */
export function ShownOnce({
  title,
  description,
  secret,
  onClose,
  children,
}: {
  readonly title: string;
  readonly description: ReactNode;
  readonly secret: string | null;
  readonly onClose: () => void;
  readonly children?: ReactNode;
}) {
  return (
    <Dialog
      open={secret !== null}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={title}
      description={description}
      footer={
        <Button variant="primary" onClick={onClose}>
          Done
        </Button>
      }
    >
      <div className={styles.row}>
        <Input
          readOnly
          mono
          value={secret ?? ''}
          aria-label={title}
          onFocus={(event) => selectFromBeginning(event.currentTarget)}
        />
        <CopyButton text={secret ?? ''} />
      </div>
      {children}
    </Dialog>
  );
}

/** Selects all of it and shows where it begins: browsers scroll a long value to its end. */
function selectFromBeginning(input: HTMLInputElement): void {
  input.setSelectionRange(0, input.value.length, 'backward');
  input.scrollLeft = 0;
  requestAnimationFrame(() => {
    input.scrollLeft = 0;
  });
}
