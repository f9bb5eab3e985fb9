/**
 * @file Where a repeated step parts from the recorded one. Things are looked at in the order in which they come about, so that the
 * first difference is the cause of the others: tokens, their log-probabilities, rewards, the signal, the update, the metrics.
 */
import type { RecordedCompletion, RecordedStep } from './runRecord.ts';

export interface Difference {
  readonly step: number;
  /** Of the step; null for what is not about one completion. */
  readonly completion: number | null;
  /** From 0 within the completion; null for what is not about one token. */
  readonly token: number | null;
  /** What it is, for instance "token id", "reward exact", "metric policy/loss". */
  readonly what: string;
  readonly recorded: string;
  readonly repeated: string;
}

/** Depends on the machine and its other work, not on the run. */
const NOT_COMPARED = /^(time|throughput|system)\//;

/** Names of the metrics that are held against each other. */
export function comparedMetrics({ metrics }: RecordedStep): string[] {
  return [...metrics.keys()].filter((name) => !NOT_COMPARED.test(name));
}

/** The first difference; null when everything that is recorded came out the same to the last bit. */
export function firstDifference(recorded: RecordedStep, repeated: RecordedStep): Difference | null {
  return (
    (recorded.completions.length === 0 ? null : inCompletions(recorded, repeated)) ??
    inMetrics(recorded, repeated)
  );
}

type Shown = string | number | null | undefined;
type Place = Pick<Difference, 'step' | 'completion' | 'token'>;

function differ(place: Place, what: string, recorded: Shown, repeated: Shown): Difference {
  return { ...place, what, recorded: word(recorded), repeated: word(repeated) };
}

function inCompletions(recorded: RecordedStep, repeated: RecordedStep): Difference | null {
  const { step } = recorded;
  const nowhere = { step, completion: null, token: null };
  if (recorded.completions.length !== repeated.completions.length)
    return differ(nowhere, 'number of completions', recorded.completions.length, repeated.completions.length);
  const pairs = recorded.completions.map((before, index) => {
    const now = repeated.completions[index];
    if (now === undefined) throw new RangeError('firstDifference: completions of unequal number');
    return { before, now, place: { step, completion: before.index, token: null } };
  });
  // First what was sampled, of all completions; then what followed from it.
  for (const { before, now, place } of pairs) {
    const found = inSample(before, now, place);
    if (found !== null) return found;
  }
  for (const { before, now, place } of pairs) {
    const found = inRewards(before, now, place) ?? inNumbers(before, now, place);
    if (found !== null) return found;
  }
  return null;
}

function inSample(before: RecordedCompletion, now: RecordedCompletion, place: Place): Difference | null {
  for (const field of ['index', 'evaluationSet', 'promptText'] as const)
    if (before[field] !== now[field]) return differ(place, field, before[field], now[field]);
  if (before.tokens !== null && now.tokens !== null) {
    const token = firstUnequal(before.tokens.tokenIds, now.tokens.tokenIds);
    if (token >= 0) {
      const shown = ({ tokenIds, pieces }: NonNullable<RecordedCompletion['tokens']>) =>
        token < tokenIds.length ? `${tokenIds[token]} ${JSON.stringify(pieces[token])}` : 'its end';
      const texts = [shown(before.tokens), shown(now.tokens)] as const;
      return { ...place, token, what: 'token id', recorded: texts[0], repeated: texts[1] };
    }
  }
  if (before.text !== now.text) return differ(place, 'text', before.text, now.text);
  return inColumn(before, now, 'logp', place) ?? inNumber(before, now, 'logp', place);
}

function inRewards(before: RecordedCompletion, now: RecordedCompletion, place: Place): Difference | null {
  const values = new Map(now.rewards.map(({ name, value }) => [name, value]));
  for (const { name, value } of before.rewards)
    if (!same(value, values.get(name) ?? null))
      return differ(place, `reward ${name}`, value, values.get(name));
  return null;
}

function inNumbers(before: RecordedCompletion, now: RecordedCompletion, place: Place): Difference | null {
  for (const field of ['reward', 'advantage', 'refLogp', 'kl', 'signal', 'updatedLogp'] as const) {
    const column =
      field === 'refLogp' || field === 'updatedLogp' ? inColumn(before, now, field, place) : null;
    const found = column ?? inNumber(before, now, field, place);
    if (found !== null) return found;
  }
  return null;
}

function inNumber(
  before: RecordedCompletion,
  now: RecordedCompletion,
  field: 'reward' | 'advantage' | 'signal' | 'kl' | 'logp' | 'refLogp' | 'updatedLogp',
  place: Place,
): Difference | null {
  return same(before[field], now[field]) ? null : differ(place, field, before[field], now[field]);
}

function inColumn(
  before: RecordedCompletion,
  now: RecordedCompletion,
  field: 'logp' | 'refLogp' | 'updatedLogp',
  place: Place,
): Difference | null {
  const [theirs, ours] = [before.tokens?.[field], now.tokens?.[field]];
  if (!theirs || !ours) return null;
  const token = firstUnequal(theirs, ours);
  return token < 0 ? null : differ({ ...place, token }, `${field} of a token`, theirs[token], ours[token]);
}

function inMetrics(recorded: RecordedStep, repeated: RecordedStep): Difference | null {
  const place = { step: recorded.step, completion: null, token: null };
  for (const name of new Set([...comparedMetrics(recorded), ...comparedMetrics(repeated)])) {
    const [before, now] = [recorded.metrics.get(name), repeated.metrics.get(name)];
    if (!same(before, now)) return differ(place, `metric ${name}`, before, now);
  }
  return null;
}

/** −1 when they are equal; the shorter one's length when one begins with the other. */
function firstUnequal(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const length = Math.max(a.length, b.length);
  for (let index = 0; index < length; index++) if (!same(a[index], b[index])) return index;
  return -1;
}

/** Zero and minus zero are one number to a database. */
function same(a: number | null | undefined, b: number | null | undefined): boolean {
  return a === b || (a ?? null) === (b ?? null) || (Number.isNaN(a) && Number.isNaN(b));
}

function word(value: Shown): string {
  if (value === null || value === undefined) return 'nothing';
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
