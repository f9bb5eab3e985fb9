/** @file Exit codes, and the error that ends the command with one of them. Documented in docs/cli.md. */

export const EXIT = {
  ok: 0,
  /** The run failed, or this program did. */
  failed: 1,
  /** The command, the configuration or a file given is not valid: nothing was started. */
  usage: 2,
  /** The server refused, or cannot be reached. */
  server: 3,
  /** Cancelled on the server, or the run went to another worker. */
  taken: 4,
  /** Paused from the server; it can be resumed there. */
  paused: 5,
  /** Ctrl-C: checkpointed, can be resumed. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Shown without a stack: the message says what was wrong, where, and what to do. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}
