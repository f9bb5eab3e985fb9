'use client';
import { parameterCount, type RunConfig, totalSteps, workerNotes } from '@nabla/domain';
import { evaluationWords, trainedWords } from '../run/configWords.ts';
import type { Draft } from './draft.ts';
import styles from './LaunchSummary.module.css';

/** What would be launched, in figures, and what somebody who chose these settings should know. */
export function LaunchSummary({ draft }: { readonly draft: Draft }) {
  const { config } = draft;
  const notes = config ? workerNotes(config) : [];
  const completions = config ? config.policyGradient.promptsPerStep * config.policyGradient.groupSize : null;
  return (
    <div className={styles.summary}>
      <dl className={styles.figures} aria-live="polite">
        <div>
          <dt>{config?.model.kind === 'hugging_face' ? 'Trains' : 'Parameters, at most'}</dt>
          <dd>{config ? sizeOf(config) : '–'}</dd>
        </div>
        <div>
          <dt>Steps</dt>
          <dd>{config ? totalSteps(config).toLocaleString('en') : '–'}</dd>
        </div>
        <div>
          <dt>Completions a step</dt>
          <dd>{completions === null ? '–' : completions.toLocaleString('en')}</dd>
        </div>
        {config?.evaluation && (
          <div className={styles.wide}>
            <dt>Evaluation</dt>
            <dd>{evaluationWords(config)}</dd>
          </div>
        )}
      </dl>
      {notes.length > 0 && (
        <ul className={styles.notes} aria-label="What the worker needs">
          {notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** The number of weights, where the configuration alone says it. */
function sizeOf({ model }: RunConfig): string {
  return model.kind === 'scratch' ? parameterCount(model).toLocaleString('en') : trainedWords(model);
}
