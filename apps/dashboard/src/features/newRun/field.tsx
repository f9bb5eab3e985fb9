'use client';
/** @file What all fields of the form share. */
import { errorsAt, type Path, valueAt } from './draft.ts';
import { ERROR_MARK } from './focusFirstError.ts';
import { useForm } from './FormContext.tsx';
import type { FormNode } from './formNode.ts';
import styles from './SchemaField.module.css';

/** Longer choices become a select. */
export const MOST_SEGMENTS = 6;

export interface FieldProps<Node extends FormNode = FormNode> {
  readonly node: Node;
  readonly path: Path;
  readonly label: string;
}

export function useValue(path: Path) {
  const { draft, set, disabled } = useForm();
  return {
    value: valueAt(draft.value, path),
    errors: errorsAt(draft.errors, path),
    set: (value: unknown) => set(path, value),
    disabled,
  };
}

/** A number where it is one, else the text itself, which the schema then refuses at its path; nothing for nothing. */
export function toWritten(text: string): number | string | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  const value = Number(trimmed);
  return Number.isFinite(value) ? value : trimmed;
}

export function Messages({
  errors,
  help,
}: {
  readonly errors: ReadonlyArray<string>;
  readonly help: string;
}) {
  return (
    <>
      {errors.map((error) => (
        <span key={error} className={styles.error} {...ERROR_MARK}>
          {error}
        </span>
      ))}
      {help !== '' && <span className={styles.help}>{help}</span>}
    </>
  );
}
