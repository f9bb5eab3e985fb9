'use client';
/** @file What the charts of one page share: points, live feed, pointer, zoom, smoothing, marks. */
import {
  type ReactNode,
  createContext,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react';
import { type Client, useClient } from 'urql';
import { describeError } from '../../graphql/errors.ts';
import { useOnReconnect } from '../../graphql/GraphqlProvider.tsx';
import type { charts_seriesFragment } from '../../graphql/generated/graphql.ts';
import { graphql, readFragment } from '../../graphql/generated/index.ts';
import { useFeed } from '../../graphql/useFeed.ts';
import { useStable } from '../../ui/useStable.ts';
import { type CursorStore, createCursorStore } from './cursorStore.ts';
import type { StepMark } from './plotOptions.ts';
import {
  type NamedColumns,
  type SeriesRequest,
  type SeriesState,
  SeriesStore,
  type Shifts,
  type StepRange,
} from './seriesStore.ts';

export const chartsSeriesFragment = graphql(`
  fragment charts_series on MetricSeries {
    runId
    name
    steps
    min
    max
    mean
    last
    bucketed
  }
`);

const seriesQuery = graphql(`
  query ChartsSeries($runIds: [ID!]!, $names: [String!]!, $fromStep: Int, $toStep: Int, $maxPoints: Int) {
    series(runIds: $runIds, names: $names, fromStep: $fromStep, toStep: $toStep, maxPoints: $maxPoints) {
      ...charts_series
    }
  }
`);

const pointsAddedSubscription = graphql(`
  subscription ChartsPointsAdded($runIds: [ID!]!) {
    metricPointsAdded(runIds: $runIds) {
      ...charts_series
    }
  }
`);

/** One bucket per pixel of a wide page is all that can be seen. */
const MAX_POINTS = 1000;
/** How long points may lag behind a run's recorded step before they are fetched: longer than any delivery takes. */
const LAG_MS = 2000;

export interface ChartSettings {
  /** Weight of the past in the moving average, in [0, 1). */
  readonly smoothing: number;
  readonly range: StepRange | null;
  readonly setRange: (range: StepRange | null) => void;
}
export interface ChartRun {
  readonly id: string;
  /** Last step recorded, as the run itself says. */
  readonly step: number;
  /** False for a run to which nothing will be added. */
  readonly live: boolean;
}
/** Steps of the page that are not the runs' own. */
export interface StepAlignment {
  readonly shifts: Shifts;
  /** What the axis counts, for instance "Steps of #1". */
  readonly axis: string;
}
interface Charts extends ChartSettings {
  readonly store: SeriesStore;
  /** Null: every run by its own steps. */
  readonly alignment: StepAlignment | null;
  readonly cursor: CursorStore;
  readonly marks: readonly StepMark[];
}

const ChartsContext = createContext<Charts | null>(null);
const NO_MARKS: readonly StepMark[] = [];

export function ChartsProvider({
  runs,
  settings,
  marks = NO_MARKS,
  alignment = null,
  children,
}: {
  runs: readonly ChartRun[];
  settings: ChartSettings;
  marks?: readonly StepMark[];
  alignment?: StepAlignment | null;
  children: ReactNode;
}) {
  const client = useClient();
  const [store] = useState(
    () =>
      new SeriesStore({
        fetch: (request) => fetchSeries(client, request),
        requestFrame: (callback) => requestAnimationFrame(callback),
        maxPoints: MAX_POINTS,
      }),
  );
  const [cursor] = useState(createCursorStore);
  const { smoothing, range, setRange } = settings;
  const [from, to] = range ?? [null, null];

  useEffect(
    () => store.setRange(from === null || to === null ? null : [from, to], alignment?.shifts),
    [store, from, to, alignment],
  );
  useLiveFeed(store, runs);
  const charts = useMemo(
    () => ({ store, cursor, marks, alignment, smoothing, range, setRange }),
    [store, cursor, marks, alignment, smoothing, range, setRange],
  );
  return <ChartsContext value={charts}>{children}</ChartsContext>;
}

export function useCharts(): Charts {
  const charts = useContext(ChartsContext);
  if (!charts) throw new Error('useCharts: used outside ChartsProvider');
  return charts;
}

/** The states of several series, in the order asked for. `wanted` false: nothing is fetched yet. */
export function useSeries(
  keys: readonly { readonly runId: string; readonly name: string }[],
  wanted: boolean,
): readonly SeriesState[] {
  const { store } = useCharts();
  const stable = useStable(keys, keys.map(({ runId, name }) => `${runId} ${name}`).join('|'));
  const previous = useRef<readonly SeriesState[]>([]);
  const subscribe = useCallback(
    (listener: () => void) => {
      if (!wanted) return () => undefined;
      const stops = stable.map(({ runId, name }) => store.watch(runId, name, listener));
      return () => {
        for (const stop of stops) stop();
      };
    },
    [store, stable, wanted],
  );
  const snapshot = useCallback(() => {
    const states = stable.map(({ runId, name }) => store.get(runId, name));
    const same =
      states.length === previous.current.length &&
      states.every((state, index) => state === previous.current[index]);
    if (!same) previous.current = states;
    return previous.current;
  }, [store, stable]);
  return useSyncExternalStore(subscribe, snapshot, () => NO_STATES);
}
const NO_STATES: readonly SeriesState[] = [];

/** Names the live feed has brought that a page rendered earlier did not know. */
export function useNamesSeen(runId: string): readonly string[] {
  const { store } = useCharts();
  const subscribe = useCallback((listener: () => void) => store.watchNames(listener), [store]);
  return useSyncExternalStore(
    subscribe,
    () => store.namesSeen(runId),
    () => NO_NAMES,
  );
}
const NO_NAMES: readonly string[] = [];

function useLiveFeed(store: SeriesStore, runs: readonly ChartRun[]): void {
  const live = runs.filter((run) => run.live).map((run) => run.id);
  const first = useRef(true);
  useFeed(
    pointsAddedSubscription,
    { runIds: live },
    ({ metricPointsAdded }) => {
      store.append(readFragment(chartsSeriesFragment, metricPointsAdded).map(columnsOf));
      // What was recorded between the first query and the first message may be in neither.
      if (first.current) store.refetch();
      first.current = false;
    },
    live.length > 0,
  );
  useOnReconnect(
    useCallback(() => {
      store.refetch();
    }, [store]),
  );
  // A server that lost its own feed for a while brings the run up to date, not the points: those are fetched.
  const current = useStable(runs, runs.map((run) => `${run.id}:${run.step}`).join(' '));
  useEffect(() => {
    const timer = setTimeout(() => {
      const behind = current.some((run) => {
        const newest = store.newestStep(run.id);
        return newest > 0 && newest < run.step;
      });
      if (behind) store.refetch();
    }, LAG_MS);
    return () => clearTimeout(timer);
  }, [store, current]);
}

async function fetchSeries(
  client: Client,
  { runIds, names, range, maxPoints }: SeriesRequest,
): Promise<readonly NamedColumns[]> {
  const variables = {
    runIds: [...runIds],
    names: [...names],
    fromStep: range?.[0] ?? null,
    toStep: range?.[1] ?? null,
    maxPoints,
  };
  const result = await client.query(seriesQuery, variables, { requestPolicy: 'network-only' }).toPromise();
  if (result.error) throw new Error(describeError(result.error), { cause: result.error });
  return readFragment(chartsSeriesFragment, result.data?.series ?? []).map(columnsOf);
}

function columnsOf({ runId, name, ...columns }: charts_seriesFragment): NamedColumns {
  return { runId, name, columns };
}
