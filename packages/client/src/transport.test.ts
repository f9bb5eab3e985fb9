import { describe, expect, it } from 'vitest';
import { ApiError, AuthenticationError, ConnectionError } from './errors.ts';
import { ViewerDocument } from './generated/operations.ts';
import { type TransportOptions, createTransport } from './transport.ts';

/** Answers in turn; the last one for ever. Counts the requests. */
function server(...answers: (Response | Error | (() => Promise<Response>))[]) {
  const requests: { url: string; init: RequestInit }[] = [];
  const fake: typeof fetch = (input, init = {}) => {
    const answer = answers[Math.min(requests.length, answers.length - 1)];
    requests.push({ url: input instanceof Request ? input.url : String(input), init });
    if (answer instanceof Error) return Promise.reject(answer);
    if (typeof answer === 'function') return answer();
    return answer === undefined ? Promise.reject(new Error('no answer')) : Promise.resolve(answer.clone());
  };
  return { fake, requests };
}
const json = (value: unknown, status = 200): Response => new Response(JSON.stringify(value), { status });
const good = json({ data: { viewer: null } });
const failure = (code: string, status = 200): Response =>
  json({ errors: [{ message: `it is ${code}`, extensions: { code } }] }, status);
const transport = (fake: typeof fetch, options: Partial<TransportOptions> = {}) =>
  // No waiting: the waits themselves are the business of backoff.test.ts.
  createTransport({ url: 'http://api.test', apiKey: 'nbl_key', fetch: fake, random: () => 0, ...options });

describe('request', () => {
  it('sends the operation with the key to /graphql and gives its data', async () => {
    const { fake, requests } = server(good);
    expect(await transport(fake).request(ViewerDocument, {})).toEqual({ viewer: null });
    expect(requests[0]?.url).toBe('http://api.test/graphql');
    expect(new Headers(requests[0]?.init.headers).get('authorization')).toBe('Bearer nbl_key');
  });

  it.each([
    ['a network error', new TypeError('fetch failed')],
    ['a 503', new Response('busy', { status: 503 })],
    ['a proxy that answers with a page', new Response('<html>Bad gateway</html>', { status: 502 })],
    ['a cut answer', new Response('{"data": {"vie', { status: 200 })],
    ['UNAVAILABLE', failure('UNAVAILABLE', 503)],
    ['a rate limit', failure('RATE_LIMITED', 429)],
  ])('tries again after %s', async (_what, answer) => {
    const { fake, requests } = server(answer, answer, good);
    expect(await transport(fake).request(ViewerDocument, {})).toEqual({ viewer: null });
    expect(requests).toHaveLength(3);
  });

  it('gives up after the bound of attempts, saying why', async () => {
    const { fake, requests } = server(
      Object.assign(new TypeError('fetch failed'), { cause: new Error('connect ECONNREFUSED') }),
    );
    const failed = transport(fake, { attempts: 3 }).request(ViewerDocument, {});
    await expect(failed).rejects.toThrow(ConnectionError);
    await expect(failed).rejects.toThrow('http://api.test cannot be reached: connect ECONNREFUSED');
    expect(requests).toHaveLength(3);
  });

  it.each([
    ['a bug of the API', failure('INTERNAL', 200), ApiError],
    ['a limit', failure('LIMIT_EXCEEDED', 400), ApiError],
    ['a missing key', failure('UNAUTHENTICATED', 401), AuthenticationError],
    ['a 404', new Response('', { status: 404 }), ApiError],
  ])('does not try again after %s', async (_what, answer, type) => {
    const { fake, requests } = server(answer);
    await expect(transport(fake).request(ViewerDocument, {})).rejects.toThrow(type);
    expect(requests).toHaveLength(1);
  });

  it('ends an attempt that hangs', async () => {
    const hanging: typeof fetch = (_input, init) =>
      new Promise((_resolve, reject) => {
        init?.signal?.addEventListener('abort', () => reject(new Error('aborted')));
      });
    const failed = transport(hanging, { attempts: 1, timeoutMs: 20 }).request(ViewerDocument, {});
    await expect(failed).rejects.toThrow('no answer within 20 ms');
  });

  it('stops at once when the caller does', async () => {
    const { fake, requests } = server(new TypeError('fetch failed'));
    const stop = new AbortController();
    const failed = transport(fake, { attempts: 1000 }).request(ViewerDocument, {}, { signal: stop.signal });
    stop.abort(new Error('enough'));
    await expect(failed).rejects.toThrow('enough');
    expect(requests.length).toBeLessThan(3);
  });
});

describe('the address', () => {
  it.each([
    ['http://api.test/', 'http://api.test/graphql'],
    ['http://api.test/graphql', 'http://api.test/graphql'],
    ['https://api.test/nabla/', 'https://api.test/nabla/graphql'],
  ])('%s leads to %s', (url, expected) =>
    expect(createTransport({ url, apiKey: 'k' }).graphqlUrl).toBe(expected),
  );

  it('that is none is refused with advice', () => {
    expect(() => createTransport({ url: 'localhost:4000', apiKey: 'k' })).toThrow(
      'must begin with http:// or https://',
    );
    expect(() => createTransport({ url: 'api', apiKey: 'k' })).toThrow('looks like http://localhost:4000');
    expect(() => createTransport({ url: 'http://a', apiKey: '' })).toThrow(AuthenticationError);
  });
});
