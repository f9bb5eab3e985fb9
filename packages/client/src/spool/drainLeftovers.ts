/** @file What earlier processes could not send any more: sent now, under the lease it was made for, or kept aside. */
import type { RefusedError } from '../errors.ts';
import { sendFrom, type trainerApi } from '../api/trainer.ts';
import { startDrain } from './drain.ts';
import { RunSpool, type RunSpoolOptions, findSpools } from './runSpool.ts';

export interface Leftovers {
  /** Records sent now. */
  readonly sent: number;
  /** Step records of these runs could not be delivered: what the run's server knows ends before them. */
  readonly rejectedRuns: ReadonlySet<string>;
}

/**
 * Drains every spool found in the root. An API that is away is waited for until the signal is aborted.
 * Call it before registering: registering gives back the runs that these records belong to.
 */
export async function drainLeftovers(
  trainer: ReturnType<typeof trainerApi>,
  options: RunSpoolOptions,
  onProblem: (message: string) => void,
  signal?: AbortSignal,
): Promise<Leftovers> {
  const { spools, unreadable } = await findSpools(options.root, options.fileSystem);
  for (const folder of unreadable) onProblem(`${folder} is no readable spool and was left alone`);
  const rejectedRuns = new Set<string>();
  let sent = 0;
  for (const { folder, meta } of spools) {
    if (signal?.aborted === true) break;
    const onDamage: NonNullable<RunSpoolOptions['onDamage']> = ({ path, offset, lostBytes, why }) =>
      onProblem(`spool file ${path}: ${why}; ${lostBytes} bytes from byte ${offset} on were cut off`);
    const runSpool = await RunSpool.open({ ...options, onDamage }, folder, meta);
    const waiting = runSpool.spool.pendingRecords;
    let lost: RefusedError | undefined;
    const drain = startDrain({
      runSpool,
      send: sendFrom(trainer),
      onLeaseLost: (error) => {
        lost = error;
        return Promise.resolve('stop');
      },
      onProblem,
    });
    await drain.empty(signal);
    await drain.stop();
    sent += waiting - runSpool.spool.pendingRecords;
    if (lost === undefined) await runSpool.close();
    else {
      rejectedRuns.add(meta.runId);
      const aside = await runSpool.reject(lost.message);
      onProblem(
        `${waiting} step records of run ${meta.runId} came too late (${lost.message}) and are kept in ${aside}`,
      );
    }
  }
  return { sent, rejectedRuns };
}
