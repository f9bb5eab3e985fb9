'use client';
/** @file Judging a completion where it stands: own verdict first, then what others said. */
import { useState } from 'react';
import { useMutation } from 'urql';
import { refusals } from '../../graphql/errors.ts';
import type { VerdictValue, review_verdictsFragment } from '../../graphql/generated/graphql.ts';
import { type FragmentType, readFragment } from '../../graphql/generated/index.ts';
import { useViewer } from '../../graphql/session.tsx';
import { Button } from '../../ui/Button.tsx';
import { useToast } from '../../ui/Toast.tsx';
import styles from './review.module.css';
import { giveVerdictMutation, verdictsFragment } from './verdicts.ts';
import { VERDICTS, VerdictIcon } from './verdictWords.tsx';
import { VerdictList } from './VerdictList.tsx';

export function VerdictPanel({ completion }: { readonly completion: FragmentType<typeof verdictsFragment> }) {
  const subject = readFragment(verdictsFragment, completion);
  const viewer = useViewer();
  const toast = useToast();
  const [, give] = useMutation(giveVerdictMutation);
  const [assumed, setAssumed] = useState<VerdictValue | null>(null);
  const own = assumed ?? subject.myVerdict?.value ?? null;

  const judge = async (value: VerdictValue): Promise<void> => {
    if (value === subject.myVerdict?.value) return;
    setAssumed(value);
    const result = await give({ input: { completionId: subject.id, value } });
    setAssumed(null);
    const [problem] = refusals(result, result.data?.giveVerdict.errors);
    if (problem) toast.fail(`Your verdict was not saved: ${problem.message}`);
  };

  return (
    <div className={styles.panel}>
      {viewer.can('giveVerdict') && (
        <div className={styles.choices} role="group" aria-label="Your verdict">
          {VERDICTS.map(({ value, word }) => (
            <Button
              key={value}
              size="sm"
              aria-pressed={own === value}
              className={own === value ? styles[`own${word}`] : undefined}
              icon={<VerdictIcon value={value} size={13} />}
              onClick={() => void judge(value)}
            >
              {word}
            </Button>
          ))}
        </div>
      )}
      <VerdictList subject={subject} />
    </div>
  );
}

export type VerdictSubject = review_verdictsFragment;
