/** @file The terminal that progress is shown on: stderr, so that stdout carries results only. */
import type { ProgressOutput } from './progress.ts';

export function terminal(): ProgressOutput {
  return {
    isTTY: process.stderr.isTTY,
    get columns() {
      return process.stderr.columns ?? 80;
    },
    write: (text: string) => void process.stderr.write(text),
  };
}
