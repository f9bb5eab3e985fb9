'use client';
/** @file One field of the configuration, drawn after its kind; and the members of an object, those that matter first. */
import { useId, useState } from 'react';
import { Field, Select, Switch } from '../../ui/Field.tsx';
import { SegmentedControl } from '../../ui/Tabs.tsx';
import { type Path, errorsAt, errorsWithin, textOf, valueAt } from './draft.ts';
import { type FieldProps, Messages, MOST_SEGMENTS } from './field.tsx';
import { useForm } from './FormContext.tsx';
import type { FormMember, FormNode } from './formNode.ts';
import { arrange, choosable, freshPart, isSet } from './formRules.ts';
import { kindLabel, labelOf } from './labels.ts';
import { ListField } from './ListField.tsx';
import { PromptSetField } from './PromptSetField.tsx';
import { BooleanField, EnumField, NumberField, TextField } from './ScalarFields.tsx';
import styles from './SchemaField.module.css';
import { BoundsField, ChoicesField, JsonField, NumbersField } from './SetFields.tsx';

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
    case 'choices':
      return <ChoicesField node={node} path={path} label={label} />;
    case 'numbers':
      return <NumbersField node={node} path={path} label={label} />;
    case 'bounds':
      return <BoundsField node={node} path={path} label={label} />;
    case 'json':
      return <JsonField node={node} path={path} label={label} />;
    case 'union':
      return <UnionField node={node} path={path} label={label} />;
    case 'list':
      return (
        <ListField
          node={node}
          path={path}
          label={label}
          renderItem={(itemPath) =>
            node.item.type === 'object' ? (
              <Members members={node.item.members} path={itemPath} />
            ) : (
              <SchemaField node={node.item} path={itemPath} label="Kind" />
            )
          }
        />
      );
    case 'object':
      return node.optional ? (
        <OptionalField node={node} path={path} label={label} />
      ) : (
        <GroupField node={node} path={path} label={label} />
      );
  }
}

/** Members of an object: those that matter now, then what is rarely touched, folded away. */
export function Members({
  members,
  path,
}: {
  readonly members: ReadonlyArray<FormMember>;
  readonly path: Path;
}) {
  const { draft } = useForm();
  const broken = (key: string): boolean => errorsWithin(draft.errors, [...path, key]).length > 0;
  const { main, more, unused } = arrange(members, path, draft.value, broken);
  // What is set already when the form opens stands in sight; what is set here later stays where it was set.
  const [raised] = useState(
    () => new Set(more.flatMap((member) => (isSet(draft.value, path, member) ? [member.key] : []))),
  );
  const folded = [...more.filter(({ key }) => !raised.has(key)), ...unused];
  const inSight = members.filter(
    (member) => main.includes(member) || (more.includes(member) && raised.has(member.key)),
  );
  return (
    <>
      <Fields members={inSight} path={path} />
      {folded.length > 0 && (
        <More members={folded} unused={unused} path={path} broken={folded.some(({ key }) => broken(key))} />
      )}
    </>
  );
}

/** Fields side by side; parts among them below. */
function Fields({ members, path }: { readonly members: ReadonlyArray<FormMember>; readonly path: Path }) {
  const flat = members.filter(({ node }) => !isDeep(node));
  const deep = members.filter(({ node }) => isDeep(node));
  return (
    <>
      {flat.length > 0 && (
        <div className={styles.grid}>
          {flat.map(({ key, node }) => (
            <SchemaField key={key} node={node} path={[...path, key]} label={labelOf(key)} />
          ))}
        </div>
      )}
      {deep.map(({ key, node }) => (
        <SchemaField key={key} node={node} path={[...path, key]} label={labelOf(key)} />
      ))}
    </>
  );
}

