'use client';
/** @file One field of the configuration, drawn after its kind. */
import { useId, useState } from 'react';
import { Checkbox, Field, Input, Select, Switch } from '../../ui/Field.tsx';
import { SegmentedControl } from '../../ui/Tabs.tsx';
import { type Path, errorsAt, textOf, valueAt } from './draft.ts';
import { ERROR_MARK } from './focusFirstError.ts';
import { useForm } from './FormContext.tsx';
import type { FormMember, FormNode } from './formNode.ts';
import { kindLabel, labelOf } from './labels.ts';
import { ListField } from './ListField.tsx';
import { PromptSetField } from './PromptSetField.tsx';
import styles from './SchemaField.module.css';

/** Longer choices become a select. */
const MOST_SEGMENTS = 6;

interface FieldProps<Node extends FormNode = FormNode> {
  readonly node: Node;
  readonly path: Path;
  readonly label: string;
}

export function SchemaField({ node, path, label }: FieldProps) {
  switch (node.type) {
    case 'constant':
      return null;
    case 'number':
      return <NumberField node={node} path={path} label={label} />;
    case 'text':
      return path.at(-1) === 'promptSetVersionId' ? (
        <PromptSetField path={path} label={label} />
      ) : (
        <TextField node={node} path={path} label={label} />
      );
    case 'boolean':
      return <BooleanField node={node} path={path} label={label} />;
    case 'enum':
      return <EnumField node={node} path={path} label={label} />;
    case 'union':
      return <UnionField node={node} path={path} label={label} />;
    case 'list':
      return (
        <ListField
          node={node}
          path={path}
          label={label}
          renderItem={(itemPath) => <SchemaField node={node.item} path={itemPath} label="Kind" />}
        />
      );
    case 'object':
      return <GroupField node={node} path={path} label={label} />;
  }
}

/** Members of an object side by side; objects among them below. */
export function Members({
  members,
  path,
}: {
  readonly members: ReadonlyArray<FormMember>;
  readonly path: Path;
}) {
  const flat = members.filter(
    ({ node }) => node.type !== 'object' && node.type !== 'union' && node.type !== 'list',
  );
  const deep = members.filter(
    ({ node }) => node.type === 'object' || node.type === 'union' || node.type === 'list',
  );
  return (
    <>
      <div className={styles.grid}>
        {flat.map(({ key, node }) => (
          <SchemaField key={key} node={node} path={[...path, key]} label={labelOf(key)} />
        ))}
      </div>
      {deep.map(({ key, node }) => (
        <SchemaField key={key} node={node} path={[...path, key]} label={labelOf(key)} />
      ))}
    </>
  );
}

function useValue(path: Path) {
  const { draft, set, disabled } = useForm();
  return {
    value: valueAt(draft.value, path),
    errors: errorsAt(draft.errors, path),
    set: (value: unknown) => set(path, value),
    disabled,
  };
}

function NumberField({ node, path, label }: FieldProps<Extract<FormNode, { type: 'number' }>>) {
  const { value, errors, set, disabled } = useValue(path);
  const shown = textOf(value);
  const [typed, setTyped] = useState(shown);
  // What is being typed may not be a number yet ("1e-"); it stays as typed for as long as it means what is written.
  const text = typed === shown || toWritten(typed) === value ? typed : shown;
  const isOff = node.nullable && (value === null || (value === undefined && node.fallback === null));
  const help = [node.description, node.range].filter((part) => part !== '').join(' · ');
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
                ? 'never'
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
          label={`No limit`}
          checked={isOff}
          disabled={disabled}
          onChange={(event) => set(event.target.checked ? null : undefined)}
        />
      )}
    </div>
  );
}

/** A number where it is one, else the text itself, which the schema then refuses at its path; nothing for nothing. */
function toWritten(text: string): number | string | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  const value = Number(trimmed);
  return Number.isFinite(value) ? value : trimmed;
}

function TextField({ node, path, label }: FieldProps<Extract<FormNode, { type: 'text' }>>) {
  const { value, errors, set, disabled } = useValue(path);
  // The first field of the form: its label says all of it.
  const isRunName = path.length === 1 && path[0] === 'name';
  return (
    <Field
      label={label}
      help={isRunName ? '' : node.description}
      errors={errors}
      optional={!node.required && node.fallback === undefined}
    >
      {(control) => (
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
      )}
    </Field>
  );
}

function BooleanField({ node, path, label }: FieldProps<Extract<FormNode, { type: 'boolean' }>>) {
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

function EnumField({ node, path, label }: FieldProps<Extract<FormNode, { type: 'enum' }>>) {
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

function UnionField({ node, path, label }: FieldProps<Extract<FormNode, { type: 'union' }>>) {
  const id = useId();
  const { draft, disabled, set } = useForm();
  const errors = [...errorsAt(draft.errors, path), ...errorsAt(draft.errors, [...path, 'kind'])];
  const value = valueAt(draft.value, path);
  const kind = valueAt(value ?? node.fallback, ['kind']);
  const option = node.options.find((one) => one.kind === kind);
  return (
    <div className={styles.union} role="group" aria-labelledby={id}>
      <span id={id} className={styles.legend}>
        {label}
      </span>
      <SegmentedControl
        labelledBy={id}
        options={node.options.map((one) => ({ value: one.kind, label: kindLabel(one.kind), disabled }))}
        value={typeof kind === 'string' ? kind : ''}
        onChange={(next) => set(path, switchKind(value, node, next))}
      />
      <Messages errors={errors} help={option?.description ?? ''} />
      {option && option.members.length > 0 && <Members members={option.members} path={path} />}
    </div>
  );
}

/** The value with another kind: what both kinds have in common stays. */
function switchKind(
  value: unknown,
  node: Extract<FormNode, { type: 'union' }>,
  kind: string,
): Record<string, unknown> {
  const members = node.options.find((option) => option.kind === kind)?.members ?? [];
  const kept = members.flatMap(({ key }) => {
    const present = valueAt(value, [key]);
    return present === undefined ? [] : [[key, present] as const];
  });
  return { kind, ...Object.fromEntries(kept) };
}

function GroupField({ node, path, label }: FieldProps<Extract<FormNode, { type: 'object' }>>) {
  const { draft } = useForm();
  const errors = errorsAt(draft.errors, path);
  const members = node.members.filter((member) => member.node.type !== 'constant');
  if (members.length === 0) return null;
  return (
    <fieldset className={styles.group}>
      <legend className={styles.groupName}>{label}</legend>
      <Messages errors={errors} help={node.description} />
      <Members members={members} path={path} />
    </fieldset>
  );
}

function Messages({ errors, help }: { readonly errors: ReadonlyArray<string>; readonly help: string }) {
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
