/** @file Upper bounds on what one run may ask for. A request beyond a bound is refused with the bound in the message. */

export const BOUNDS = {
  /** Model. */
  maxLayers: 48,
  maxWidth: 2048,
  maxHeads: 64,
  maxFeedForward: 8192,
  /** Prompt plus completion tokens of one sequence. */
  maxContextTokens: 4096,
  maxParameters: 200_000_000,
  /** Policy gradient. */
  maxStepsPerStage: 1_000_000,
  maxPromptsPerStep: 1024,
  maxGroupSize: 256,
  maxCompletionsPerStep: 4096,
  maxNewTokens: 2048,
  maxInnerEpochs: 16,
  maxRewards: 16,
  /** Prompts times samples of one evaluation set. */
  maxEvaluationCompletions: 16_384,
  /** Prompt files. */
  maxPrompts: 100_000,
  maxPromptChars: 16_384,
  maxPromptFileBytes: 16 * 1024 * 1024,
  /** Text that people write. */
  maxNameChars: 120,
  maxNoteChars: 20_000,
  maxTags: 20,
  maxTagChars: 40,
} as const;
