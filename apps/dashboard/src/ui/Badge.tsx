import type { ReactNode } from 'react';
import styles from './Badge.module.css';
import { cx } from './cx.ts';

export type Tone = 'neutral' | 'accent' | 'good' | 'bad' | 'warn' | 'info';

/** A short word about a thing. */
export function Badge({
  tone = 'neutral',
  children,
  title,
}: {
  readonly tone?: Tone;
  readonly children: ReactNode;
  readonly title?: string | undefined;
}) {
  return (
    <span className={cx(styles.badge, styles[tone])} title={title}>
      {children}
    </span>
  );
}

/** A tag that people gave; with `onRemove` it has a button to take it off. */
export function Tag({
  children,
  onRemove,
}: {
  readonly children: string;
  readonly onRemove?: (() => void) | undefined;
}) {
  return (
    <span className={styles.tag}>
      <span className={styles.tagText}>{children}</span>
      {onRemove && (
        <button
          type="button"
          className={styles.remove}
          onClick={onRemove}
          aria-label={`Remove tag ${children}`}
        >
          <svg
            width="8"
            height="8"
            viewBox="0 0 8 8"
            stroke="currentColor"
            strokeWidth="1.5"
            strokeLinecap="round"
            aria-hidden
          >
            <path d="M1 1l6 6M7 1 1 7" />
          </svg>
        </button>
      )}
    </span>
  );
}
