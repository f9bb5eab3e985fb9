import { ProgressBar } from '../../ui/ProgressBar.tsx';
import type { RunRow } from './runRow.ts';
import styles from './RunProgress.module.css';

const TONES = {
  QUEUED: 'neutral',
  RUNNING: 'accent',
  PAUSED: 'warn',
  FINISHED: 'good',
  FAILED: 'bad',
  CANCELLED: 'neutral',
} as const;

/** Step of so many, and a bar. */
export function RunProgress({
  run,
}: {
  readonly run: Pick<RunRow, 'step' | 'totalSteps' | 'status' | 'name'>;
}) {
  return (
    <span className={styles.progress}>
      <span className={styles.text}>
        {run.step.toLocaleString('en')}
        <span className={styles.total}> / {run.totalSteps.toLocaleString('en')}</span>
      </span>
      <ProgressBar
        value={run.step}
        max={run.totalSteps}
        label={`Steps of ${run.name}`}
        tone={TONES[run.status]}
      />
    </span>
  );
}
