import { cx } from '../../ui/cx.ts';
import styles from './completions.module.css';

/** Text of a model as it is: line breaks kept, spaces at the ends and empty texts made visible. */
export function CompletionText({
  text,
  truncated = false,
  clamp = false,
}: {
  readonly text: string;
  readonly truncated?: boolean;
  readonly clamp?: boolean;
}) {
  const [, lead = '', middle = '', tail = ''] = /^(\s*)([\s\S]*?)(\s*)$/.exec(text) ?? [];
  return (
    <span className={cx(styles.text, clamp && styles.clamp)}>
      {text === '' ? (
        <span className={styles.mark}>(empty)</span>
      ) : (
        <>
          {visible(lead)}
          {middle}
          {visible(tail)}
        </>
      )}
      {truncated && (
        <span className={styles.mark} title="Reached the length limit without an end-of-sequence token">
          … truncated
        </span>
      )}
    </span>
  );
}

function visible(space: string) {
  if (space === '') return null;
  return (
    <span className={styles.mark} title={`${space.length} white space characters`}>
      {space.replaceAll(' ', '·').replaceAll('\n', '↵').replaceAll('\t', '⇥')}
    </span>
  );
}
