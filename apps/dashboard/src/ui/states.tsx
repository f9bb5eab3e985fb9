'use client';
/** @file What stands where content would: nothing yet, or something went wrong. */
import { RotateCw } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from './Button.tsx';
import styles from './states.module.css';

/** Nothing here: says what this place is for and what to do. */
export function EmptyState({
  title,
  heading: Heading = 'h2',
  children,
  action,
}: {
  readonly title: string;
  /** h1 where the state is the whole page. */
  readonly heading?: 'h1' | 'h2';
  readonly children?: ReactNode;
  readonly action?: ReactNode;
}) {
  return (
    <div className={styles.state}>
      <div className={styles.nabla} aria-hidden>
        ∇
      </div>
      <Heading className={styles.title}>{title}</Heading>
      {children !== undefined && <div className={styles.text}>{children}</div>}
      {action !== undefined && <div className={styles.action}>{action}</div>}
    </div>
  );
}

/** Something failed: what happened, and how to try again. */
export function ErrorState({
  title = 'This could not be loaded',
  heading: Heading = 'h2',
  message,
  onRetry,
}: {
  readonly title?: string;
  readonly heading?: 'h1' | 'h2';
  readonly message: string;
  readonly onRetry?: (() => void) | undefined;
}) {
  return (
    <div className={styles.state} role="alert">
      <Heading className={styles.title}>{title}</Heading>
      <p className={styles.text}>{message}</p>
      {onRetry && (
        <div className={styles.action}>
          <Button icon={<RotateCw size={14} aria-hidden />} onClick={onRetry}>
            Try again
          </Button>
        </div>
      )}
    </div>
  );
}

/** A sentence or two set apart inside a page. */
export function Callout({
  tone = 'info',
  title,
  children,
}: {
  readonly tone?: 'info' | 'warn' | 'bad' | 'good';
  readonly title?: ReactNode;
  readonly children?: ReactNode;
}) {
  return (
    <div className={`${styles.callout} ${styles[tone]}`} role={tone === 'bad' ? 'alert' : undefined}>
      {title !== undefined && <div className={styles.calloutTitle}>{title}</div>}
      {children}
    </div>
  );
}
