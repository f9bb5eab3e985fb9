'use client';
/** @file Fields of several values: some of a few words, numbers in a row, two bounds, any JSON. */
import { useId, useState } from 'react';
import { Checkbox, Field, Input, Textarea } from '../../ui/Field.tsx';
import { textOf } from './draft.ts';
import { type FieldProps, Messages, toWritten, useValue } from './field.tsx';
import type { FormNode } from './formNode.ts';
import { kindLabel } from './labels.ts';
import styles from './SchemaField.module.css';

export function ChoicesField({ node, path, label }: FieldProps<Extract<FormNode, { type: 'choices' }>>) {
  const id = useId();
  const { value, errors, set, disabled } = useValue(path);
  const current: ReadonlyArray<unknown> = Array.isArray(value)
    ? value
    : Array.isArray(node.fallback)
      ? node.fallback
      : [];
  const choose = (word: string, on: boolean): void => {
    // In the schema's order, whatever the order of clicks.
    const next = node.values.filter((one) => (one === word ? on : current.includes(one)));
    set(JSON.stringify(next) === JSON.stringify(node.fallback) ? undefined : next);
  };
  return (
    <div className={styles.wide} role="group" aria-labelledby={id}>
      <span id={id} className={styles.legend}>
        {label}
      </span>
      <div className={styles.choices}>
        {node.values.map((word) => (
          <Checkbox
            key={word}
            label={kindLabel(word)}
            checked={current.includes(word)}
            disabled={disabled}
            onChange={(event) => choose(word, event.target.checked)}
          />
        ))}
      </div>
      <Messages errors={errors} help={node.description} />
    </div>
  );
}

export function NumbersField({ node, path, label }: FieldProps<Extract<FormNode, { type: 'numbers' }>>) {
  const { value, errors, set, disabled } = useValue(path);
  const shown = Array.isArray(value) ? value.map(textOf).join(', ') : textOf(value);
  const [typed, setTyped] = useState(shown);
  // "1, " is being typed: it stays as typed for as long as it means what is written.
  const text = typed === shown || JSON.stringify(toNumbers(typed)) === JSON.stringify(value) ? typed : shown;
  return (
    <Field
      label={label}
      help={`${node.description} · separated by commas`}
      errors={errors}
      optional={node.fallback === undefined}
    >
      {(control) => (
        <Input
          {...control}
          value={text}
          disabled={disabled}
          autoComplete="off"
          placeholder={Array.isArray(node.fallback) ? node.fallback.join(', ') : ''}
          onChange={(event) => {
            setTyped(event.target.value);
            set(toNumbers(event.target.value));
          }}
        />
      )}
    </Field>
  );
}

/** What is not a number stays as it is, and the schema refuses it at its place. */
function toNumbers(text: string): unknown[] | undefined {
  const parts = text.split(',').flatMap((part) => toWritten(part) ?? []);
  return parts.length === 0 ? undefined : parts;
}

export function BoundsField({ node, path, label }: FieldProps<Extract<FormNode, { type: 'bounds' }>>) {
  const { value, errors, set, disabled } = useValue(path);
  const pair: ReadonlyArray<unknown> = Array.isArray(value) ? value : [];
  const shown = [textOf(pair[0]), textOf(pair[1])] as const;
  const [typed, setTyped] = useState(shown);
  const texts = typed.map((text, index) =>
    text === shown[index] || toWritten(text) === (pair[index] ?? undefined) ? text : (shown[index] ?? ''),
  );
  const change = (index: 0 | 1, text: string): void => {
    const next = [texts[0] ?? '', texts[1] ?? ''] as const;
    const changed = index === 0 ? ([text, next[1]] as const) : ([next[0], text] as const);
    setTyped(changed);
    const written = changed.map(toWritten);
    // One bound alone is refused at this field by the schema, which says that both are wanted.
    set(written.every((one) => one === undefined) ? undefined : written.map((one) => one ?? null));
  };
  const input = (index: 0 | 1, name: string) => (
    <Input
      value={texts[index] ?? ''}
      aria-label={`${label}: ${name}`}
      aria-invalid={errors.length > 0 || undefined}
      placeholder="none"
      inputMode="decimal"
      autoComplete="off"
      disabled={disabled}
      onChange={(event) => change(index, event.target.value)}
    />
  );
  return (
    <div className={styles.cell} role="group" aria-label={label}>
      <span className={styles.legend}>{label}</span>
      <span className={styles.bounds}>
        {input(0, 'lower bound')}
        <span aria-hidden>–</span>
        {input(1, 'upper bound')}
      </span>
      <Messages errors={errors} help={node.description.replace(/; null: [^;]+$/, '')} />
    </div>
  );
}

export function JsonField({ node, path, label }: FieldProps<Extract<FormNode, { type: 'json' }>>) {
  const { value, errors, set, disabled } = useValue(path);
  const shown = value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value, null, 2);
  const [typed, setTyped] = useState(shown);
  const text = typed === shown || JSON.stringify(toJson(typed)) === JSON.stringify(value) ? typed : shown;
  return (
    <Field label={label} help={node.description} errors={errors}>
      {(control) => (
        <Textarea
          {...control}
          className={styles.json}
          value={text}
          rows={6}
          disabled={disabled}
          spellCheck={false}
          onChange={(event) => {
            setTyped(event.target.value);
            set(toJson(event.target.value));
          }}
        />
      )}
    </Field>
  );
}

/** The text itself while it is not JSON: the schema refuses it at its place. */
function toJson(text: string): unknown {
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
