'use client';
import { type FormEvent, useState } from 'react';
import { Button } from '../../ui/Button.tsx';
import { Field, Input, Select } from '../../ui/Field.tsx';
import styles from './MetricConditionForm.module.css';
import type { MetricAggregate, MetricConditionView, MetricOperator } from './runsView.ts';
import { SuggestedInput } from './SuggestedInput.tsx';

/** "last reward/mean ≥ 0.8" */
export function MetricConditionForm({
  names,
  onAdd,
}: {
  readonly names: ReadonlyArray<string>;
  readonly onAdd: (condition: MetricConditionView) => void;
}) {
  const [name, setName] = useState('reward/mean');
  const [aggregate, setAggregate] = useState<MetricAggregate>('LAST');
  const [operator, setOperator] = useState<MetricOperator>('gte');
  const [text, setText] = useState('');
  const [errors, setErrors] = useState<ReadonlyArray<string>>([]);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const value = Number(text);
    if (text.trim() === '' || !Number.isFinite(value)) setErrors(['Give a number, for instance 0.8']);
    else onAdd({ name: name.trim(), aggregate, operator, value });
  };
  return (
    <form className={styles.form} onSubmit={submit} noValidate>
      <SuggestedInput label="Metric" value={name} names={names} onChange={setName} />
      <div className={styles.row}>
        <Field label="Value">
          {(control) => (
            <Select
              {...control}
              value={aggregate}
              onChange={(event) =>
                setAggregate(
                  event.target.value === 'MIN' ? 'MIN' : event.target.value === 'MAX' ? 'MAX' : 'LAST',
                )
              }
            >
              <option value="LAST">last</option>
              <option value="MIN">lowest</option>
              <option value="MAX">highest</option>
            </Select>
          )}
        </Field>
        <Field label="Is">
          {(control) => (
            <Select
              {...control}
              value={operator}
              onChange={(event) => setOperator(toOperator(event.target.value))}
            >
              <option value="gt">{'>'}</option>
              <option value="gte">≥</option>
              <option value="lt">{'<'}</option>
              <option value="lte">≤</option>
            </Select>
          )}
        </Field>
        <Field label="Number" errors={errors}>
          {(control) => (
            <Input
              {...control}
              value={text}
              onChange={(event) => setText(event.target.value)}
              inputMode="decimal"
            />
          )}
        </Field>
      </div>
      <Button type="submit" variant="primary">
        Add condition
      </Button>
    </form>
  );
}

function toOperator(text: string): MetricOperator {
  return text === 'gt' || text === 'lt' || text === 'lte' ? text : 'gte';
}
