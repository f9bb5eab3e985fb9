/** @file What the system knows about processes: from /proc on Linux, where small containers have no ps; from ps elsewhere. */
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';

/** When the process began, in the system's own words; undefined when there is none (or it is a zombie). @param {number} pid */
export function birthOf(pid) {
  if (process.platform === 'linux') return statOf(pid)?.born;
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined;
  } catch {
    return undefined; // ps exits with 1 when there is no such process.
  }
}

/** Children, their children and so on, the deepest first. @param {number} root @returns {number[]} */
export function descendantsOf(root) {
  const table = parents();
  /** @param {number} parent @returns {number[]} */
  const below = (parent) => table.flatMap(([pid, ppid]) => (ppid === parent ? [...below(pid), pid] : []));
  return below(root);
}

/** @returns {[pid: number, parent: number][]} */
function parents() {
  if (process.platform === 'linux')
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((name) => {
        const stat = statOf(Number(name));
        return stat ? [[Number(name), stat.parent]] : [];
      });
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
  return lines.map((line) => {
    const [pid = 0, parent = 0] = line.trim().split(/\s+/).map(Number);
    return [pid, parent];
  });
}

/** @param {number} pid @returns {{ parent: number, born: string } | undefined} */
function statOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // From the third field on: the second, the name, may hold blanks and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : { parent: Number(fields[1]), born: fields[19] ?? '' };
  } catch {
    return undefined; // No such process.
  }
}
