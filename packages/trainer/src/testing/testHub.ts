/** @file For tests: a hub on localhost that can cut connections, send wrong bytes, know no ranges, or ask for a token. */
import { createHash } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';

export interface TestHub {
  readonly endpoint: string;
  /** Method-less log: "<path> <range or ->". */
  readonly requests: string[];
  /** The tokens that came with them; "" without one. */
  readonly tokens: string[];
  /** Changed by a test while the hub runs. */
  behaviour: TestHubBehaviour;
  close(): Promise<void>;
}

export interface TestHubBehaviour {
  /** Content of each file. */
  files: Record<string, Buffer>;
  /** Stored as large files, with a SHA-256; the others have git's hash. */
  large: readonly string[];
  commit: string;
  /** Ends each connection of a file after so many bytes. */
  cutAfter?: number | undefined;
  /** Bytes are altered on the way: so many times for each file. */
  spoil?: number | undefined;
  ignoresRanges?: boolean | undefined;
  /** Answers this status instead: so many times in all. */
  fail?: { status: number; times: number; retryAfter?: string } | undefined;
  token?: string | undefined;
  /** Files are kept on another server, as real hubs do. */
  filesAt?: string | undefined;
  /** Sends the head of the answer and then nothing, this many times. */
  silent?: number | undefined;
}

export async function startTestHub(name: string, behaviour: TestHubBehaviour): Promise<TestHub> {
  const requests: string[] = [];
  const tokens: string[] = [];
  const hub = { behaviour };
  const server = createServer((request, response) => {
    const url = decodeURIComponent(request.url ?? '');
    requests.push(`${url} ${request.headers.range ?? '-'}`);
    tokens.push(request.headers.authorization?.replace(/^Bearer /, '') ?? '');
    const now = hub.behaviour;
    if (now.token !== undefined && request.headers.authorization !== `Bearer ${now.token}`)
      return end(response, 401);
    if (now.fail && now.fail.times > 0) {
      now.fail.times -= 1;
      if (now.fail.retryAfter !== undefined) response.setHeader('retry-after', now.fail.retryAfter);
      return end(response, now.fail.status);
    }
    if (url.startsWith(`/api/models/${name}/revision/`)) {
      const revision = url.slice(`/api/models/${name}/revision/`.length).replace(/\?.*$/, '');
      if (revision !== 'main' && revision !== now.commit) return end(response, 404);
      response.setHeader('content-type', 'application/json');
      return response.end(JSON.stringify({ sha: now.commit, siblings: siblingsOf(now) }));
    }
    if (now.filesAt !== undefined) {
      response.setHeader('location', `${now.filesAt}${request.url ?? ''}`);
      return end(response, 302);
    }
    const prefix = `/${name}/resolve/${now.commit}/`;
    const content = url.startsWith(prefix) ? now.files[url.slice(prefix.length)] : undefined;
    if (content === undefined) return end(response, 404);
    sendFile(response, content, request.headers.range, now);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return Object.assign(hub, {
    endpoint: `http://127.0.0.1:${port}`,
    requests,
    tokens,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}

function sendFile(
  response: ServerResponse,
  content: Buffer,
  range: string | undefined,
  now: TestHubBehaviour,
): void {
  const from = now.ignoresRanges === true ? 0 : Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0);
  let body = content.subarray(from);
  response.setHeader('content-length', body.length);
  if (from > 0) {
    response.statusCode = 206;
    response.setHeader('content-range', `bytes ${from}-${content.length - 1}/${content.length}`);
  }
  if (now.silent !== undefined && now.silent > 0) {
    now.silent -= 1;
    response.flushHeaders();
    return;
  }
  if (now.spoil !== undefined && now.spoil > 0) {
    now.spoil -= 1;
    body = Buffer.from(body.map((byte) => byte ^ 1));
  }
  if (now.cutAfter === undefined || body.length <= now.cutAfter) {
    response.end(body);
    return;
  }
  response.write(body.subarray(0, now.cutAfter), () => response.destroy());
}

function siblingsOf({ files, large }: TestHubBehaviour): object[] {
  return Object.entries(files).map(([rfilename, content]) => ({
    rfilename,
    size: content.length,
    blobId: createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex'),
    ...(large.includes(rfilename)
      ? {
          lfs: {
            sha256: createHash('sha256').update(content).digest('hex'),
            size: content.length,
            pointerSize: 134,
          },
        }
      : {}),
  }));
}

function end(response: ServerResponse, status: number): void {
  response.statusCode = status;
  response.end();
}
