/** @file What one recordSteps may hold. A record beyond a bound is split by the client, or refused with the bound. */

export const RECORD_LIMITS = {
  records: 1_000,
  writerChars: 200,
  /** Columns of one record. */
  metrics: 1_000,
  /** Points of one request. */
  points: 500_000,
  /** Completions of one request. */
  completions: 10_000,
  promptChars: 200_000,
  completionChars: 400_000,
  tokens: 65_536,
  /** Characters of one token's text. */
  pieceChars: 1_000,
  evaluationSetChars: 80,
  rewards: 32,
  rewardNameChars: 120,
  rewardVersionChars: 200,
  errorChars: 4_000,
  logs: 5_000,
  logChars: 20_000,
  /** Sequences and steps rest in 32 bits. */
  integer: 2 ** 31 - 1,
} as const;
