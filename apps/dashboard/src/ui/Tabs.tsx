'use client';
import Link from 'next/link';
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef } from 'react';
import { cx } from './cx.ts';
import styles from './Tabs.module.css';

export interface TabItem {
  readonly id: string;
  readonly label: ReactNode;
  /** Where the tab leads: every view is a URL. */
  readonly href: string;
  readonly count?: number | undefined;
}

/** Navigation between views of one thing, each with an address of its own. */
export function TabLinks({
  items,
  current,
  label,
}: {
  readonly items: ReadonlyArray<TabItem>;
  readonly current: string;
  readonly label: string;
}) {
  const strip = useRef<HTMLElement>(null);
  // On a narrow screen the strip scrolls: the tab one is on is never cut. The page itself stays where it is.
  useEffect(() => {
    const tab = strip.current?.querySelector<HTMLElement>('[aria-current]');
    if (!strip.current || !tab) return;
    const { clientWidth, scrollLeft } = strip.current;
    const start = tab.offsetLeft - strip.current.offsetLeft;
    const end = start + tab.offsetWidth;
    if (start < scrollLeft) strip.current.scrollLeft = start;
    else if (end > scrollLeft + clientWidth) strip.current.scrollLeft = end - clientWidth;
  }, [current]);
  return (
    <nav ref={strip} aria-label={label} className={styles.tabs}>
      {items.map((item) => (
        <Link
          key={item.id}
          href={item.href}
          scroll={false}
          aria-current={item.id === current ? 'page' : undefined}
          className={cx(styles.tab, item.id === current && styles.current)}
        >
          {item.label}
          {item.count !== undefined && (
            <span className={styles.count}>{item.count.toLocaleString('en')}</span>
          )}
        </Link>
      ))}
    </nav>
  );
}

export interface SegmentOption<Value extends string> {
  readonly value: Value;
  readonly label: ReactNode;
  readonly disabled?: boolean;
}

/** One of a few, all visible; arrow keys move (a radio group). */
export function SegmentedControl<Value extends string>({
  label,
  options,
  value,
  onChange,
  size = 'md',
  labelledBy,
}: {
  /** Accessible name; left out when `labelledBy` names an element. */
  readonly label?: string;
  readonly labelledBy?: string;
  readonly options: ReadonlyArray<SegmentOption<Value>>;
  readonly value: Value;
  readonly onChange: (value: Value) => void;
  readonly size?: 'sm' | 'md';
}) {
  const name = useId();
  const move = (event: KeyboardEvent<HTMLDivElement>): void => {
    const step =
      event.key === 'ArrowRight' || event.key === 'ArrowDown'
        ? 1
        : event.key === 'ArrowLeft' || event.key === 'ArrowUp'
          ? -1
          : 0;
    if (step === 0) return;
    event.preventDefault();
    const enabled = options.filter((option) => option.disabled !== true);
    const at = enabled.findIndex((option) => option.value === value);
    const next = enabled[(at + step + enabled.length) % enabled.length];
    if (!next) return;
    onChange(next.value);
    event.currentTarget.querySelector<HTMLElement>(`[data-value="${CSS.escape(next.value)}"]`)?.focus();
  };
  return (
    <div
      role="radiogroup"
      aria-label={label}
      aria-labelledby={labelledBy}
      className={cx(styles.segments, size === 'sm' && styles.small)}
      onKeyDown={move}
    >
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          role="radio"
          name={name}
          data-value={option.value}
          disabled={option.disabled}
          aria-checked={option.value === value}
          tabIndex={
            option.value === value || (!options.some((one) => one.value === value) && option === options[0])
              ? 0
              : -1
          }
          className={cx(styles.segment, option.value === value && styles.chosen)}
          onClick={() => onChange(option.value)}
        >
          {option.label}
        </button>
      ))}
    </div>
  );
}
