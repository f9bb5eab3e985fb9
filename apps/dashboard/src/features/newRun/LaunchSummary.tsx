'use client';
import { configNotes, parameterCount, totalSteps } from '@nabla/domain';
import type { Draft } from './draft.ts';
import styles from './LaunchSummary.module.css';

/** What would be launched, in figures, and what somebody who chose these settings should know. */
export function LaunchSummary({ draft }: { readonly draft: Draft }) {
  const { config } = draft;
  const notes = config ? configNotes(config) : [];
  const completions = config ? config.policyGradient.promptsPerStep * config.policyGradient.groupSize : null;
  return (
    <div className={styles.summary}>
      <dl className={styles.figures} aria-live="polite">
        <div>
          <dt>Parameters, at most</dt>
          <dd>{config ? parameterCount(config.model).toLocaleString('en') : '–'}</dd>
        </div>
        <div>
          <dt>Steps</dt>
          <dd>{config ? totalSteps(config).toLocaleString('en') : '–'}</dd>
        </div>
        <div>
          <dt>Completions a step</dt>
          <dd>{completions === null ? '–' : completions.toLocaleString('en')}</dd>
        </div>
      </dl>
      {notes.length > 0 && (
        <ul className={styles.notes} aria-label="What to know about these settings">
          {notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
    </div>
  );
}
