'use client';
import { type ReactNode, useMemo } from 'react';
import { Switch } from '../../ui/Field.tsx';
import styles from './ConfigForm.module.css';
import { errorsWithin, textOf, valueAt } from './draft.ts';
import { useForm } from './FormContext.tsx';
import { EstimatorNotes, EstimatorPicker } from './EstimatorPart.tsx';
import { type FormMember, type FormNode, runConfigForm } from './formNode.ts';
import { freshPart } from './formRules.ts';
import { labelOf } from './labels.ts';
import { Members, SchemaField } from './SchemaField.tsx';

/** Parts of the policy gradient that are opened only when needed. */
const FOLDED = ['optimizer'];

/** The whole configuration as a form, grouped as one thinks of a run. Every member of the schema appears once. */
export function ConfigForm() {
  const form = useMemo(() => runConfigForm(), []);
  const members = form.type === 'object' ? form.members : [];
  const pick = (...keys: ReadonlyArray<string>): ReadonlyArray<FormMember> =>
    keys.flatMap((key) => members.find((member) => member.key === key) ?? []);
  const grouped = [
    'name',
    'seed',
    'backend',
    'xla',
    'task',
    'rewards',
    'warmup',
    'policyGradient',
    'model',
    'tokenizer',
    'evaluation',
    'checkpoint',
    'record',
  ];
  const others = members.filter((member) => !grouped.includes(member.key));
  return (
    <div className={styles.form}>
      <Part title="Run">
        <Members members={pick('name', 'seed', 'backend', 'xla')} path={[]} />
      </Part>
      <Part
        title="Task and rewards"
        text="Where prompts come from, and what a completion is rewarded for. The reward is the weighted sum of its components."
      >
        <Members members={pick('task', 'rewards')} path={[]} />
      </Part>
      {pick('warmup').map((member) => (
        <OptionalPart key={member.key} member={member} title="Supervised warm-up" />
      ))}
      <Part
        title="Policy gradient"
        text="Ascends ∇J(θ): rollouts, a learning signal from their rewards, an update."
      >
        <EstimatorPicker />
        <EstimatorNotes />
        <Folding member={pick('policyGradient')[0]} />
      </Part>
      <Part title="Model" text="A small decoder from nothing, or one from a Hugging Face directory.">
        <Members members={pick('model', 'tokenizer')} path={[]} />
      </Part>
      {pick('evaluation').map((member) => (
        <OptionalPart key={member.key} member={member} title="Evaluation" />
      ))}
      <Part title="Checkpoints and records">
        <Members members={[...pick('checkpoint', 'record'), ...others]} path={[]} />
      </Part>
    </div>
  );
}

function Part({
  title,
  text,
  aside,
  children,
}: {
  readonly title: string;
  readonly text?: string;
  readonly aside?: ReactNode;
  readonly children?: ReactNode;
}) {
  return (
    <section className={styles.part} aria-label={title}>
      <div className={styles.partHead}>
        <h2 className={styles.title}>{title}</h2>
        {aside}
      </div>
      {text !== undefined && <p className={styles.text}>{text}</p>}
      {children}
    </section>
  );
}

/** A part that may be left out as a whole. */
function OptionalPart({ member, title }: { readonly member: FormMember; readonly title: string }) {
  const { draft, set, disabled } = useForm();
  const on = valueAt(draft.value, [member.key]) !== undefined;
  return (
    <Part
      title={title}
      text={member.node.description}
      aside={
        <Switch
          label={on ? 'on' : 'off'}
          aria-label={title}
          checked={on}
          disabled={disabled}
          onChange={(event) => set([member.key], event.target.checked ? freshPart(member.key) : undefined)}
        />
      }
    >
      {on && <Folding member={member} />}
    </Part>
  );
}

/** An object whose rarely changed parts are folded away, opened by themselves when an error is inside. */
function Folding({ member }: { readonly member: FormMember | undefined }) {
  const { draft } = useForm();
  if (member?.node.type !== 'object') return null;
  const folded = member.node.members.filter((one) => FOLDED.includes(one.key));
  return (
    <>
      <Members members={member.node.members.filter((one) => !FOLDED.includes(one.key))} path={[member.key]} />
      {folded.map((one) => {
        const path = [member.key, one.key];
        const broken = errorsWithin(draft.errors, path).length;
        return (
          <details key={`${one.key}-${broken > 0}`} className={styles.fold} open={broken > 0 || undefined}>
            <summary>
              {labelOf(one.key)}{' '}
              <span className={styles.summary}>
                {broken > 0
                  ? `${broken} ${broken === 1 ? 'error' : 'errors'}`
                  : summaryOf(one.node, valueAt(draft.value, path))}
              </span>
            </summary>
            {one.node.type === 'object' && (
              <div className={styles.inside}>
                <Members members={one.node.members} path={path} />
              </div>
            )}
            {one.node.type !== 'object' && (
              <SchemaField node={one.node} path={path} label={labelOf(one.key)} />
            )}
          </details>
        );
      })}
    </>
  );
}

/** "learningRate 0.001, constant": what is inside while it is folded. */
function summaryOf(node: FormNode, value: unknown): string {
  if (node.type !== 'object') return '';
  return node.members
    .flatMap(({ key, node: member }) => {
      const written = valueAt(value, [key]);
      if (member.type === 'object')
        return written === undefined
          ? []
          : [`${labelOf(key).toLowerCase()} ${Object.values(Object(written)).join(' ')}`];
      return written === undefined || member.type === 'constant'
        ? key === 'learningRate'
          ? [`learning rate ${String(member.fallback)}`]
          : []
        : [`${labelOf(key).toLowerCase()} ${textOf(written)}`];
    })
    .join(' · ');
}
