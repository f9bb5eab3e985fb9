import { Dialog } from '../../ui/Dialog.tsx';
import { Kbd } from '../../ui/Kbd.tsx';
import styles from './review.module.css';

const KEYS: readonly (readonly [readonly string[], string])[] = [
  [['1', 'g'], 'Good'],
  [['2', 'b'], 'Bad'],
  [['3', 'u'], 'Unsure'],
  [['s'], 'Skip: it comes again only when you ask for it'],
  [['Enter', 'Space'], 'After a verdict: the next one'],
  [['c'], 'After a verdict: write a comment (Ctrl+Enter sends it, Escape leaves the field)'],
  [['z'], 'Back to the last one, to judge it anew'],
  [['a'], 'Show or hide the answer'],
  [['?'], 'These keys'],
];

export function KeyHelp({
  open,
  onOpenChange,
}: {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}) {
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="Keys"
      description="A verdict is saved at once. Another one by you replaces it; both are kept in the record."
    >
      <dl className={styles.keyList}>
        {KEYS.map(([keys, text]) => (
          <div key={text}>
            <dt>
              {keys.map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
