'use client';
import { ChevronRight, MessageSquare } from 'lucide-react';
import { type ReactNode, memo } from 'react';
import { cx } from '../../ui/cx.ts';
import { formatAligned } from '../charts/formatMetric.ts';
import { VerdictIcon, verdictWord } from '../review/verdictWords.tsx';
import { CompletionDetail } from './CompletionDetail.tsx';
import type { CompletionRow } from './completionRow.ts';
import { CompletionText } from './CompletionText.tsx';
import styles from './completions.module.css';
import { EvaluationBadge } from './EvaluationBadge.tsx';
import { MovementFigure } from './MovementFigure.tsx';
import { RewardFigure } from './RewardFigure.tsx';
import type { SignalRule } from './signalArithmetic.ts';

export interface CompletionTableRowProps {
  readonly row: CompletionRow;
  readonly runId: string;
  readonly rule: SignalRule | null;
  readonly groupRewards?: readonly (number | null)[] | undefined;
  readonly open: boolean;
  readonly onToggle: (row: CompletionRow) => void;
  /** Of an evaluation: nothing is learnt from it, so it has neither advantage nor KL nor signal. */
  readonly evaluated?: boolean;
  /** Also shows step, prompt and answer: for lists across steps. */
  readonly withPrompt?: boolean;
}

/** One completion as a line, and all about it below when open. */
export const CompletionTableRow = memo(function CompletionTableRow({
  row,
  runId,
  rule,
  groupRewards,
  open,
  onToggle,
  evaluated = false,
  withPrompt = false,
}: CompletionTableRowProps) {
  const signal = row.signal ?? null;
  return (
    <div className={cx(styles.entry, open && styles.openEntry)}>
      <div className={cx(styles.line, withPrompt && styles.withPrompt, evaluated && styles.evaluated)}>
        <button type="button" className={styles.main} aria-expanded={open} onClick={() => onToggle(row)}>
          <ChevronRight size={14} aria-hidden className={cx(styles.chevron, open && styles.turned)} />
          {withPrompt && (
            <span className={styles.step}>
              <span className="visually-hidden">step </span>
              {row.step.toLocaleString('en')}
            </span>
          )}
          {withPrompt && (
            <span className={styles.prompt}>
              <CompletionText text={row.promptText} clamp={!open} />
            </span>
          )}
          <CompletionText text={row.text} truncated={row.truncated} clamp={!open} />
        </button>
        <Cell name="reward">
          <RewardFigure reward={row.reward ?? null} components={row.rewards} />
        </Cell>
        {!evaluated && (
          <>
            <Cell name="advantage">{formatAligned(row.advantage, true)}</Cell>
            <Cell name="KL">{formatAligned(row.kl)}</Cell>
            <Cell
              name="signal"
              className={cx(
                signal !== null && signal > 0 && styles.up,
                signal !== null && signal < 0 && styles.down,
              )}
            >
              {formatAligned(signal, true)}
            </Cell>
          </>
        )}
        <Cell name="log π" className={styles.logp}>
          <MovementFigure row={row} />
        </Cell>
        <span className={styles.flags}>
          <EvaluationBadge row={row} />
          {row.myVerdict && (
            <span title={`Your verdict: ${verdictWord(row.myVerdict.value)}`}>
              <VerdictIcon value={row.myVerdict.value} size={13} />
              <span className="visually-hidden">Your verdict: {verdictWord(row.myVerdict.value)}</span>
            </span>
          )}
          {row.commentCount > 0 && (
            <span className={styles.commented} title={`${row.commentCount} comments`}>
              <MessageSquare size={13} aria-hidden />
              {row.commentCount}
              <span className="visually-hidden"> comments</span>
            </span>
          )}
        </span>
      </div>
      {open && <CompletionDetail row={row} runId={runId} rule={rule} groupRewards={groupRewards} />}
    </div>
  );
});

/** A figure with its name, which is seen where there are no columns and heard everywhere. */
function Cell({
  name,
  className,
  children,
}: {
  readonly name: string;
  readonly className?: string | undefined;
  readonly children: ReactNode;
}) {
  return (
    <span className={cx(styles.cell, className)}>
      <span className={styles.cellName}>{name} </span>
      {children}
    </span>
  );
}

/** Names of the columns, above the lines. For the eye: each cell carries its own name. */
export function CompletionColumns({
  withPrompt = false,
  evaluated = false,
}: {
  readonly withPrompt?: boolean;
  readonly evaluated?: boolean;
}) {
  return (
    <div
      className={cx(
        styles.line,
        styles.columns,
        withPrompt && styles.withPrompt,
        evaluated && styles.evaluated,
      )}
      aria-hidden
    >
      <span className={styles.mainHead}>
        {withPrompt && <span className={styles.step}>Step</span>}
        {withPrompt && <span className={styles.prompt}>Prompt</span>}
        <span>Completion</span>
      </span>
      <span className={styles.cell}>Reward</span>
      {!evaluated && (
        <>
          <span className={styles.cell}>Advantage</span>
          <span className={styles.cell}>KL</span>
          <span className={styles.cell}>Signal</span>
        </>
      )}
      <span className={cx(styles.cell, styles.logp)}>{evaluated ? 'log π' : 'log π before → after'}</span>
      <span className={styles.flags} />
    </div>
  );
}
