/** The step to begin with: the one asked for, else the last checkpoint before it, else the latest. */
export function forkStep(steps: readonly number[], asked: number | null): number | null {
  if (asked === null) return steps[0] ?? null;
  return steps.find((step) => step <= asked) ?? steps.at(-1) ?? null;
}
