/** @file The failures a run can meet that are not bugs: each with a code, a sentence for people and, where there is one, its place. */

export type TrainerErrorCode =
  /** The text of a prompt or answer holds a character that the tokenizer lacks. */
  | 'UNKNOWN_CHARACTER'
  /** The configuration needs something that the prompts do not have (an answer), or the other way round. */
  | 'INVALID_PROMPTS'
  /** Prompt and completion do not fit into the context bound. */
  | 'PROMPT_TOO_LONG'
  /** The files of a model are missing, damaged, do not fit together, or are of an architecture that is not supported. */
  | 'MODEL'
  /** A reward module cannot be found, loaded or lies outside the rewards folder, or its thread ends again and again. */
  | 'REWARD_MODULE'
  /** A reward endpoint cannot be asked: its token is missing. */
  | 'REWARD_ENDPOINT'
  /** Settings of a reward component that only the trainer can check do not fit. */
  | 'REWARD_SETTINGS'
  /** Not one completion of a step could be rewarded. */
  | 'ALL_REWARDS_NULL'
  /** NaN or infinity in rewards, loss or gradient; the weights are those before the step. */
  | 'NOT_FINITE'
  /** A state that belongs to another configuration, another format, or lacks a part. */
  | 'INCOMPATIBLE_STATE'
  /** More steps were asked for than the run has. */
  | 'RUN_IS_OVER';

export interface TrainerErrorPlace {
  /** Step of the run, from 1. */
  readonly step?: number;
  /** Prompt in the prompt set or file, from 0. */
  readonly promptIndex?: number;
}

export class TrainerError extends Error {
  override readonly name = 'TrainerError';
  readonly code: TrainerErrorCode;
  readonly place: TrainerErrorPlace;

  constructor(
    code: TrainerErrorCode,
    message: string,
    place: TrainerErrorPlace = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.code = code;
    this.place = place;
  }
}
