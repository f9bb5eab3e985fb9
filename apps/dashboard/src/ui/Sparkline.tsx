import styles from './Sparkline.module.css';

/** A line without axes. Nulls are gaps. `label` says in words what it shows. */
export function Sparkline({
  values,
  label,
  width = 88,
  height = 22,
}: {
  readonly values: ReadonlyArray<number | null>;
  readonly label: string;
  readonly width?: number;
  readonly height?: number;
}) {
  const known = values.filter((value): value is number => value !== null && Number.isFinite(value));
  if (known.length === 0) return <span className={styles.none}>–</span>;
  const low = Math.min(...known);
  const high = Math.max(...known);
  const span = high - low || 1;
  const pad = 2;
  const x = (index: number): number =>
    values.length === 1 ? width / 2 : pad + (index * (width - 2 * pad)) / (values.length - 1);
  const y = (value: number): number =>
    high === low ? height / 2 : height - pad - ((value - low) / span) * (height - 2 * pad);
  let path = '';
  let open = false;
  let last: readonly [number, number] | null = null;
  values.forEach((value, index) => {
    if (value === null || !Number.isFinite(value)) {
      open = false;
      return;
    }
    last = [x(index), y(value)];
    path += `${open ? 'L' : 'M'}${last[0].toFixed(1)} ${last[1].toFixed(1)}`;
    open = true;
  });
  const end: readonly [number, number] | null = last;
  return (
    <svg
      className={styles.line}
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={label}
    >
      <path
        d={path}
        fill="none"
        stroke="currentColor"
        strokeWidth="1.25"
        strokeLinejoin="round"
        strokeLinecap="round"
      />
      {end !== null && <circle cx={end[0]} cy={end[1]} r="1.75" fill="currentColor" />}
    </svg>
  );
}
