import { CombinedError, type Exchange, createClient, gql } from 'urql';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { filter, map, pipe, subscribe } from 'wonka';
import type { Realtime } from './realtime.ts';
import { recovery } from './recovery.ts';

type Answer = { data: unknown } | { error: CombinedError };
const AWAY = new CombinedError({
  graphQLErrors: [{ message: 'The database is away.', extensions: { code: 'UNAVAILABLE' } }],
});
const WRONG = new CombinedError({
  graphQLErrors: [{ message: 'No such field.', extensions: { code: 'INVALID_INPUT' } }],
});
const QUERY = gql`
  {
    viewer {
      role
    }
  }
`;

/** A client whose server gives the answers in turn, the last one for ever. */
function setUp(answers: ReadonlyArray<Answer>) {
  const outages: Array<string | null> = [];
  let reconnect: () => void = () => undefined;
  let asked = 0;
  const realtime: Pick<Realtime, 'onReconnect' | 'reportOutage'> = {
    onReconnect: (listener) => {
      reconnect = listener;
      return () => undefined;
    },
    reportOutage: (reason) => outages.push(reason),
  };
  const server: Exchange = () => (operations) =>
    pipe(
      operations,
      filter((operation) => operation.kind === 'query'),
      map((operation) => {
        const answer = answers[Math.min(asked, answers.length - 1)];
        asked += 1;
        return { operation, data: undefined, stale: false, hasNext: false, ...answer };
      }),
    );
  const client = createClient({
    url: 'http://test.invalid/',
    exchanges: [recovery(realtime), server],
    preferGetMethod: false,
  });
  const seen: string[] = [];
  const { unsubscribe } = pipe(
    client.query(QUERY, {}),
    subscribe((result) => seen.push(result.error?.message ?? 'ok')),
  );
  return { outages, seen, asked: () => asked, reconnect: () => reconnect(), leave: unsubscribe };
}

describe('recovery', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('asks again, ever less often, until the server is back, and says so', async () => {
    const page = setUp([{ error: AWAY }, { error: AWAY }, { error: AWAY }, { data: { viewer: null } }]);
    expect(page.asked()).toBe(1);
    expect(page.outages.at(-1)).toBe('The database is away.');
    await vi.advanceTimersByTimeAsync(1000); // first wait: 1 s
    expect(page.asked()).toBe(2);
    await vi.advanceTimersByTimeAsync(1000); // the second is 2 s
    expect(page.asked()).toBe(2);
    await vi.advanceTimersByTimeAsync(1000);
    expect(page.asked()).toBe(3);
    await vi.advanceTimersByTimeAsync(4000);
    expect(page.asked()).toBe(4);
    expect(page.seen.at(-1)).toBe('ok');
    expect(page.outages.at(-1)).toBeNull();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(page.asked()).toBe(4);
  });

  it('does not repeat a question that is refused for good', async () => {
    const page = setUp([{ error: WRONG }]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(page.asked()).toBe(1);
    expect(page.outages).toEqual([]);
  });

  it('stops asking when nobody looks any more', async () => {
    const page = setUp([{ error: AWAY }]);
    page.leave();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(page.asked()).toBe(1);
    expect(page.outages.at(-1)).toBeNull();
  });

  it('reads everything on the page again after a reconnect', async () => {
    const page = setUp([{ data: { viewer: null } }]);
    page.reconnect();
    await vi.advanceTimersByTimeAsync(0);
    expect(page.asked()).toBe(2);
  });
});
