'use client';
import { useId } from 'react';
import { Field, Input } from '../../ui/Field.tsx';

/** A name to type, with the known ones offered. */
export function SuggestedInput({
  label,
  value,
  names,
  onChange,
}: {
  readonly label: string;
  readonly value: string;
  readonly names: ReadonlyArray<string>;
  readonly onChange: (value: string) => void;
}) {
  const listId = useId();
  return (
    <>
      <Field label={label}>
        {(control) => (
          <Input
            {...control}
            value={value}
            onChange={(event) => onChange(event.target.value)}
            list={listId}
            mono
          />
        )}
      </Field>
      <datalist id={listId}>
        {names.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </>
  );
}
