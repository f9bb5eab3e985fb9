'use client';
import { type ComponentProps, type ReactNode, useId } from 'react';
import { cx } from './cx.ts';
import styles from './Field.module.css';

export interface ControlProps {
  readonly id: string;
  readonly 'aria-describedby': string | undefined;
  readonly 'aria-invalid': true | undefined;
}

/**
 * A label, its control, a help line and the errors of that control, tied together for assistive technology.
 * @param children draws the control with the properties it is given.
 */
export function Field({
  label,
  help,
  errors = [],
  optional = false,
  hideLabel = false,
  className,
  children,
}: {
  readonly label: ReactNode;
  readonly help?: ReactNode;
  readonly errors?: ReadonlyArray<string>;
  readonly optional?: boolean;
  readonly hideLabel?: boolean;
  readonly className?: string | undefined;
  readonly children: (control: ControlProps) => ReactNode;
}) {
  const id = useId();
  const helpId = `${id}-help`;
  const errorId = `${id}-error`;
  const hasHelp = help !== undefined && help !== null && help !== '';
  const describedBy = [errors.length > 0 && errorId, hasHelp && helpId].filter(Boolean).join(' ');
  return (
    <div className={cx(styles.field, className)}>
      <label htmlFor={id} className={hideLabel ? 'visually-hidden' : styles.label}>
        {label}
        {optional && <span className={styles.optional}>optional</span>}
      </label>
      {children({
        id,
        'aria-describedby': describedBy || undefined,
        'aria-invalid': errors.length > 0 ? true : undefined,
      })}
      {errors.length > 0 && (
        <div id={errorId} className={styles.error}>
          {errors.map((error) => (
            <div key={error}>{error}</div>
          ))}
        </div>
      )}
      {hasHelp && (
        <div id={helpId} className={styles.help}>
          {help}
        </div>
      )}
    </div>
  );
}

export function Input({
  className,
  mono,
  inputSize,
  ...rest
}: { readonly mono?: boolean; readonly inputSize?: 'sm' | 'md' } & ComponentProps<'input'>) {
  return (
    <input
      {...rest}
      className={cx(styles.control, mono && styles.mono, inputSize === 'sm' && styles.small, className)}
    />
  );
}

export function Textarea({
  className,
  mono,
  ...rest
}: { readonly mono?: boolean } & ComponentProps<'textarea'>) {
  return (
    <textarea {...rest} className={cx(styles.control, styles.textarea, mono && styles.mono, className)} />
  );
}

/** The platform's own select: keyboard, touch and assistive technology work as people know them. */
export function Select({
  className,
  selectSize,
  children,
  ...rest
}: { readonly selectSize?: 'sm' | 'md' } & ComponentProps<'select'>) {
  return (
    <select
      {...rest}
      className={cx(styles.control, styles.select, selectSize === 'sm' && styles.small, className)}
    >
      {children}
    </select>
  );
}

export function Checkbox({
  label,
  hideLabel = false,
  indeterminate = false,
  className,
  ...rest
}: { readonly label: ReactNode; readonly hideLabel?: boolean; readonly indeterminate?: boolean } & Omit<
  ComponentProps<'input'>,
  'type'
>) {
  return (
    <label className={cx(styles.choice, className)}>
      <input
        {...rest}
        type="checkbox"
        className={styles.checkbox}
        ref={(element) => {
          if (element) element.indeterminate = indeterminate;
        }}
      />
      <span className={hideLabel ? 'visually-hidden' : undefined}>{label}</span>
    </label>
  );
}

/** On or off, at once. */
export function Switch({
  label,
  className,
  ...rest
}: { readonly label: ReactNode } & Omit<ComponentProps<'input'>, 'type'>) {
  return (
    <label className={cx(styles.choice, className)}>
      <input {...rest} type="checkbox" role="switch" className={styles.switch} />
      <span>{label}</span>
    </label>
  );
}
