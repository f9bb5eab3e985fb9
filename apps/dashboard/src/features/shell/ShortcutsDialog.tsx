'use client';
import { Fragment, useState } from 'react';
import { Dialog } from '../../ui/Dialog.tsx';
import { Kbd } from '../../ui/Kbd.tsx';
import { useHotkeys } from '../../ui/useHotkeys.ts';
import styles from './ShortcutsDialog.module.css';

type Shortcut = readonly [keys: ReadonlyArray<string>, meaning: string];
const GROUPS: ReadonlyArray<readonly [title: string, shortcuts: ReadonlyArray<Shortcut>]> = [
  [
    'Everywhere',
    [
      [['Ctrl', 'K'], 'Go to a project, run or page'],
      [['?'], 'This list'],
      [['Esc'], 'Close what is open'],
    ],
  ],
  [
    'List of runs',
    [
      [['/'], 'Search'],
      [['j'], 'Next run'],
      [['k'], 'Previous run'],
      [['x'], 'Choose the run, or no longer'],
      [['↵'], 'Open the run'],
    ],
  ],
];

/** "?" lists the keys. A page with keys of its own (review) answers "?" itself. */
export function ShortcutsDialog() {
  const [open, setOpen] = useState(false);
  useHotkeys({ '?': () => setOpen(true) });
  return (
    <Dialog open={open} onOpenChange={setOpen} title="Keyboard">
      {GROUPS.map(([title, shortcuts]) => (
        <Fragment key={title}>
          <h3 className={styles.title}>{title}</h3>
          <dl className={styles.list}>
            {shortcuts.map(([keys, meaning]) => (
              <div key={meaning} className={styles.row}>
                <dt>
                  {keys.map((key) => (
                    <Kbd key={key}>{key}</Kbd>
                  ))}
                </dt>
                <dd>{meaning}</dd>
              </div>
            ))}
          </dl>
        </Fragment>
      ))}
    </Dialog>
  );
}
