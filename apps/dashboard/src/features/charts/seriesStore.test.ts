import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { SeriesColumns } from './seriesColumns.ts';
import { type NamedColumns, type SeriesRequest, SeriesStore } from './seriesStore.ts';

const columns = (steps: number[], bucketed = false): SeriesColumns => ({
  steps,
  min: steps,
  max: steps,
  mean: steps,
  last: steps,
  bucketed,
});

/** A server whose answers the test releases one by one. */
function heldServer() {
  const requests: {
    request: SeriesRequest;
    answer: (series: readonly NamedColumns[]) => void;
    fail: (error: Error) => void;
  }[] = [];
  const fetch = (request: SeriesRequest) =>
    new Promise<readonly NamedColumns[]>((answer, fail) => {
      requests.push({ request, answer, fail });
    });
  return { requests, fetch };
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 1));

describe('SeriesStore', () => {
  let server: ReturnType<typeof heldServer>;
  let store: SeriesStore;
  let frames: (() => void)[];
  const paint = () => frames.splice(0).forEach((frame) => frame());

  beforeEach(() => {
    server = heldServer();
    frames = [];
    store = new SeriesStore({
      fetch: server.fetch,
      requestFrame: (callback) => frames.push(callback),
      maxPoints: 10,
    });
  });

  it('asks once for all series of all runs that are wanted in one turn', async () => {
    for (const run of ['a', 'b']) for (const name of ['x', 'y']) store.watch(run, name, () => undefined);
    await turn();
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]?.request).toEqual({
      runIds: ['a', 'b'],
      names: ['x', 'y'],
      range: null,
      maxPoints: 10,
    });
  });

  it('keeps points that arrive while the request is under way', async () => {
    store.watch('a', 'x', () => undefined);
    await turn();
    store.append([{ runId: 'a', name: 'x', columns: columns([3]) }]);
    server.requests[0]?.answer([{ runId: 'a', name: 'x', columns: columns([1, 2]) }]);
    await turn();
    expect(store.get('a', 'x')).toMatchObject({ status: 'ready', whole: { steps: [1, 2, 3] } });
  });

  it('tells a listener once per frame, however many messages came', async () => {
    const listener = vi.fn();
    store.watch('a', 'x', listener);
    for (const step of [1, 2, 3]) store.append([{ runId: 'a', name: 'x', columns: columns([step]) }]);
    expect(listener).not.toHaveBeenCalled();
    paint();
    expect(listener).toHaveBeenCalledTimes(1);
    expect(store.get('a', 'x').whole.steps).toEqual([1, 2, 3]);
  });

  it('fetches a zoomed range again only where the whole is bucketed', async () => {
    store.watch('a', 'x', () => undefined);
    store.watch('a', 'y', () => undefined);
    await turn();
    server.requests[0]?.answer([
      { runId: 'a', name: 'x', columns: columns([10, 20], true) },
      { runId: 'a', name: 'y', columns: columns([10, 20]) },
    ]);
    await turn();
    store.setRange([10, 15]);
    await turn();
    expect(server.requests).toHaveLength(2);
    expect(server.requests[1]?.request).toMatchObject({ names: ['x'], range: [10, 15] });
    server.requests[1]?.answer([{ runId: 'a', name: 'x', columns: columns([10, 11, 12, 13, 14, 15]) }]);
    await turn();
    expect(store.get('a', 'x').fine?.steps).toHaveLength(6);
    expect(store.get('a', 'y').fine).toBeNull();
    store.setRange(null);
    expect(store.get('a', 'x').fine).toBeNull();
  });

  it('drops a finer answer that comes after another zoom', async () => {
    store.watch('a', 'x', () => undefined);
    await turn();
    server.requests[0]?.answer([{ runId: 'a', name: 'x', columns: columns([10, 20], true) }]);
    await turn();
    store.setRange([10, 15]);
    await turn();
    store.setRange(null);
    server.requests[1]?.answer([{ runId: 'a', name: 'x', columns: columns([10, 11]) }]);
    await turn();
    expect(store.get('a', 'x').fine).toBeNull();
  });

  it('asks for the steps that a moved run shows in the range, in its own count', async () => {
    for (const run of ['parent', 'fork', 'late']) store.watch(run, 'x', () => undefined);
    await turn();
    server.requests[0]?.answer(
      ['parent', 'fork', 'late'].map((runId) => ({ runId, name: 'x', columns: columns([10, 500], true) })),
    );
    await turn();
    // The fork's step 1 is drawn at 101; of the third nothing lies before 1001.
    store.setRange(
      [50, 300],
      new Map([
        ['fork', 100],
        ['late', 1000],
      ]),
    );
    await turn();
    expect(server.requests.slice(1).map(({ request }) => [request.runIds, request.range])).toEqual([
      [['parent'], [50, 300]],
      [['fork'], [0, 200]],
    ]);
    server.requests[2]?.answer([{ runId: 'fork', name: 'x', columns: columns([0, 100, 200]) }]);
    await turn();
    expect(store.get('fork', 'x').fine?.steps).toEqual([0, 100, 200]);
    store.append([{ runId: 'fork', name: 'x', columns: columns([150, 201]) }]);
    expect(store.get('fork', 'x').fine?.steps).toEqual([0, 100, 150, 200]);
    // By its own steps again: another range of it, the same of the parent.
    store.setRange([50, 300]);
    await turn();
    expect(server.requests.slice(3).map(({ request }) => [request.runIds, request.range])).toEqual([
      [
        ['fork', 'late'],
        [50, 300],
      ],
    ]);
  });

  it('keeps what was drawn when a refresh fails, and recovers with the next one', async () => {
    store.watch('a', 'x', () => undefined);
    await turn();
    server.requests[0]?.answer([{ runId: 'a', name: 'x', columns: columns([1, 2]) }]);
    await turn();
    store.refetch();
    await turn();
    server.requests[1]?.fail(new Error('the server is away'));
    await turn();
    expect(store.get('a', 'x')).toMatchObject({
      status: 'error',
      error: 'the server is away',
      whole: { steps: [1, 2] },
    });
    store.refetch();
    await turn();
    server.requests[2]?.answer([{ runId: 'a', name: 'x', columns: columns([1, 2, 3]) }]);
    await turn();
    expect(store.get('a', 'x')).toMatchObject({ status: 'ready', error: null, whole: { steps: [1, 2, 3] } });
  });

  it('asks for buckets again when the live tail has grown as long as a page is wide', async () => {
    store.watch('a', 'x', () => undefined);
    await turn();
    server.requests[0]?.answer([{ runId: 'a', name: 'x', columns: columns([1]) }]);
    await turn();
    store.append([
      { runId: 'a', name: 'x', columns: columns(Array.from({ length: 11 }, (_, index) => index + 2)) },
    ]);
    await turn();
    expect(server.requests).toHaveLength(2);
  });

  it('remembers the names of metrics that nobody watches yet', () => {
    const listener = vi.fn();
    store.watchNames(listener);
    store.append([{ runId: 'a', name: 'eval/new', columns: columns([1]) }]);
    store.append([{ runId: 'a', name: 'eval/new', columns: columns([2]) }]);
    expect(store.namesSeen('a')).toEqual(['eval/new']);
    expect(listener).toHaveBeenCalledTimes(1);
  });
});
