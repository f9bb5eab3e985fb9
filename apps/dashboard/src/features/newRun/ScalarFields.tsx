'use client';
/** @file Fields of one value: a number, a text, yes or no, one of a few words. */
import { useId, useState } from 'react';
import { Checkbox, Field, Input, Select, Switch, Textarea } from '../../ui/Field.tsx';
import { SegmentedControl } from '../../ui/Tabs.tsx';
import { textOf } from './draft.ts';
import { type FieldProps, Messages, MOST_SEGMENTS, toWritten, useValue } from './field.tsx';
import type { FormNode } from './formNode.ts';
import { kindLabel } from './labels.ts';
import styles from './SchemaField.module.css';

export function NumberField({ node, path, label }: FieldProps<Extract<FormNode, { type: 'number' }>>) {
  const { value, errors, set, disabled } = useValue(path);
  const shown = textOf(value);
  const [typed, setTyped] = useState(shown);
  // What is being typed may not be a number yet ("1e-"); it stays as typed for as long as it means what is written.
  const text = typed === shown || toWritten(typed) === value ? typed : shown;
  const isOff = node.nullable && (value === null || (value === undefined && node.fallback === null));
  const help = [plainHelp(node.description), node.range].filter((part) => part !== '').join(' · ');
  return (
    <div className={styles.cell}>
      <Field
        label={label}
        help={help}
        errors={errors}
        optional={!node.required && node.fallback === undefined}
      >
        {(control) => (
          <Input
            {...control}
            value={isOff ? '' : text}
            disabled={disabled || isOff}
            inputMode={node.integer ? 'numeric' : 'decimal'}
            autoComplete="off"
            placeholder={
              isOff
                ? 'off'
                : node.fallback === undefined || node.fallback === null
                  ? ''
                  : textOf(node.fallback)
            }
            onChange={(event) => {
              setTyped(event.target.value);
              set(toWritten(event.target.value));
            }}
          />
        )}
      </Field>
      {node.nullable && (
        <Checkbox
          label="Off"
          aria-label={`${label}: off`}
          checked={isOff}
          disabled={disabled}
          onChange={(event) => set(event.target.checked ? null : undefined)}
        />
      )}
    </div>
  );
}

/** The switch beside the field says what null would. */
function plainHelp(description: string): string {
  return description.replace(/; null: [^;]+$/, '');
}

/** Texts that may be longer than this get lines. */
const LONG_TEXT = 2000;

/** Addresses, places and patterns, which are longer than names. */
const WIDE: ReadonlySet<string> = new Set([
  'source',
  'path',
  'url',
  'pattern',
  'system',
  'alphabet',
  'checkpoint',
]);

export function TextField({ node, path, label }: FieldProps<Extract<FormNode, { type: 'text' }>>) {
  const { value, errors, set, disabled } = useValue(path);
  // The first field of the form: its label says all of it.
  const isRunName = path.length === 1 && path[0] === 'name';
  return (
    <Field
      label={label}
      className={isRunName || WIDE.has(String(path.at(-1))) ? styles.wideCell : undefined}
      help={isRunName ? '' : node.description}
      errors={errors}
      optional={!node.required && node.fallback === undefined}
    >
      {(control) =>
        node.maxLength !== undefined && node.maxLength > LONG_TEXT ? (
          <Textarea
            {...control}
            value={textOf(value)}
            maxLength={node.maxLength}
            disabled={disabled}
            rows={3}
            onChange={(event) => set(event.target.value === '' ? undefined : event.target.value)}
          />
        ) : (
          <Input
            {...control}
            mono={path.at(-1) !== 'name' || path.length > 1}
            value={textOf(value)}
            maxLength={node.maxLength}
            disabled={disabled}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => set(event.target.value === '' ? undefined : event.target.value)}
          />
        )
      }
    </Field>
  );
}

export function BooleanField({ node, path, label }: FieldProps<Extract<FormNode, { type: 'boolean' }>>) {
  const { value, errors, set, disabled } = useValue(path);
  const on = typeof value === 'boolean' ? value : node.fallback === true;
  return (
    <div className={styles.cell}>
      <span className={styles.legend}>{label}</span>
      <Switch
        label={on ? 'on' : 'off'}
        aria-label={label}
        checked={on}
        disabled={disabled}
        onChange={(event) => set(event.target.checked === node.fallback ? undefined : event.target.checked)}
      />
      <Messages errors={errors} help={node.description} />
    </div>
  );
}

export function EnumField({ node, path, label }: FieldProps<Extract<FormNode, { type: 'enum' }>>) {
  const id = useId();
  const { value, errors, set, disabled } = useValue(path);
  const fallback = typeof node.fallback === 'string' ? node.fallback : '';
  const current = typeof value === 'string' ? value : fallback;
  const choose = (next: string): void => set(next === fallback ? undefined : next);
  if (fallback === '' || node.values.length > MOST_SEGMENTS || !node.values.includes(current))
    return (
      <Field
        label={label}
        help={node.description}
        errors={errors}
        optional={!node.required && fallback === ''}
      >
        {(control) => (
          <Select
            {...control}
            value={current}
            disabled={disabled}
            onChange={(event) => choose(event.target.value)}
          >
            {fallback === '' && <option value="">default</option>}
            {!node.values.includes(current) && current !== '' && (
              <option value={current}>{current} (unknown)</option>
            )}
            {node.values.map((one) => (
              <option key={one} value={one}>
                {kindLabel(one)}
              </option>
            ))}
          </Select>
        )}
      </Field>
    );
  return (
    <div className={styles.wide}>
      <span id={id} className={styles.legend}>
        {label}
      </span>
      <SegmentedControl
        labelledBy={id}
        options={node.values.map((one) => ({ value: one, label: kindLabel(one), disabled }))}
        value={current}
        onChange={choose}
      />
      <Messages errors={errors} help={node.description} />
    </div>
  );
}
