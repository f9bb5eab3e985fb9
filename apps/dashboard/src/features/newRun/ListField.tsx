'use client';
import { Plus, Trash2 } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button, IconButton } from '../../ui/Button.tsx';
import { type Path, errorsAt, valueAt } from './draft.ts';
import { ERROR_MARK } from './focusFirstError.ts';
import { useForm } from './FormContext.tsx';
import type { FormNode } from './formNode.ts';
import { choosable } from './formRules.ts';
import styles from './ListField.module.css';

/** A list of alternatives with names (the reward components): add, change, take out. */
export function ListField({
  node,
  path,
  label,
  renderItem,
}: {
  readonly node: Extract<FormNode, { type: 'list' }>;
  readonly path: Path;
  readonly label: string;
  /** Draws the fields of the item at a path. */
  readonly renderItem: (path: Path) => ReactNode;
}) {
  const { draft, set, disabled } = useForm();
  const written = valueAt(draft.value, path);
  const items: ReadonlyArray<unknown> = Array.isArray(written)
    ? written
    : Array.isArray(node.fallback)
      ? node.fallback
      : [];
  const errors = errorsAt(draft.errors, path);
  const add = (): void => set(path, [...items, freshItem(node.item, items, [...path, items.length])]);
  const singular = label.replace(/s$/, '');
  return (
    <div className={styles.list} role="group" aria-label={label}>
      <span className={styles.label}>{label}</span>
      {items.map((item, index) => (
        // Items have no identity of their own; their place is what the path needs.
        <div key={index} className={styles.item}>
          <div className={styles.head}>
            <span className={styles.name}>
              {singular} {index + 1}
              {typeof valueAt(item, ['name']) === 'string' && <code>{String(valueAt(item, ['name']))}</code>}
            </span>
            <IconButton
              label={`Remove ${singular.toLowerCase()} ${index + 1}`}
              size="sm"
              disabled={disabled || items.length <= node.minItems}
              onClick={() =>
                set(
                  path,
                  items.filter((_, at) => at !== index),
                )
              }
            >
              <Trash2 size={14} aria-hidden />
            </IconButton>
          </div>
          {/* Items of a default list are not in the text yet: the first change writes the whole list. */}
          {Array.isArray(written) ? (
            renderItem([...path, index])
          ) : (
            <Button size="sm" onClick={() => set(path, items)}>
              Change the default
            </Button>
          )}
        </div>
      ))}
      {errors.map((error) => (
        <span key={error} className={styles.error} {...ERROR_MARK}>
          {error}
        </span>
      ))}
      <div>
        <Button
          size="sm"
          icon={<Plus size={14} aria-hidden />}
          disabled={disabled || items.length >= node.maxItems}
          onClick={add}
        >
          Add {singular.toLowerCase()}
        </Button>
      </div>
    </div>
  );
}

/** With a name that is free; of alternatives the first kind that is not used yet. */
function freshItem(item: FormNode, items: ReadonlyArray<unknown>, path: Path): Record<string, unknown> {
  if (item.type === 'object') {
    const taken = items.map((one) => valueAt(one, ['name']));
    let free = 'held_out';
    for (let count = 2; taken.includes(free); count += 1) free = `held_out_${count}`;
    return item.members.some(({ key }) => key === 'name') ? { name: free } : {};
  }
  if (item.type !== 'union') return {};
  const kinds = items.map((one) => valueAt(one, ['kind']));
  const names = items.map((one) => valueAt(one, ['name']));
  const offered = choosable(path, item.options, undefined);
  const option = offered.find((one) => !kinds.includes(one.kind)) ?? offered[0];
  if (!option) return {};
  const base = option.kind.replace(/_.*/, '');
  let name = base;
  for (let count = 2; names.includes(name); count += 1) name = `${base}_${count}`;
  return { kind: option.kind, name, weight: 1 };
}
