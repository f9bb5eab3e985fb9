import styles from './Skeleton.module.css';

/** Holds the place of something that is coming. Sizes are CSS lengths. */
export function Skeleton({
  width = '100%',
  height = '1em',
}: {
  readonly width?: string;
  readonly height?: string;
}) {
  return <span className={styles.skeleton} style={{ width, height }} aria-hidden />;
}

/** Several lines; announces once that the page is loading. */
export function SkeletonRows({
  rows = 6,
  height = 'var(--row)',
  label = 'Loading',
}: {
  readonly rows?: number;
  readonly height?: string;
  readonly label?: string;
}) {
  return (
    <div role="status" className={styles.rows}>
      <span className="visually-hidden">{label}</span>
      {Array.from({ length: rows }, (_, index) => (
        <div key={index} className={styles.row} style={{ height }}>
          <Skeleton width={`${24 + ((index * 37) % 30)}%`} height="0.75rem" />
          <Skeleton width="12%" height="0.75rem" />
          <Skeleton width="8%" height="0.75rem" />
        </div>
      ))}
    </div>
  );
}
