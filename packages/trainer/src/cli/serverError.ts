/** @file What a server said no to, told as an error of the command: one line and an exit code, no stack. */
import { AuthenticationError, ConnectionError, NotFoundError, RefusedError } from '@nabla/client';

import { CliError, EXIT } from './cliError.ts';

const FROM_SERVER = [RefusedError, ConnectionError, AuthenticationError, NotFoundError];

/** The error itself when it is none of the server's. */
export function asServerError(error: unknown): unknown {
  return error instanceof Error && FROM_SERVER.some((type) => error instanceof type)
    ? new CliError(EXIT.server, error.message, { cause: error })
    : error;
}
