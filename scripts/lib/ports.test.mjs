import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { PortTakenError, choosePort } from './ports.mjs';

/** @type {import('node:net').Server[]} */
const servers = [];
afterEach(() => servers.splice(0).forEach((server) => server.close()));

/** @returns {Promise<number>} a port that is taken until the test ends */
const takePort = () =>
  new Promise((resolve) => {
    const server = createServer();
    servers.push(server);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : 0);
    });
  });
const request = { what: 'dashboard', option: '--port', host: '127.0.0.1' };

describe('choosing a port', () => {
  it('moves past a taken default and says from where', async () => {
    const taken = await takePort();
    const chosen = await choosePort({ ...request, port: taken, named: false });
    expect(chosen.movedFrom).toBe(taken);
    expect(chosen.port).toBeGreaterThan(taken);
  });

  it('names the taken port and the option when a person chose it', async () => {
    const taken = await takePort();
    await expect(choosePort({ ...request, port: taken, named: true })).rejects.toThrow(PortTakenError);
    await expect(choosePort({ ...request, port: taken, named: true })).rejects.toThrow(
      `port ${taken} for the dashboard is taken by another program. Choose another with --port`,
    );
  });

  it('does not give the same port twice', async () => {
    const free = await choosePort({ ...request, port: 20_000, named: false });
    const next = await choosePort({ ...request, port: free.port, named: false, not: [free.port] });
    expect(next.port).not.toBe(free.port);
  });

  it('says which address it cannot listen on', async () => {
    await expect(choosePort({ ...request, host: '203.0.113.7', port: 20_000, named: false })).rejects.toThrow(
      '--host',
    );
  });
});
