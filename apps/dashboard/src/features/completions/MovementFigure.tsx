import { ArrowDown, ArrowUp, TriangleAlert } from 'lucide-react';
import { cx } from '../../ui/cx.ts';
import { formatAligned } from '../charts/formatMetric.ts';
import { type CompletionRow, deltaLogp } from './completionRow.ts';
import styles from './completions.module.css';
import { STILL_NATS, movementOf } from './signalArithmetic.ts';

/** Log-probability before → after the update, the difference by sign, and a warning where it went against the signal. */
export function MovementFigure({ row }: { readonly row: CompletionRow }) {
  const delta = deltaLogp(row);
  if (typeof row.logp !== 'number') return <span className={styles.missing}>–</span>;
  if (delta === null) return <span>{formatAligned(row.logp)}</span>;
  const movement = movementOf(row.signal ?? null, delta);
  const moved = Math.abs(delta) >= STILL_NATS;
  // Without a signal of its own the others moved it: neither good nor bad.
  const pushed = movement === 'with' || movement === 'against';
  return (
    <span className={styles.movement}>
      <span className={styles.from}>
        {formatAligned(row.logp)}
        <span aria-hidden> → </span>
        <span className="visually-hidden"> to </span>
        {formatAligned(row.updatedLogp)}
      </span>
      <span className={cx(styles.delta, pushed ? (delta > 0 ? styles.up : styles.down) : styles.unpushed)}>
        {moved && (delta > 0 ? <ArrowUp size={12} aria-hidden /> : <ArrowDown size={12} aria-hidden />)}
        {formatAligned(delta, true)}
      </span>
      {movement === 'against' && (
        <span
          className={styles.against}
          title="The update moved it against its own signal: other completions of the step weighed more"
        >
          <TriangleAlert size={12} aria-hidden />
          <span className="visually-hidden">moved against its signal</span>
        </span>
      )}
    </span>
  );
}
