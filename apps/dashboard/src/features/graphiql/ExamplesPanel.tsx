'use client';
import { useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { EXAMPLES, type Example } from './examples.ts';
import styles from './GraphiqlPage.module.css';

/** Queries to begin with; each opens in a tab of its own. */
export function ExamplesPanel() {
  const queryEditor = useGraphiQL((state) => state.queryEditor);
  const variableEditor = useGraphiQL((state) => state.variableEditor);
  const { addTab } = useGraphiQLActions();
  const open = (example: Example): void => {
    addTab();
    // The new tab has to be in the editor before its text is.
    setTimeout(() => {
      queryEditor?.setValue(example.query);
      variableEditor?.setValue(example.variables ?? '');
      queryEditor?.focus();
    }, 0);
  };
  return (
    <section className={styles.examples} aria-label="Examples">
      <p className={styles.intro}>Each opens in a new tab. Ctrl+Enter runs it.</p>
      {EXAMPLES.map((example) => (
        <button key={example.title} type="button" className={styles.example} onClick={() => open(example)}>
          <span className={styles.title}>{example.title}</span>
          <span className={styles.text}>{example.text}</span>
        </button>
      ))}
    </section>
  );
}
