import { cx } from '../../ui/cx.ts';
import { formatAligned } from '../charts/formatMetric.ts';
import styles from './completions.module.css';

interface Component {
  readonly name: string;
  readonly value?: number | null | undefined;
  readonly weight: number;
  readonly error?: string | null | undefined;
}

/** The total and, as small bars, its components (each on a scale of its own from 0 to 1, negative ones to the left). */
export function RewardFigure({
  reward,
  components,
}: {
  readonly reward: number | null;
  readonly components: readonly Component[];
}) {
  return (
    <span className={styles.reward}>
      <span className={cx(styles.total, reward === null && styles.missing)}>
        {reward === null ? 'null' : formatAligned(reward)}
      </span>
      {components.length > 0 && (
        <span className={styles.bars} aria-hidden title={components.map(componentText).join('\n')}>
          {components.map((component) => (
            <span
              key={component.name}
              className={cx(styles.bar, typeof component.value !== 'number' && styles.barNull)}
            >
              <span
                className={cx(styles.fill, (component.value ?? 0) < 0 && styles.negative)}
                style={{ width: `${Math.min(1, Math.abs(component.value ?? 0)) * 100}%` }}
              />
            </span>
          ))}
        </span>
      )}
      {components.length > 1 && (
        <span className="visually-hidden">{components.map(componentText).join(', ')}</span>
      )}
    </span>
  );
}

/** "exact 1.000 × weight 0.5", or why there is no value. */
export function componentText({ name, value, weight, error }: Component): string {
  if (typeof value !== 'number') return `${name} null${error ? `: ${error}` : ''}`;
  return `${name} ${formatAligned(value)}${weight === 1 ? '' : ` × weight ${weight}`}`;
}
