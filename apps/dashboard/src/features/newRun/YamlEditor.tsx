'use client';
import { useId, useRef } from 'react';
import { cx } from '../../ui/cx.ts';
import type { DraftError } from './draft.ts';
import styles from './YamlEditor.module.css';

/** The configuration as text, with line numbers; what is wrong is listed below and leads to its line. */
export function YamlEditor({
  text,
  errors,
  onChange,
}: {
  readonly text: string;
  readonly errors: ReadonlyArray<DraftError>;
  readonly onChange: (text: string) => void;
}) {
  const id = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  const gutter = useRef<HTMLDivElement>(null);
  const lines = text.split('\n');
  const broken = new Set(errors.map((error) => error.line));
  const goTo = (line: number): void => {
    const start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
    area.current?.focus();
    area.current?.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0));
    if (area.current) area.current.scrollTop = Math.max(0, (line - 6) * LINE_PX);
  };
  return (
    <div className={styles.editor}>
      <label htmlFor={id} className={styles.label}>
        YAML
      </label>
      <div className={styles.frame}>
        <div ref={gutter} className={styles.gutter} aria-hidden>
          {lines.map((_, index) => (
            <div key={index} className={cx(broken.has(index + 1) && styles.broken)}>
              {index + 1}
            </div>
          ))}
        </div>
        <textarea
          ref={area}
          id={id}
          className={styles.area}
          value={text}
          spellCheck={false}
          autoComplete="off"
          autoCapitalize="off"
          wrap="off"
          aria-describedby={errors.length > 0 ? `${id}-errors` : undefined}
          aria-invalid={errors.length > 0 || undefined}
          onChange={(event) => onChange(event.target.value)}
          onScroll={(event) => {
            if (gutter.current) gutter.current.scrollTop = event.currentTarget.scrollTop;
          }}
        />
      </div>
      <ul id={`${id}-errors`} className={styles.errors} aria-label="What is wrong">
        {errors.slice(0, 20).map((error, index) => (
          <li key={`${error.path.join('.')}-${index}`}>
            {error.line !== undefined && (
              <button type="button" onClick={() => goTo(error.line ?? 1)}>
                {error.line}:{error.column}
              </button>
            )}{' '}
            {error.path.length > 0 && <code>{error.path.join('.')}</code>} {error.message}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Height of a line of the text (YamlEditor.module.css). */
const LINE_PX = 20;