function More({
  members,
  unused,
  path,
  broken,
}: {
  readonly members: ReadonlyArray<FormMember>;
  readonly unused: ReadonlyArray<FormMember>;
  readonly path: Path;
  readonly broken: boolean;
}) {
  const { draft } = useForm();
  const set = members.filter((member) => isSet(draft.value, path, member));
  return (
    <details className={styles.more} open={broken || undefined}>
      <summary>
        More
        <span className={styles.moreText}>
          {set.length > 0
            ? set.map(({ key }) => setText(key, valueAt(draft.value, [...path, key]))).join(' · ')
            : members.map(({ key }) => labelOf(key).toLowerCase()).join(', ')}
        </span>
      </summary>
      <div className={styles.moreInside}>
        <Fields members={members.filter((member) => !unused.includes(member))} path={path} />
        {unused.length > 0 && (
          <>
            <p className={styles.help}>Written, but nothing uses it beside the present choices:</p>
            <Fields members={unused} path={path} />
          </>
        )}
      </div>
    </details>
  );
}

/** "top P 0.9"; of a part only that it is on. */
function setText(key: string, value: unknown): string {
  const name = labelOf(key).toLowerCase();
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? `${name} on`
    : `${name} ${textOf(value)}`;
}

function isDeep(node: FormNode): boolean {
  return node.type === 'object' || node.type === 'union' || node.type === 'list';
}

function UnionField({ node, path, label }: FieldProps<Extract<FormNode, { type: 'union' }>>) {
  const id = useId();
  const { draft, disabled, set } = useForm();
  const errors = [...errorsAt(draft.errors, path), ...errorsAt(draft.errors, [...path, 'kind'])];
  const value = valueAt(draft.value, path);
  const kind = valueAt(value ?? node.fallback, ['kind']);
  const option = node.options.find((one) => one.kind === kind);
  const absent = !node.required && node.fallback === undefined;
  const offered = choosable(path, node.options, draft.value);
  const choose = (next: string): void => set(path, next === '' ? undefined : switchKind(value, node, next));
  const current = typeof kind === 'string' ? kind : '';
  const help = option?.description ?? (absent ? node.description : '');
  return (
    <div className={styles.union} role="group" aria-labelledby={id}>
      {absent || offered.length > MOST_SEGMENTS ? (
        <Field label={<span id={id}>{label}</span>} errors={errors} help={help} optional={absent}>
          {(control) => (
            <Select
              {...control}
              value={current}
              disabled={disabled}
              onChange={(event) => choose(event.target.value)}
            >
              {absent && <option value="">as the run</option>}
              {!absent && option === undefined && <option value={current}>{current || 'Choose…'}</option>}
              {offered.map((one) => (
                <option key={one.kind} value={one.kind}>
                  {kindLabel(one.kind)}
                </option>
              ))}
            </Select>
          )}
        </Field>
      ) : (
        <>
          <span id={id} className={styles.legend}>
            {label}
          </span>
          <SegmentedControl
            labelledBy={id}
            options={offered.map((one) => ({ value: one.kind, label: kindLabel(one.kind), disabled }))}
            value={current}
            onChange={choose}
          />
          <Messages errors={errors} help={help} />
        </>
      )}
      {option && option.members.length > 0 && (
        <Members key={option.kind} members={option.members} path={path} />
      )}
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

/** A part that is on or off, with its settings when it is on. */
function OptionalField({ node, path, label }: FieldProps<Extract<FormNode, { type: 'object' }>>) {
  const { draft, set, disabled } = useForm();
  const written = valueAt(draft.value, path);
  const on = written !== undefined && written !== null;
  const errors = errorsAt(draft.errors, path);
  return (
    <div className={styles.group} role="group" aria-label={label}>
      <span className={styles.optionalHead}>
        <span className={styles.groupName}>{label}</span>
        <Switch
          label={on ? 'on' : 'off'}
          aria-label={label}
          checked={on}
          disabled={disabled}
          onChange={(event) => set(path, event.target.checked ? freshPart(String(path.at(-1))) : undefined)}
        />
      </span>
      <Messages errors={errors} help={node.description.replace(/; null: [^;]+$/, '')} />
      {on && <Members members={node.members} path={path} />}
    </div>
  );
}
