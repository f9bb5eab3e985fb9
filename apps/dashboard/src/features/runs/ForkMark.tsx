import { GitFork } from 'lucide-react';
import type { RunRow } from './runRow.ts';
import styles from './ForkMark.module.css';

/** What a run was forked from; nothing of a run that is no fork. `brief`: the run alone, where the name needs the room. */
export function ForkMark({
  run: { forkedFrom },
  brief = false,
}: {
  readonly run: Pick<RunRow, 'forkedFrom'>;
  readonly brief?: boolean;
}) {
  if (!forkedFrom) return null;
  const { run, step } = forkedFrom;
  return (
    <span className={styles.fork} title={`Forked from #${run.number} ${run.name} at step ${step}`}>
      <GitFork size={11} aria-hidden />
      <span className="visually-hidden">forked from </span>#{run.number}
      {!brief && ` at step ${step.toLocaleString('en')}`}
    </span>
  );
}
