'use client';
/** @file The estimator by name, and what is known of the one that the settings come to. */
import { configNotes, ESTIMATOR_PRESETS } from '@nabla/domain';
import { useRef, useState } from 'react';
import { Field, Select } from '../../ui/Field.tsx';
import { advantageWords, klWords, lossWords } from '../run/configWords.ts';
import {
  applyEstimator,
  ESTIMATOR_TITLES,
  estimatorOf,
  isEstimatorPreset,
  setsGroupSize,
} from './estimator.ts';
import { readDraft, valueAt } from './draft.ts';
import { useForm } from './FormContext.tsx';
import styles from './EstimatorPart.module.css';

const NAMES = Object.keys(ESTIMATOR_PRESETS).filter(isEstimatorPreset);

/** Fills advantage, loss, aggregation and KL with those of a named estimator; each can be changed afterwards. */
export function EstimatorPicker() {
  const { draft, edit, disabled } = useForm();
  const pg = draft.config?.policyGradient;
  const name = pg === undefined ? null : estimatorOf(pg);
  /** The group size of before an estimator that wants one completion per prompt. */
  const own = useRef<unknown>(undefined);
  const [changed, setChanged] = useState<{ readonly from: number; readonly to: number } | null>(null);
  const choose = (value: string): void => {
    if (!isEstimatorPreset(value)) return;
    const groupSize = valueAt(draft.value, ['policyGradient', 'groupSize']);
    if (setsGroupSize(value) && groupSize !== 1) own.current = groupSize;
    const next = applyEstimator(draft.text, draft.value, value, own.current);
    const to = readDraft(next).config?.policyGradient.groupSize;
    setChanged(
      pg === undefined || to === undefined || to === pg.groupSize ? null : { from: pg.groupSize, to },
    );
    edit(() => next);
  };
  const said =
    changed === null || changed.to !== pg?.groupSize
      ? ''
      : ` Group size: ${changed.to}, was ${changed.from}.`;
  return (
    <Field
      label="Estimator"
      help={
        pg === undefined
          ? 'Fills the fields below with the settings of a method from the literature.'
          : `Advantage: ${advantageWords(pg)}. Loss: ${lossWords(pg)}. KL penalty: ${klWords(pg)}.${said}`
      }
    >
      {(control) => (
        <Select
          {...control}
          className={styles.picker}
          value={name ?? ''}
          disabled={disabled}
          onChange={(event) => choose(event.target.value)}
        >
          <option value="" disabled={name !== null}>
            {pg === undefined ? 'Choose…' : 'A mix of your own'}
          </option>
          {NAMES.map((one) => (
            <option key={one} value={one}>
              {ESTIMATOR_TITLES[one]}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}

/** Biases and other things to know, measured or proven, beside the settings that bring them. */
export function EstimatorNotes() {
  const { draft } = useForm();
  const notes = draft.config === undefined ? [] : configNotes(draft.config);
  if (notes.length === 0) return null;
  return (
    <ul className={styles.notes} aria-label="What to know about these settings">
      {notes.map((note) => (
        <li key={note}>{note}</li>
      ))}
    </ul>
  );
}
