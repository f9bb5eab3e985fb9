import type { RunStatus } from '@nabla/domain';
import { cx } from './cx.ts';
import styles from './StatusPill.module.css';

const WORDS: Readonly<Record<RunStatus, string>> = {
  QUEUED: 'Queued',
  RUNNING: 'Running',
  PAUSED: 'Paused',
  FINISHED: 'Finished',
  FAILED: 'Failed',
  CANCELLED: 'Cancelled',
};
const PENDING: Readonly<Record<string, string>> = {
  PAUSE: 'pausing',
  CANCEL: 'cancelling',
  CONTINUE: 'resuming',
  CHECKPOINT: 'saving a checkpoint',
};

export function statusWord(status: RunStatus): string {
  return WORDS[status];
}

/** State of a run: a mark whose shape differs too (not colour alone) and a word; `pending` says what is still being carried out. */
export function StatusPill({
  status,
  pending,
  bare = false,
}: {
  readonly status: RunStatus;
  readonly pending?: string | null | undefined;
  readonly bare?: boolean;
}) {
  const pendingWord = pending ? PENDING[pending] : undefined;
  return (
    <span className={cx(styles.pill, styles[status.toLowerCase()], bare && styles.bare)}>
      <Mark status={status} />
      {WORDS[status]}
      {pendingWord !== undefined && status === 'RUNNING' && pending !== 'CONTINUE' && (
        <span className={styles.pending}>{pendingWord}</span>
      )}
    </span>
  );
}

function Mark({ status }: { readonly status: RunStatus }) {
  const shape = { width: 10, height: 10, viewBox: '0 0 10 10', 'aria-hidden': true, className: styles.mark };
  switch (status) {
    case 'QUEUED':
      return (
        <svg {...shape} fill="none" stroke="currentColor" strokeWidth="1.5">
          <circle cx="5" cy="5" r="3.75" strokeDasharray="2 1.93" />
        </svg>
      );
    case 'RUNNING':
      return (
        <svg {...shape} className={cx(styles.mark, styles.pulse)} fill="currentColor">
          <circle cx="5" cy="5" r="3.5" />
        </svg>
      );
    case 'PAUSED':
      return (
        <svg {...shape} fill="currentColor">
          <rect x="1.75" y="1.5" width="2.25" height="7" rx="0.5" />
          <rect x="6" y="1.5" width="2.25" height="7" rx="0.5" />
        </svg>
      );
    case 'FINISHED':
      return (
        <svg
          {...shape}
          fill="none"
          stroke="currentColor"
          strokeWidth="1.75"
          strokeLinecap="round"
          strokeLinejoin="round"
        >
          <path d="M1.5 5.5 4 8l4.5-6" />
        </svg>
      );
    case 'FAILED':
      return (
        <svg {...shape} fill="none" stroke="currentColor" strokeWidth="1.75" strokeLinecap="round">
          <path d="M2 2l6 6M8 2 2 8" />
        </svg>
      );
    case 'CANCELLED':
      return (
        <svg {...shape} fill="none" stroke="currentColor" strokeWidth="1.5">
          <circle cx="5" cy="5" r="3.75" />
          <path d="M2.4 7.6l5.2-5.2" />
        </svg>
      );
  }
}
