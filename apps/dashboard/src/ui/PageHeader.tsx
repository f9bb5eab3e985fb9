import type { ReactNode } from 'react';
import styles from './PageHeader.module.css';

/** The head of a page: its name, a line about it, and what one can do. */
export function PageHeader({
  title,
  meta,
  actions,
  children,
}: {
  readonly title: ReactNode;
  readonly meta?: ReactNode;
  readonly actions?: ReactNode;
  readonly children?: ReactNode;
}) {
  return (
    <header className={styles.header}>
      <div className={styles.row}>
        <div className={styles.names}>
          <h1 className={styles.title}>{title}</h1>
          {meta !== undefined && <div className={styles.meta}>{meta}</div>}
        </div>
        {actions !== undefined && <div className={styles.actions}>{actions}</div>}
      </div>
      {children}
    </header>
  );
}

/** The content of a page: the common margins. `narrow` for forms and text. */
export function Page({
  children,
  narrow = false,
}: {
  readonly children: ReactNode;
  readonly narrow?: boolean;
}) {
  return <div className={narrow ? styles.narrow : styles.page}>{children}</div>;
}

/** A titled part of a page. */
export function Section({
  title,
  description,
  actions,
  children,
}: {
  readonly title: ReactNode;
  readonly description?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <section className={styles.section}>
      <div className={styles.sectionHead}>
        <div>
          <h2 className={styles.sectionTitle}>{title}</h2>
          {description !== undefined && <p className={styles.sectionText}>{description}</p>}
        </div>
        {actions !== undefined && <div className={styles.actions}>{actions}</div>}
      </div>
      {children}
    </section>
  );
}
