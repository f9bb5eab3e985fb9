/** @file What several tests of the command line need. */
import type { StepResult } from '../stepResult.ts';
import { CliError } from './cliError.ts';

/** A small configuration; `steps` is in its line 5, `groupSize` in line 6. */
export const VALID = `name: mine
task:
  kind: addition
policyGradient:
  steps: 10
  groupSize: 4
`;

/** The error that a command ends with. */
export const failure = (promise: Promise<unknown>): Promise<CliError> =>
  promise.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: unknown) => {
      if (!(error instanceof CliError)) throw error;
      return error;
    },
  );

export const result = (step: number, metrics: Record<string, number> = {}): StepResult => ({
  step,
  stage: 'POLICY_GRADIENT',
  metrics: new Map(Object.entries(metrics)),
  completions: [
    {
      index: 0,
      evaluationSet: null,
      group: 0,
      promptText: 'p',
      answer: null,
      text: `text of ${step}`,
      tokenCount: 1,
      truncated: false,
      reward: 1,
      rewards: [],
      advantage: 0,
      signal: 0,
      kl: null,
      logp: -1,
      refLogp: null,
      updatedLogp: null,
      tokens: null,
    },
  ],
});
