import type { ComponentProps, ReactNode } from 'react';
import { cx } from './cx.ts';
import styles from './Table.module.css';

/** A region that scrolls sideways by itself, so that the page never does; focusable for the keyboard. */
export function TableScroll({
  label,
  children,
  className,
}: {
  readonly label: string;
  readonly children: ReactNode;
  readonly className?: string | undefined;
}) {
  return (
    // A scrolling region must be reachable by keyboard (WCAG 2.1.1).
    <div className={cx(styles.scroll, className)} role="region" aria-label={label} tabIndex={0}>
      {children}
    </div>
  );
}

export function Table({ className, ...rest }: ComponentProps<'table'>) {
  return <table {...rest} className={cx(styles.table, className)} />;
}

/** Head cell; `numeric` sets it right. */
export function Th({
  numeric,
  className,
  scope = 'col',
  ...rest
}: { readonly numeric?: boolean } & ComponentProps<'th'>) {
  return <th {...rest} scope={scope} className={cx(styles.th, numeric && styles.numeric, className)} />;
}

export function Td({
  numeric,
  muted,
  className,
  ...rest
}: { readonly numeric?: boolean; readonly muted?: boolean } & ComponentProps<'td'>) {
  return (
    <td {...rest} className={cx(styles.td, numeric && styles.numeric, muted && styles.muted, className)} />
  );
}

/** Pairs of name and value. */
export function DescriptionList({
  items,
}: {
  readonly items: ReadonlyArray<readonly [ReactNode, ReactNode]>;
}) {
  return (
    <dl className={styles.pairs}>
      {items.map(([name, value], index) => (
        <div key={index} className={styles.pair}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
