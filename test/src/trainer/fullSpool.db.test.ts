/** A spool without room: the run stands still, says why where people look, and goes on. */
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../house/until.ts';
import { createFixture, LIMIT_MS, type Fixture } from './fixture.ts';
import { learningCurves, tinyRun } from './runs.ts';

/** What is between a worker and the API: everything passes, but for step records while `blocked`. */
interface Gate {
  readonly url: string;
  blocked: boolean;
  close(): Promise<void>;
}

async function openGate(target: string): Promise<Gate> {
  const server: Server = createServer((incoming, answer) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const body = Buffer.concat(chunks);
      if (gate.blocked && body.includes('mutation RecordSteps')) return answer.writeHead(503).end('busy');
      const { method, headers, url } = incoming;
      const onward = request(
        new URL(url ?? '/', target),
        { method: method ?? 'GET', headers },
        (response) => {
          answer.writeHead(response.statusCode ?? 502, response.headers);
          response.pipe(answer);
        },
      );
      onward.on('error', () => answer.writeHead(502).end());
      onward.end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const gate: Gate = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    blocked: false,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return gate;
}

let house: Fixture;
let gate: Gate;
beforeAll(async () => {
  house = await createFixture();
  gate = await openGate(house.url);
});
afterAll(async () => {
  await house.close();
  await gate.close();
});

describe('a full spool', () => {
  it('pauses the steps with the reason on the run, and loses none of them', async () => {
    const steps = 300;
    gate.blocked = true;
    const run = await house.create(tinyRun(steps, { checkpoint: { everySteps: 300 } }));
    // A million bytes are full after about a hundred of these steps.
    const worker = await house.worker(await house.folder(), {
      NABLA_API_URL: gate.url,
      NABLA_SPOOL_MAX_BYTES: '1000000',
    });
    const waiting = await until('the run says why it waits', LIMIT_MS, async () => {
      const now = await house.client.runs.get(run.id);
      return now.statusReason !== null && now;
    });
    expect(waiting).toMatchObject({ status: 'RUNNING', step: 0, leaseLive: true });
    expect(waiting.statusReason).toContain('spool is full');
    expect(waiting.statusReason).toContain('503');

    gate.blocked = false;
    const end = await house.finished(run);
    expect(end.statusReason).toBeNull();
    const curves = await learningCurves(house.client, run.id);
    const ascending = Array.from({ length: steps }, (_, index) => index + 1);
    expect(curves.find(({ name }) => name === 'policy/grad_norm')?.steps).toEqual(ascending);
    await worker.killAll();
  }, 240_000);
});
