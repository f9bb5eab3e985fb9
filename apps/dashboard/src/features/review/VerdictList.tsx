import type { review_verdictsFragment } from '../../graphql/generated/graphql.ts';
import { Badge } from '../../ui/Badge.tsx';
import { RelativeTime } from '../../ui/RelativeTime.tsx';
import styles from './review.module.css';
import { VERDICTS, VerdictIcon, verdictWord } from './verdictWords.tsx';

/** The verdicts that the viewer may see; says so when there are some that they may not see yet. */
export function VerdictList({ subject }: { readonly subject: review_verdictsFragment }) {
  if (subject.verdictsHidden)
    return (
      <p className={styles.hidden}>
        {subject.verdictCount === 0
          ? 'Nobody has judged it yet.'
          : `${subject.verdictCount} ${subject.verdictCount === 1 ? 'person has' : 'people have'} judged it. What they said is shown after your own verdict.`}
      </p>
    );
  if (subject.verdicts.length === 0) return <p className={styles.hidden}>Nobody has judged it yet.</p>;
  return (
    <ul className={styles.verdicts} aria-label="Verdicts">
      {subject.verdicts.map((verdict) => (
        <li key={verdict.id} className={styles.verdict}>
          <Badge tone={VERDICTS.find(({ value }) => value === verdict.value)?.tone ?? 'neutral'}>
            <VerdictIcon value={verdict.value} size={11} />
            {verdictWord(verdict.value)}
          </Badge>
          <span className={styles.author}>{verdict.author.name}</span>
          {verdict.note !== '' && <span className={styles.verdictNote}>{verdict.note}</span>}
          <span className={styles.when}>
            <RelativeTime at={verdict.createdAt} />
          </span>
        </li>
      ))}
    </ul>
  );
}
