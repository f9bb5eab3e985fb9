import { Badge } from '../../ui/Badge.tsx';
import type { CompletionRow } from './completionRow.ts';

/** How a completion of an evaluation was made; nothing of one that was trained on. `named`: with its set, where that is not plain. */
export function EvaluationBadge({
  row: { evaluationSet, greedy },
  named = false,
}: {
  readonly row: Pick<CompletionRow, 'evaluationSet' | 'greedy'>;
  readonly named?: boolean;
}) {
  if (typeof evaluationSet !== 'string') return null;
  return (
    <Badge
      tone={greedy ? 'info' : 'neutral'}
      title={`Evaluation set ${evaluationSet}: ${
        greedy
          ? 'the likeliest token at every place. Accuracy is of these; pass@k and the mean reward are of the samples, where there are any'
          : 'drawn at the set’s temperature, for pass@k and the mean reward'
      }`}
    >
      {named && `${evaluationSet} · `}
      {greedy ? 'greedy' : 'sample'}
    </Badge>
  );
}
