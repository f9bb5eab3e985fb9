export interface ForkBegin {
  /** The step to begin after; null when there is no checkpoint that may stand for what was asked. */
  readonly step: number | null;
  /** Says that it is not the step asked for; null when it is. */
  readonly instead: string | null;
}

/**
 * The checkpoint to begin with: the one asked for, else the last before it, else none, for a later one has learnt what was to be left out.
 * The latest when none was asked for.
 * @param steps of the checkpoints that are there, latest first.
 */
export function forkBegin(steps: readonly number[], asked: number | null): ForkBegin {
  if (asked === null) return { step: steps[0] ?? null, instead: null };
  const step = steps.find((one) => one <= asked) ?? null;
  if (step === asked) return { step, instead: null };
  const missing = `Step ${asked.toLocaleString('en')} has no checkpoint`;
  if (step !== null)
    return { step, instead: `${missing}; ${step.toLocaleString('en')} is the last before it.` };
  const first = steps.at(-1);
  return {
    step: null,
    instead:
      first === undefined
        ? `${missing}, and neither has another step.`
        : `${missing} and none before it has; the first is after step ${first.toLocaleString('en')}.`,
  };
}
