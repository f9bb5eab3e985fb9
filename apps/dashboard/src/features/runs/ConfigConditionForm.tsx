'use client';
import { runConfigSchema } from '@nabla/domain';
import { type FormEvent, useMemo, useState } from 'react';
import { z } from 'zod';
import { Button } from '../../ui/Button.tsx';
import { Field, Input, Select } from '../../ui/Field.tsx';
import styles from './MetricConditionForm.module.css';
import { type ConfigConditionView, parseConfigCondition } from './runsView.ts';
import { SuggestedInput } from './SuggestedInput.tsx';

/** "policyGradient.groupSize = 8" */
export function ConfigConditionForm({ onAdd }: { readonly onAdd: (condition: ConfigConditionView) => void }) {
  const paths = useMemo(() => settingPaths(), []);
  const [path, setPath] = useState('policyGradient.advantage');
  const [operator, setOperator] = useState('=');
  const [value, setValue] = useState('');
  const [errors, setErrors] = useState<ReadonlyArray<string>>([]);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const [condition] = parseConfigCondition(`${path.trim()}${operator}${value}`);
    if (condition) onAdd(condition);
    else
      setErrors([
        operator === '=' ? 'Give a path such as policyGradient.groupSize, and a value' : 'Give a number',
      ]);
  };
  return (
    <form className={styles.form} onSubmit={submit} noValidate>
      <SuggestedInput label="Setting" value={path} names={paths} onChange={setPath} />
      <div className={styles.row}>
        <Field label="Is">
          {(control) => (
            <Select {...control} value={operator} onChange={(event) => setOperator(event.target.value)}>
              <option value="=">=</option>
              <option value=">">{'>'}</option>
              <option value="<">{'<'}</option>
            </Select>
          )}
        </Field>
        <Field label="Setting’s value" errors={errors}>
          {(control) => (
            <Input
              {...control}
              value={value}
              onChange={(event) => setValue(event.target.value)}
              placeholder="rloo, 8, true"
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

const node: z.ZodType<SchemaNode> = z.lazy(() =>
  z.object({ properties: z.record(z.string(), node).optional(), oneOf: z.array(node).optional() }),
);
interface SchemaNode {
  properties?: Record<string, SchemaNode> | undefined;
  oneOf?: SchemaNode[] | undefined;
}

/** Every setting that the schema names outside of lists, as dotted paths. */
function settingPaths(): string[] {
  const paths = new Set<string>();
  const walk = ({ properties, oneOf }: SchemaNode, path: readonly string[]): void => {
    for (const option of oneOf ?? []) walk(option, path);
    for (const [key, member] of Object.entries(properties ?? {})) {
      if (!member.properties && !member.oneOf) paths.add([...path, key].join('.'));
      walk(member, [...path, key]);
    }
  };
  walk(node.parse(z.toJSONSchema(runConfigSchema, { unrepresentable: 'any' })), []);
  return [...paths];
}
