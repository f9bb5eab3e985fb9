/** @file How a failure is shown to the person at the terminal: what, where, and the end of the log that says why. */
import { relative } from 'node:path';
import { CommandError } from './command.mjs';
import { ServiceError } from './service.mjs';

const SHOWN_LINES = 31;

/** @param {import('./progress.mjs').Progress} progress @param {unknown} error */
export function reportFailure(progress, error) {
  const { paint } = progress;
  progress.line('');
  progress.line(paint.red(`  ${error instanceof Error ? error.message : String(error)}`));
  if (error instanceof CommandError) {
    showTail(progress, error.output);
    if (error.logFile) progress.line(`  Whole log: ${relative(process.cwd(), error.logFile)}`);
  } else if (error instanceof ServiceError) {
    showTail(progress, error.tail);
    progress.line(`  Whole log: ${relative(process.cwd(), error.log)}`);
  } else if (error instanceof Error && process.env.NABLA_DEBUG) progress.line(error.stack ?? '');
}

/** @param {import('./progress.mjs').Progress} progress @param {readonly string[]} lines */
export function showTail(progress, lines) {
  for (const line of lines.slice(-SHOWN_LINES)) progress.line(progress.paint.dim(`    ${line}`));
}
