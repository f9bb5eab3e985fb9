import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { download } from './download.mjs';
import { withLock } from './lock.mjs';
import { findWheel } from './wheelIndex.mjs';

const CONTENT = Buffer.from('libtensorflow'.repeat(10_000));
const expected = {
  file: 'tf.whl',
  bytes: CONTENT.length,
  sha256: createHash('sha256').update(CONTENT).digest('hex'),
};

let folder;
let server;
let requests;
let answer;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'nabla-download-'));
  requests = [];
  server = http.createServer((request, response) => {
    requests.push({
      url: request.url,
      range: request.headers.range,
      authorization: request.headers.authorization,
    });
    answer(request, response);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true });
});

const origin = () => `http://127.0.0.1:${server.address().port}`;
const source = () => ({ url: `${origin()}/tf.whl`, headers: {} });
const target = () => path.join(folder, 'tf.whl');

function serveRanges(request, response) {
  const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
  response.writeHead(start > 0 ? 206 : 200).end(CONTENT.subarray(start));
}

it('goes on where an earlier try stopped', async () => {
  answer = serveRanges;
  await writeFile(`${target()}.part`, CONTENT.subarray(0, 1000));
  const seen = [];
  await download(source(), expected, target(), (done, total) => seen.push([done, total]));
  expect(await readFile(target())).toEqual(CONTENT);
  expect(requests.map(({ range }) => range)).toEqual(['bytes=1000-']);
  expect(seen.at(-1)).toEqual([CONTENT.length, CONTENT.length]);
});

it('begins again where the server knows no ranges', async () => {
  answer = (_, response) => response.end(CONTENT);
  await writeFile(`${target()}.part`, 'something else');
  await download(source(), expected, target(), () => undefined);
  expect(await readFile(target())).toEqual(CONTENT);
});

it('takes a broken connection up again', async () => {
  answer = (request, response) => {
    if (requests.length > 1) return serveRanges(request, response);
    response.writeHead(200, { 'content-length': CONTENT.length });
    return response.write(CONTENT.subarray(0, 5000), () => response.destroy());
  };
  await download(source(), expected, target(), () => undefined);
  expect(await readFile(target())).toEqual(CONTENT);
  expect(requests).toHaveLength(2);
});

it('refuses and deletes a file with another SHA-256', async () => {
  answer = (_, response) => response.end(Buffer.alloc(CONTENT.length, 'x'));
  await expect(download(source(), expected, target(), () => undefined)).rejects.toThrow(
    /tf\.whl has the SHA-256 .* but .* is expected: it was deleted/,
  );
  expect(existsSync(target()) || existsSync(`${target()}.part`)).toBe(false);
});

it('finds a wheel in an index that speaks JSON, and in one that speaks HTML', async () => {
  process.env.PIP_INDEX_URL = `http://user:pass%20word@${origin().slice('http://'.length)}/simple/`;
  try {
    const sha256 = 'a'.repeat(64);
    answer = (_, response) =>
      response
        .setHeader('content-type', 'application/vnd.pypi.simple.v1+json')
        .end(
          JSON.stringify({ files: [{ filename: 'tf.whl', url: '../../files/tf.whl', hashes: { sha256 } }] }),
        );
    const found = await findWheel('tensorflow-cpu', 'tf.whl');
    const authorization = `Basic ${Buffer.from('user:pass word').toString('base64')}`;
    expect(found).toEqual({ url: `${origin()}/files/tf.whl`, headers: { authorization }, sha256 });
    expect(requests[0]).toMatchObject({ url: '/simple/tensorflow-cpu/', authorization });

    answer = (_, response) =>
      response
        .setHeader('content-type', 'text/html')
        .end(`<a href="http://elsewhere.test/tf.whl?a=1&amp;b=2#sha256=${sha256}">tf.whl</a>`);
    // The password is for the index, not for whoever it points to.
    expect(await findWheel('tensorflow-cpu', 'tf.whl')).toEqual({
      url: `http://elsewhere.test/tf.whl?a=1&b=2#sha256=${sha256}`,
      headers: {},
      sha256,
    });
    await expect(findWheel('tensorflow-cpu', 'other.whl')).rejects.toThrow(/has no other\.whl/);
    answer = (_, response) => response.writeHead(404).end();
    await expect(findWheel('tensorflow-cpu', 'tf.whl')).rejects.toThrow(/answered 404/);
  } finally {
    delete process.env.PIP_INDEX_URL;
  }
});

it('lets one work at a time, and takes over from one that died', async () => {
  const file = path.join(folder, 'lock');
  const order = [];
  const work = (name) =>
    withLock(
      file,
      () => order.push(`${name} waits`),
      async () => {
        order.push(`${name} begins`);
        await new Promise((resolve) => setTimeout(resolve, 50));
        order.push(`${name} ends`);
      },
    );
  await Promise.all([work('first'), work('second')]);
  expect(order).toEqual(['first begins', 'second waits', 'first ends', 'second begins', 'second ends']);

  await writeFile(file, 'of a process long gone');
  const { utimes } = await import('node:fs/promises');
  await utimes(file, new Date(0), new Date(0));
  await withLock(
    file,
    () => undefined,
    async () => order.push('third'),
  );
  expect(order.at(-1)).toBe('third');
  expect(existsSync(file)).toBe(false);
});
