import { formatAligned, formatNumber, formatSigned } from './format.ts';
import styles from './NumberText.module.css';

/** A figure: tabular, right digits, a dash for null. `signed` shows + and colours by sign (with the sign itself as second cue). */
export function NumberText({
  value,
  digits = 4,
  signed = false,
  aligned = false,
  unit,
}: {
  readonly value: number | null | undefined;
  readonly digits?: number;
  readonly signed?: boolean;
  /** Always four decimals, so that a column of figures lines up. */
  readonly aligned?: boolean;
  readonly unit?: string;
}) {
  const known = typeof value === 'number';
  const tone = signed && known && value !== 0 ? (value > 0 ? styles.up : styles.down) : undefined;
  return (
    <span className={tone ?? (known ? undefined : styles.none)} title={known ? String(value) : undefined}>
      {aligned ? formatAligned(value) : signed ? formatSigned(value, digits) : formatNumber(value, digits)}
      {unit !== undefined && known && <span className={styles.unit}> {unit}</span>}
    </span>
  );
}
