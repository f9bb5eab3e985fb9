import { cx } from './cx.ts';
import styles from './ProgressBar.module.css';

/** How far something is. `value` and `max` in the same unit; `label` is its accessible name. */
export function ProgressBar({
  value,
  max,
  label,
  tone = 'accent',
}: {
  readonly value: number;
  readonly max: number;
  readonly label: string;
  readonly tone?: 'accent' | 'good' | 'bad' | 'warn' | 'neutral';
}) {
  const fraction = max > 0 ? Math.min(1, Math.max(0, value / max)) : 0;
  return (
    <span
      className={styles.track}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={max}
      aria-valuenow={value}
    >
      <span className={cx(styles.fill, styles[tone])} style={{ width: `${fraction * 100}%` }} />
    </span>
  );
}
