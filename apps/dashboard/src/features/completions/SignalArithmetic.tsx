import { Fragment } from 'react';
import { cx } from '../../ui/cx.ts';
import { formatDelta, formatNumber } from '../charts/formatMetric.ts';
import { type CompletionRow, deltaLogp } from './completionRow.ts';
import styles from './completions.module.css';
import {
  type Equation,
  type SignalRule,
  STILL_NATS,
  movementOf,
  signalEquations,
} from './signalArithmetic.ts';

/** In the order in which one follows from the other. */
const LINES = ['reward', 'advantage', 'signal'] as const;

/** Why the completion was pushed up or down: from the reward's components to the signal, and what the update did. */
export function SignalArithmetic({
  row,
  groupRewards,
  rule,
}: {
  readonly row: CompletionRow;
  readonly groupRewards: readonly (number | null)[];
  readonly rule: SignalRule | null;
}) {
  const scored = {
    reward: row.reward ?? null,
    rewards: row.rewards.map(({ name, value, used, weight }) => ({
      name,
      value: value ?? null,
      used: used ?? null,
      weight,
    })),
    advantage: row.advantage ?? null,
    signal: row.signal ?? null,
    kl: row.kl ?? null,
  };
  const equations = signalEquations(scored, groupRewards, rule);
  const failed = row.rewards.filter((component) => typeof component.value !== 'number');
  return (
    <div className={styles.arithmetic}>
      <dl className={styles.equations}>
        {LINES.map((name) => {
          const equation = equations.find(({ left }) => left === name);
          if (equation) return <EquationLine key={name} equation={equation} />;
          return scored[name] === null ? null : (
            <Fragment key={name}>
              <dt>{name}</dt>
              <dd>
                <span className={styles.result}>{formatNumber(scored[name])}</span>{' '}
                <span className={styles.rule}>as recorded by the trainer</span>
              </dd>
            </Fragment>
          );
        })}
        {failed.map((component) => (
          <Fragment key={component.name}>
            <dt>{component.name}</dt>
            <dd className={styles.failure}>
              null: {component.error ?? 'no value was computed'}
              <span className={styles.rule}> (a null never counts as 0; the completion left the batch)</span>
            </dd>
          </Fragment>
        ))}
      </dl>
      <RewardVersions row={row} />
      <Outcome row={row} />
    </div>
  );
}

/** Which reward functions gave the values: each component's version is the hash of its code and settings. */
function RewardVersions({ row }: { readonly row: CompletionRow }) {
  if (row.rewards.length === 0) return null;
  const changed = row.rewards.some(({ value, used }) => typeof used === 'number' && used !== value);
  return (
    <table className={styles.components} aria-label="Reward components">
      <thead>
        <tr>
          <th scope="col">Component</th>
          <th scope="col">Value</th>
          {changed && (
            <th scope="col" title="After clipping and normalising: what enters the sum">
              Used
            </th>
          )}
          <th scope="col">Weight</th>
          <th scope="col">Version</th>
        </tr>
      </thead>
      <tbody>
        {row.rewards.map(({ name, value, used, weight, version, error }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>
              {typeof value === 'number' ? (
                formatNumber(value)
              ) : (
                <span className={styles.failure} title={error ?? undefined}>
                  null
                </span>
              )}
            </td>
            {changed && <td>{typeof used === 'number' ? formatNumber(used) : '–'}</td>}
            <td>{weight}</td>
            <td>
              <code title={version}>{version.slice(0, 12)}</code>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function EquationLine({ equation }: { readonly equation: Equation }) {
  return (
    <>
      <dt>{equation.left}</dt>
      <dd>
        <span className={styles.equation}>
          {equation.terms.map((term, index) => (
            <Fragment key={index}>
              {term.operator !== '' && <span className={styles.operator}>{term.operator}</span>}
              <span className={styles.term}>
                <span>
                  {term.bracket === 'open' && '('}
                  {formatNumber(term.value)}
                  {term.bracket === 'close' && ')'}
                </span>
                <span className={styles.termName}>{term.label}</span>
              </span>
            </Fragment>
          ))}
          <span className={styles.operator}>=</span>
          <span className={styles.result}>{formatNumber(equation.value)}</span>
        </span>
        <span className={styles.rule}>{equation.rule}</span>
      </dd>
    </>
  );
}

/** What the signal asked for and what came of it, in a sentence. */
function Outcome({ row }: { readonly row: CompletionRow }) {
  const delta = deltaLogp(row);
  const signal = row.signal ?? null;
  if (row.evaluationSet)
    return (
      <p className={styles.outcome}>
        Drawn for the evaluation set {row.evaluationSet}: scored, and not trained on. It moves no weight.
      </p>
    );
  if (signal === null)
    return (
      <p className={styles.outcome}>
        No signal was recorded for this completion
        {row.reward === null ? ': its reward could not be computed, so the update left it out' : ''}.
      </p>
    );
  const movement = movementOf(signal, delta);
  const asked =
    movement === 'no_signal'
      ? 'No push: the signal is 0.'
      : `Pushed ${signal > 0 ? 'up' : 'down'} with weight ${formatNumber(Math.abs(signal))}.`;
  if (delta === null || movement === null)
    return <p className={styles.outcome}>{asked} What the update did to it was not recorded.</p>;
  const factor = Math.exp(delta);
  return (
    <p className={styles.outcome}>
      {asked} Its log-probability went from {formatNumber(row.logp ?? 0)} to{' '}
      {formatNumber(row.updatedLogp ?? 0)} nats (
      <span
        className={cx(
          movement !== 'no_signal' && movement !== 'still' && (delta > 0 ? styles.up : styles.down),
        )}
      >
        {formatDelta('none', delta)}
      </span>
      ): {likelihood(factor)}
      {movement === 'with' && ', as the signal asked'}
      {movement === 'against' &&
        ', against its own signal: the update is one step for the whole batch, and others in it weighed more'}
      {movement === 'no_signal' && Math.abs(delta) >= STILL_NATS && ': moved along by the others of the step'}
      .
    </p>
  );
}

function likelihood(factor: number): string {
  if (Math.abs(factor - 1) < 0.001) return 'practically as likely as before';
  if (factor >= 2) return `${formatNumber(factor)} times as likely`;
  if (factor <= 0.5) return `${formatNumber(1 / factor)} times less likely`;
  return factor > 1
    ? `${((factor - 1) * 100).toFixed(1)} % more likely`
    : `${((1 - factor) * 100).toFixed(1)} % less likely`;
}
