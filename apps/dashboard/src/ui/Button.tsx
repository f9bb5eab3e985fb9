'use client';
import Link from 'next/link';
import type { ComponentProps, ReactNode } from 'react';
import styles from './Button.module.css';
import { cx } from './cx.ts';
import { Tooltip } from './Tooltip.tsx';

export type ButtonVariant = 'default' | 'primary' | 'ghost' | 'danger';
export type ButtonSize = 'sm' | 'md';
interface Look {
  readonly variant?: ButtonVariant;
  readonly size?: ButtonSize;
  /** A lucide icon before the text. */
  readonly icon?: ReactNode;
}

export function Button({
  variant = 'default',
  size = 'md',
  icon,
  busy = false,
  disabled,
  className,
  children,
  type = 'button',
  ...rest
}: Look & { readonly busy?: boolean } & ComponentProps<'button'>) {
  return (
    <button
      {...rest}
      type={type}
      disabled={disabled === true || busy}
      aria-busy={busy || undefined}
      className={cx(styles.button, styles[variant], styles[size], className)}
    >
      {busy ? <span className={styles.spinner} aria-hidden /> : icon}
      {children}
    </button>
  );
}

/** A link that looks like a button: for going somewhere. */
export function ButtonLink({
  variant = 'default',
  size = 'md',
  icon,
  className,
  children,
  ...rest
}: Look & ComponentProps<typeof Link>) {
  return (
    <Link {...rest} className={cx(styles.button, styles[variant], styles[size], className)}>
      {icon}
      {children}
    </Link>
  );
}

/** A square button with an icon; `label` is its accessible name and its tooltip. */
export function IconButton({
  label,
  shortcut,
  children,
  size = 'md',
  variant = 'ghost',
  className,
  type = 'button',
  ...rest
}: { readonly label: string; readonly shortcut?: string } & Omit<Look, 'icon'> & ComponentProps<'button'>) {
  return (
    <Tooltip content={label} shortcut={shortcut}>
      <button
        {...rest}
        type={type}
        aria-label={label}
        className={cx(styles.button, styles.square, styles[variant], styles[size], className)}
      >
        {children}
      </button>
    </Tooltip>
  );
}
