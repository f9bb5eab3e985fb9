import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Database } from '@nabla/db';
import { createTestDatabase } from '@nabla/db/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { sendGraphql } from './testing/index.ts';

const readyLine = z.strictObject({
  ready: z.literal(true),
  port: z.number(),
  signInUrl: z.string().optional(),
});

let db: Database;
let dataDir: string;
const children: ChildProcess[] = [];
beforeEach(async () => {
  db = await createTestDatabase();
  dataDir = await mkdtemp(join(tmpdir(), 'nabla-main-'));
});
afterEach(async () => {
  for (const child of children.splice(0))
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  await db.close();
  await rm(dataDir, { recursive: true, force: true });
});

/** Starts the process; its first line, parsed, or its exit code and what it wrote to standard error. */
async function start(env: Record<string, string> = {}) {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', fileURLToPath(new URL('main.ts', import.meta.url))],
    {
      cwd: fileURLToPath(new URL('..', import.meta.url)),
      env: {
        ...process.env,
        NODE_ENV: 'production',
        API_PORT: '0',
        DATABASE_URL: db.url,
        NABLA_DATA: dataDir,
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  children.push(child);
  let stderr = '';
  let stdout = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  const exited = once(child, 'exit').then(([code]: unknown[]) => code);
  const first = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line').then(([line]: unknown[]) => String(line)),
    exited.then(() => null),
  ]);
  return {
    child,
    exited,
    ready: first === null ? null : readyLine.parse(JSON.parse(first)),
    stderr: () => stderr,
    stdout: () => stdout,
  };
}

const mode = async (file: string) => ((await stat(file)).mode & 0o777).toString(8);

test('a first start, a second one, and one after somebody signed in', async () => {
  const first = await start({ PUBLIC_URL: 'http://localhost:3456' });
  expect(first.ready?.signInUrl).toMatch(/^http:\/\/localhost:3456\/sign-in\?token=[\w-]{43}$/);
  const linkFile = join(dataDir, 'sign-in-link');
  const keyFile = join(dataDir, 'worker-key');
  expect((await readFile(linkFile, 'utf8')).trim()).toBe(first.ready?.signInUrl);
  expect([await mode(linkFile), await mode(keyFile)]).toEqual(['600', '600']);
  const key = await readFile(keyFile, 'utf8');
  const url = `http://127.0.0.1:${first.ready?.port}/graphql`;
  const demo = await sendGraphql<{ projects: object }>(
    url,
    { query: '{ viewer { role } projects { nodes { name runs { nodes { status tags } } } } }' },
    { authorization: `Bearer ${key.trim()}` },
  );
  expect(demo.data).toEqual({
    viewer: { role: 'RESEARCHER' },
    projects: { nodes: [{ name: 'Demo', runs: { nodes: [{ status: 'QUEUED', tags: ['demo'] }] } }] },
  });
  first.child.kill('SIGTERM');
  expect(await first.exited).toBe(0);
  expect(first.stdout().trim().split('\n')).toHaveLength(1);

  const second = await start({ PUBLIC_URL: 'http://localhost:3456' });
  expect(second.ready?.signInUrl).not.toBe(first.ready?.signInUrl);
  expect(await readFile(keyFile, 'utf8')).toBe(key);
  expect(await db.prisma.run.count()).toBe(1);
  const signIn = (link: string | undefined) =>
    sendGraphql<{ signInWithLink: { errors: { code: string }[] } }>(
      `http://127.0.0.1:${second.ready?.port}/graphql`,
      {
        query: 'mutation($t: String!) { signInWithLink(token: $t) { errors { code } } }',
        variables: { t: new URL(link ?? '').searchParams.get('token') },
      },
    ).then((result) => result.data?.signInWithLink.errors);
  expect(await signIn(first.ready?.signInUrl)).toMatchObject([{ code: 'EXPIRED' }]);
  expect(await signIn(second.ready?.signInUrl)).toEqual([]);
  // A revoked worker key is made anew.
  await db.prisma.apiKey.updateMany({ data: { revokedAt: new Date() } });
  second.child.kill('SIGINT');
  expect(await second.exited).toBe(0);

  const third = await start({ NABLA_DEMO: '0' });
  expect(third.ready).toEqual({ ready: true, port: expect.any(Number) });
  // Somebody is signed in: nothing is printed, but the folder's owner can still get in.
  const lastLink = (await readFile(linkFile, 'utf8')).trim();
  expect(lastLink).toMatch(/sign-in\?token=[\w-]{43}$/);
  expect(lastLink).not.toBe(second.ready?.signInUrl);
  expect(await readFile(keyFile, 'utf8')).not.toBe(key);
  third.child.kill('SIGTERM');
  expect(await third.exited).toBe(0);
});

test('a taken port and a wrong environment are told in a sentence', async () => {
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  const address = holder.address();
  const port = typeof address === 'object' && address !== null ? String(address.port) : '';
  const taken = await start({ API_PORT: port });
  expect(await taken.exited).toBe(1);
  expect(taken.stderr()).toContain(`Port ${port} on 127.0.0.1 is taken`);
  holder.close();
  const wrong = await start({ API_PORT: 'many' });
  expect(await wrong.exited).toBe(1);
  expect(wrong.stderr()).toContain('API_PORT');
});

test('it stops although somebody is connected and a request hangs', async () => {
  const { child, exited, ready } = await start();
  const hanging = fetch(`http://127.0.0.1:${ready?.port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-length': '1000' },
    body: new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode('{')) }),
    duplex: 'half',
  });
  const ended = hanging.then(
    () => 'answered',
    () => 'cut',
  );
  await fetch(`http://127.0.0.1:${ready?.port}/healthz`);
  child.kill('SIGTERM');
  expect(await exited).toBe(0);
  expect(await ended).toBe('cut');
});
