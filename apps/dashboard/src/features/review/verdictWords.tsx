import type { VerdictValue } from '../../graphql/generated/graphql.ts';
import { CircleHelp, ThumbsDown, ThumbsUp } from 'lucide-react';
import type { Tone } from '../../ui/Badge.tsx';

export const VERDICTS: readonly {
  readonly value: VerdictValue;
  readonly word: string;
  readonly key: string;
  readonly digit: string;
  readonly tone: Tone;
}[] = [
  { value: 'GOOD', word: 'Good', key: 'g', digit: '1', tone: 'good' },
  { value: 'BAD', word: 'Bad', key: 'b', digit: '2', tone: 'bad' },
  { value: 'UNSURE', word: 'Unsure', key: 'u', digit: '3', tone: 'warn' },
];

export function verdictWord(value: VerdictValue): string {
  return VERDICTS.find((verdict) => verdict.value === value)?.word ?? value;
}

export function VerdictIcon({ value, size = 14 }: { readonly value: VerdictValue; readonly size?: number }) {
  switch (value) {
    case 'GOOD':
      return <ThumbsUp size={size} aria-hidden />;
    case 'BAD':
      return <ThumbsDown size={size} aria-hidden />;
    case 'UNSURE':
      return <CircleHelp size={size} aria-hidden />;
  }
}
