/** @file What can be wrong with a checkpoint, told apart so that whoever resumes knows whether another one may do. */

export type CheckpointErrorCode =
  /** No such file or step. */
  | 'NOT_FOUND'
  /** Cut off, altered, or never a checkpoint. */
  | 'DAMAGED'
  /** Whole, but of a newer trainer. */
  | 'UNSUPPORTED'
  /** Whole, but of another configuration. */
  | 'CONFIG_MISMATCH';

export class CheckpointError extends Error {
  override readonly name = 'CheckpointError';
  readonly code: CheckpointErrorCode;

  constructor(code: CheckpointErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
