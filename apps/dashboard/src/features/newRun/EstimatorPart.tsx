'use client';
/** @file The estimator by name, and what is known of the one that the settings come to. */
import { configNotes, ESTIMATOR_PRESETS } from '@nabla/domain';
import { Field, Select } from '../../ui/Field.tsx';
import { advantageWords, klWords, lossWords } from '../run/configWords.ts';
import { applyEstimator, ESTIMATOR_TITLES, estimatorOf, isEstimatorPreset } from './estimator.ts';
import { useForm } from './FormContext.tsx';
import styles from './EstimatorPart.module.css';

const NAMES = Object.keys(ESTIMATOR_PRESETS).filter(isEstimatorPreset);

/** Fills advantage, loss, aggregation and KL with those of a named estimator; each can be changed afterwards. */
export function EstimatorPicker() {
  const { draft, edit, disabled } = useForm();
  const pg = draft.config?.policyGradient;
  const name = pg === undefined ? null : estimatorOf(pg);
  return (
    <Field
      label="Estimator"
      help={
        pg === undefined
          ? 'Fills the fields below with the settings of a method from the literature.'
          : `Advantage: ${advantageWords(pg)}. Loss: ${lossWords(pg)}. KL penalty: ${klWords(pg)}.`
      }
    >
      {(control) => (
        <Select
          {...control}
          className={styles.picker}
          value={name ?? ''}
          disabled={disabled}
          onChange={({ target: { value } }) => {
            if (isEstimatorPreset(value)) edit((text) => applyEstimator(text, draft.value, value));
          }}
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
