/** @file Which processes belong to a house: those that name its data folder, on the command line or in their environment (Linux). */
import { readFileSync, readdirSync } from 'node:fs';

/** Process numbers of everything that runs on the data folder, PostgreSQL included. */
export function processesOn(data: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => pid !== process.pid && mentions(pid, data));
}

/** Whether the process exists and has not ended. */
export function isRunning(pid: number): boolean {
  const stat = readProc(pid, 'stat');
  return stat !== undefined && !/\) Z /.test(stat);
}

function mentions(pid: number, data: string): boolean {
  if (!isRunning(pid)) return false;
  const words = [
    ...(readProc(pid, 'cmdline')?.split('\0') ?? []),
    ...(readProc(pid, 'environ')?.split('\0') ?? []),
  ];
  return words.some((word) => word === data || word.endsWith(`=${data}`) || word.includes(`${data}/`));
}

function readProc(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return undefined; // It ended while we looked, or belongs to somebody else: no process of ours.
  }
}
