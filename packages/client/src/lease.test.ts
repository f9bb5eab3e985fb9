import { afterEach, describe, expect, it } from 'vitest';
import type { LeaseInfo, trainerApi } from './api/trainer.ts';
import { ConnectionError, RefusedError } from './errors.ts';
import { HeldLease, type LeaseOptions } from './lease.ts';

const lost = (): RefusedError =>
  new RefusedError('heartbeat', [{ code: 'LEASE_LOST', message: 'it ran out', path: [] }]);
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the fields that are read
const leaseOf = (attempt: number): LeaseInfo =>
  ({ token: `token-${attempt}`, attempt, leaseSeconds: 30, run: { id: 'run_1' } }) as LeaseInfo;

const held: HeldLease[] = [];
afterEach(async () => {
  await Promise.all(held.splice(0).map((lease) => lease.stop()));
});

/** A hold whose API answers as told; heartbeats every millisecond. */
function hold(api: Partial<ReturnType<typeof trainerApi>>, options: Partial<LeaseOptions> = {}) {
  const said: string[] = [];
  const losses: string[] = [];
  const released: string[] = [];
  const trainer = {
    heartbeat: () => Promise.resolve('CONTINUE' as const),
    heartbeatExchange: () => null,
    claim: () => Promise.resolve(null),
    release: ({ leaseToken }: { leaseToken: string }) => {
      released.push(leaseToken);
      return Promise.resolve('QUEUED' as const);
    },
    ...api,
  };
  const lease = new HeldLease({
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the calls a hold makes
    trainer: trainer as unknown as ReturnType<typeof trainerApi>,
    lease: leaseOf(1),
    workerId: 'wrk_1',
    heartbeatMs: 1,
    onProblem: (message) => void said.push(message),
    onLost: (why) => void losses.push(why),
    ...options,
  });
  held.push(lease);
  return { lease, said, losses, released };
}
const soon = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1));
};

describe('HeldLease', () => {
  it('hears a command again once it was carried out: somebody asked anew', async () => {
    const commands: string[] = [];
    const { lease } = hold(
      { heartbeat: () => Promise.resolve('CHECKPOINT') },
      { onCommand: (next) => void commands.push(next) },
    );
    await soon(() => commands.length === 1);
    lease.carriedOut('PAUSE');
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(commands).toEqual(['CHECKPOINT']);
    lease.carriedOut('CHECKPOINT');
    await soon(() => commands.length === 2);
  });

  it('acts on a command that the subscription tells, and asks before it repeats one just carried out', async () => {
    const commands: string[] = [];
    let beats = 0;
    const { lease } = hold(
      // Long enough that nothing but `soon` beats within the test.
      { heartbeat: () => Promise.resolve(++beats === 1 ? 'CONTINUE' : 'CHECKPOINT') },
      { heartbeatMs: 60_000, onCommand: (next) => void commands.push(next) },
    );
    await soon(() => beats === 1);
    lease.told('CHECKPOINT');
    lease.told('CHECKPOINT');
    expect(commands).toEqual(['CHECKPOINT']);
    expect(beats).toBe(1);
    lease.carriedOut('CHECKPOINT');
    // A message from before it was recorded: only the API's own word counts.
    lease.told('CHECKPOINT');
    expect(commands).toEqual(['CHECKPOINT']);
    await soon(() => beats >= 2 && commands.length === 2);
    lease.told('PAUSE');
    expect(commands).toEqual(['CHECKPOINT', 'CHECKPOINT', 'PAUSE']);
  });

  it('tells each command once, and sends the reason why the run waits', async () => {
    const commands: string[] = [];
    const reasons = new Set<string | null | undefined>();
    let command: 'CONTINUE' | 'PAUSE' = 'CONTINUE';
    const { lease } = hold(
      {
        heartbeat: ({ statusReason }) => {
          reasons.add(statusReason);
          return Promise.resolve(command);
        },
      },
      { onCommand: (next) => void commands.push(next) },
    );
    command = 'PAUSE';
    await soon(() => commands.length > 0);
    expect(lease.setReason('the disk is full')).toBe(true);
    expect(lease.setReason('the disk is full')).toBe(false);
    await soon(() => reasons.has('the disk is full'));
    expect(commands).toEqual(['PAUSE']);
  });

  it('lives through an API that is away, saying so once', async () => {
    let beats = 0;
    const { lease, said } = hold({
      heartbeat: () =>
        ++beats < 5 ? Promise.reject(new ConnectionError('away')) : Promise.resolve('CONTINUE'),
    });
    await soon(() => said.length === 2);
    expect(said[0]).toContain('the run goes on: away');
    expect(lease.lost).toBeUndefined();
  });

  it('claims the run again when nobody had it, and a late refusal of the old token changes nothing', async () => {
    const renewed: number[] = [];
    let claims = 0;
    const { lease } = hold(
      {
        heartbeat: ({ leaseToken }) =>
          leaseToken === 'token-1' ? Promise.reject(lost()) : Promise.resolve('CONTINUE'),
        claim: () => Promise.resolve(++claims === 1 ? leaseOf(2) : null),
      },
      {
        onRenewed: (_token, attempt) => {
          renewed.push(attempt);
          return Promise.resolve();
        },
      },
    );
    await soon(() => lease.ref.leaseToken === 'token-2');
    // A request that was on its way under the old token is refused only now.
    expect(await lease.renew(lost(), 'token-1')).toBe(true);
    expect([claims, renewed, lease.lost]).toEqual([1, [2], undefined]);
  });

  it('gives up when another has the run', async () => {
    const { lease, losses } = hold({ heartbeat: () => Promise.reject(lost()) });
    await soon(() => lease.lost !== undefined);
    expect(await lease.renew(lost(), 'token-1')).toBe(false);
    expect(losses).toHaveLength(1);
  });

  it('gives the run back when another had it in between: what this process holds is out of date', async () => {
    const { lease, losses, released } = hold({
      heartbeat: () => Promise.reject(lost()),
      claim: () => Promise.resolve(leaseOf(3)),
    });
    await soon(() => lease.lost !== undefined);
    expect(losses).toEqual(['another worker executed the run meanwhile']);
    expect(released).toEqual(['token-3']);
  });
});
