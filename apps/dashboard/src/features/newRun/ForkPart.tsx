'use client';
/** @file What a fork begins with: the run and the step, and what that means for its settings. */
import { forkedConfig, type RunConfig } from '@nabla/domain';
import Link from 'next/link';
import { Field, Select } from '../../ui/Field.tsx';
import { Callout } from '../../ui/states.tsx';
import styles from './ForkPart.module.css';

export interface ForkParent {
  readonly id: string;
  readonly number: number;
  readonly name: string;
  /** Null when it was written by another version of Nabla. */
  readonly config: RunConfig | null;
  /** Steps of the checkpoints that are there, latest first. */
  readonly steps: readonly number[];
}

export function ForkPart({
  parent,
  step,
  instead,
  onStep,
  config,
}: {
  readonly parent: ForkParent;
  readonly step: number;
  /** Says that another step was asked for. */
  readonly instead: string | null;
  readonly onStep: (step: number) => void;
  /** The draft's, while it is valid. */
  readonly config: RunConfig | undefined;
}) {
  const leavesWarmUpOut =
    parent.config !== null &&
    config !== undefined &&
    forkedConfig(config, { config: parent.config, step }) !== config;
  return (
    <Callout
      title={
        <>
          Fork of <Link href={`/runs/${parent.id}`}>{`#${parent.number} ${parent.name}`}</Link>
        </>
      }
    >
      <div className={styles.fork}>
        <Field label="Begin after step" className={styles.step}>
          {(control) => (
            <Select
              {...control}
              value={String(step)}
              onChange={(event) => onStep(Number(event.target.value))}
            >
              {parent.steps.map((one) => (
                <option key={one} value={one}>
                  {one.toLocaleString('en')}
                </option>
              ))}
            </Select>
          )}
        </Field>
        {instead !== null && (
          <p role="status">
            <strong>{instead}</strong>
          </p>
        )}
        <p>
          It takes the weights of that checkpoint, so the model stays as it is; everything else may change.
          Steps count from 1.
          {leavesWarmUpOut && ' The checkpoint is past its warm-up: the fork does none.'}
        </p>
      </div>
    </Callout>
  );
}
