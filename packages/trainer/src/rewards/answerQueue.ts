/** @file Asks something outside this thread about completions as they come: so many calls at a time, so many completions in each. */
import type { RewardAnswer, RewardInput, Scoring } from './rewardComponent.ts';

export interface AnswerQueueOptions {
  /** Calls under way at most. */
  readonly calls: number;
  /** Completions in one call at most. */
  readonly size: number;
  /** One answer for each; it rejects only where the run cannot go on. When the signal aborts, it ends soon, whatever comes of it. */
  ask(inputs: readonly RewardInput[], signal: AbortSignal): Promise<readonly RewardAnswer[]>;
}

/** The part of a reward component that asks. */
export interface AnswerQueue {
  /** @param expected completions in all */
  begin(expected: number): Scoring;
  score(inputs: readonly RewardInput[]): Promise<readonly RewardAnswer[]>;
  /** Breaks off what is under way. */
  close(): Promise<void>;
}

export function createAnswerQueue(options: AnswerQueueOptions): AnswerQueue {
  const open = new Set<Scoring>();

  function begin(expected: number): Scoring {
    const scoring = startScoring(options, expected, () => open.delete(scoring));
    open.add(scoring);
    return scoring;
  }

  return {
    begin,
    async score(inputs) {
      const scoring = begin(inputs.length);
      scoring.add(inputs);
      return scoring.finish();
    },
    async close() {
      await Promise.all([...open].map(async (scoring) => scoring.abandon()));
    },
  };
}

function startScoring(
  { calls, size, ask }: AnswerQueueOptions,
  expected: number,
  ended: () => void,
): Scoring {
  const answers: (RewardAnswer | undefined)[] = [];
  let waiting: { readonly place: number; readonly input: RewardInput }[] = [];
  let [added, underWay, isLast] = [0, 0, false];
  let failure: { readonly error: unknown } | null = null;
  const stop = new AbortController();
  let setOver: () => void = () => undefined;
  const over = new Promise<void>((resolve) => (setOver = resolve));

  /** Calls one after another for so many completions. A call without bound is never full, and one as good as any. */
  const rounds = (count: number, others = 0) =>
    Math.max(1, Math.ceil((Math.ceil(count / size) + others) / calls));

  /** What does not fill a call waits for more, unless nobody is being asked and asking now makes nobody wait for longer. */
  function isDue(): boolean {
    if (isLast || waiting.length >= size) return true;
    const later = expected - added;
    return underWay === 0 && rounds(later, 1) <= rounds(later + waiting.length);
  }

  function pump(): void {
    while (waiting.length > 0 && underWay < calls && isDue()) {
      const asked = waiting.slice(0, size);
      waiting = waiting.slice(size);
      underWay += 1;
      void call(asked);
    }
    if (underWay === 0 && (stop.signal.aborted || (isLast && waiting.length === 0))) {
      ended();
      setOver();
    }
  }

  async function call(asked: typeof waiting): Promise<void> {
    try {
      const given = await ask(
        asked.map(({ input }) => input),
        stop.signal,
      );
      if (given.length !== asked.length)
        throw new RangeError(`${given.length} answers for ${asked.length} completions`);
      for (const [index, { place }] of asked.entries()) answers[place] = given[index];
    } catch (error) {
      // Of several the first; what is asked after a stop fails because of it.
      if (!stop.signal.aborted) failure = { error };
      breakOff();
    }
    underWay -= 1;
    pump();
  }

  function breakOff(): void {
    waiting = [];
    stop.abort();
  }

  return {
    get isBusy() {
      return underWay > 0;
    },
    add(inputs) {
      if (!stop.signal.aborted)
        waiting.push(...inputs.map((input, index) => ({ place: added + index, input })));
      added += inputs.length;
      pump();
    },
    async finish() {
      isLast = true;
      pump();
      await over;
      if (failure !== null) throw failure.error;
      if (stop.signal.aborted) throw new Error('the scoring was broken off');
      return answers.flatMap((answer) => answer ?? []);
    },
    async abandon() {
      breakOff();
      pump();
      await over;
    },
  };
}
