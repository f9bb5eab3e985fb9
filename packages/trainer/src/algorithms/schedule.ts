import type { OptimizerConfig } from '@nabla/domain';

/**
 * Learning rate of a step of a stage: a linear rise over the warm-up steps, then constant, linear or half a cosine down to
 * `finalFraction` of the peak, which is reached with the last step.
 * @param step of the stage, from 1.
 * @param totalSteps of the stage.
 */
export function learningRate(
  { learningRate: peak, schedule }: OptimizerConfig,
  step: number,
  totalSteps: number,
): number {
  if (!Number.isInteger(step) || step < 1 || step > totalSteps)
    throw new RangeError(`learningRate: step ${step} of ${totalSteps}`);
  if (step <= schedule.warmupSteps) return (peak * step) / (schedule.warmupSteps + 1);
  const span = totalSteps - schedule.warmupSteps - 1;
  const progress = span <= 0 ? 0 : (step - schedule.warmupSteps - 1) / span;
  switch (schedule.kind) {
    case 'constant':
      return peak;
    case 'linear':
      return peak * (1 - (1 - schedule.finalFraction) * progress);
    case 'cosine':
      return (
        peak *
        (schedule.finalFraction + ((1 - schedule.finalFraction) * (1 + Math.cos(Math.PI * progress))) / 2)
      );
  }
}
