import { mkdtempSync, rmSync } from 'node:fs';
import { type Server, createServer } from 'node:net';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type House, ROOT, freePort, readHolder, startHouse, workerKey } from '../house/house.ts';
import { ask } from '../house/graphql.ts';
import { isRunning, processesOn } from '../house/processes.ts';
import { until } from '../house/until.ts';
import { z } from 'zod';

const LEAN = ['--no-demo', '--no-worker'];
/** Longer than any process may take to stop before it is killed: a figure to fail by, not to measure. */
const GONE_MS = 60_000;

const houses: House[] = [];
const folders: string[] = [];
const servers: Server[] = [];
const start = async (options: Parameters<typeof startHouse>[0]): Promise<House> => {
  const house = await startHouse(options);
  houses.push(house);
  return house;
};
const temporaryFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'nabla-start-'));
  folders.push(folder);
  return folder;
};

afterEach(async () => {
  for (const house of houses.splice(0)) await house.close();
  for (const server of servers.splice(0)) server.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

describe('npm start', () => {
  it('tells its options', () => {
    const run = spawnSync('npm', ['--silent', 'start', '--', '--help'], { cwd: ROOT, encoding: 'utf8' });
    expect(run.status).toBe(0);
    for (const word of ['--port', '--api-port', '--data', '--no-demo', '--no-worker', 'DATABASE_URL'])
      expect(run.stdout).toContain(word);
  });

  it('refuses an option it does not know', () => {
    const run = spawnSync(process.execPath, ['scripts/start.mjs', '--prot', '1'], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    expect(run.status).toBe(2);
    expect(run.stderr).toContain('unknown option "--prot"');
  });

  it('serves a page, stops on Ctrl-C without leaving a process, and finds its data again', async () => {
    const data = temporaryFolder();
    const first = await start({ args: LEAN, data, throughNpm: true });
    const { url } = await first.page();
    expect((await fetch(url)).status).toBe(200);
    expect(first.output()).toContain('/sign-in?token=');
    const key = workerKey(data);
    const running = allProcesses(first);
    expect(running.length).toBeGreaterThanOrEqual(4); // supervisor, API, dashboard, PostgreSQL

    await first.interrupt();
    expect(first.output()).toContain('Stopping api');
    expect(running.filter(isRunning)).toEqual([]);
    expect(processesOn(data)).toEqual([]);
    expect(readHolder(data)).toBeUndefined();

    const second = await start({ args: LEAN, data });
    await second.page();
    expect(workerKey(data)).toBe(key); // kept, so the database that knows its hash was kept
  });

  it('stops at once on a second Ctrl-C, whatever hangs', async () => {
    const house = await start({ args: LEAN });
    await house.page();
    const running = allProcesses(house);
    process.kill(house.holder()?.processes.dashboard ?? 0, 'SIGSTOP'); // it will not answer the first one
    const ended = house.interrupt();
    await until('it is stopping', GONE_MS, () => house.output().includes('Stopping dashboard'));
    await new Promise((resolve) => setTimeout(resolve, 1000)); // a person's second keystroke, not an echo of the first
    await house.interrupt();
    expect(await ended).toBe(1);
    await until(
      'every process of the house has ended',
      GONE_MS,
      () => running.filter(isRunning).length === 0,
    );
  });

  it('stops in order when only npm is told to end', async () => {
    const house = await start({ args: LEAN, throughNpm: true });
    await house.page();
    const running = allProcesses(house);
    house.process.kill('SIGTERM');
    await until(
      'every process of the house has ended',
      GONE_MS,
      () => running.filter(isRunning).length === 0,
    );
    expect(house.holder()).toBeUndefined();
  });

  it('moves past a taken default port and says so', async () => {
    servers.push(await take(3000));
    const house = await start({ args: [...LEAN, '--default-ports'] });
    const { url } = await house.page();
    expect(house.output()).toContain('Port 3000 is taken: the dashboard moves to ');
    expect(new URL(url).port).not.toBe('3000');
    expect((await fetch(url)).status).toBe(200);
  });

  it('names the taken port and the option when the port was chosen by hand', async () => {
    const port = await freePort();
    servers.push(await take(port));
    const run = spawnSync(
      process.execPath,
      ['scripts/start.mjs', ...LEAN, '--port', String(port), '--data', temporaryFolder()],
      { cwd: ROOT, encoding: 'utf8' },
    );
    expect(run.status).toBe(1);
    expect(run.stdout).toContain(
      `port ${port} for the dashboard is taken by another program. Choose another with --port`,
    );
  });

  it('does not start twice on one data folder, and tells where the first one is', async () => {
    const house = await start({ args: LEAN });
    const { url } = await house.page();
    const run = spawnSync(process.execPath, ['scripts/start.mjs', ...LEAN, '--data', house.data], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    expect(run.status).toBe(1);
    expect(run.stderr).toContain('already running');
    expect(run.stderr).toContain(url);
    expect((await fetch(url)).status).toBe(200);
  });

  it('leaves no orphan behind when it is killed, and starts again on the same folder', async () => {
    const data = temporaryFolder();
    const house = await start({ args: [], data }); // with a worker in the middle of the demo run
    const { apiUrl } = await house.page();
    await house.workers();
    const stepped = z.object({ runs: z.object({ nodes: z.array(z.object({ step: z.number() })) }) });
    await until('the demo run has made a step', GONE_MS, async () => {
      const { runs } = await ask(apiUrl, workerKey(data), stepped, '{ runs(first: 1) { nodes { step } } }');
      return (runs.nodes[0]?.step ?? 0) > 0;
    });
    const running = allProcesses(house);
    house.process.kill('SIGKILL');
    await until(
      'every process of the house has ended',
      GONE_MS,
      () => running.filter(isRunning).length === 0,
    );

    const again = await start({ args: LEAN, data });
    await again.page();
  });

  it('starts a process again that died, and says so', async () => {
    const house = await start({ args: LEAN });
    const { url } = await house.page();
    const first = house.holder()?.processes.api;
    expect(first).toBeDefined();
    process.kill(first ?? 0, 'SIGKILL');
    const second = await until('another API process is ready', GONE_MS, () => {
      const pid = house.holder()?.processes.api;
      return pid !== undefined && pid !== first && pid;
    });
    expect(isRunning(second)).toBe(true);
    expect(house.output()).toContain('api ended unexpectedly (ended by SIGKILL)');
    const answer = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: url },
      body: JSON.stringify({ query: '{ viewer { role } }' }),
    });
    expect(await answer.json()).toMatchObject({ data: { viewer: null } });
  });
});

/** Supervisor, what it says it started, and whatever else names the data folder. */
function allProcesses(house: House): number[] {
  return [...new Set([...processesOn(house.data), ...Object.values(house.holder()?.processes ?? {})])];
}

/** Listens on the port until the test ends; another program having it already is as good. */
function take(port: number): Promise<Server> {
  return new Promise((done, fail) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? done(server) : fail(error),
    );
    server.listen(port, '127.0.0.1', () => done(server));
  });
}
