/** @file The points a page shows, in one place: fetched in batches, appended live, refined where the page zooms in. */
import { EMPTY_COLUMNS, type SeriesColumns, appendColumns, sliceColumns } from './seriesColumns.ts';

export interface NamedColumns {
  readonly runId: string;
  readonly name: string;
  readonly columns: SeriesColumns;
}
/** First and last step shown, both included. */
export type StepRange = readonly [from: number, to: number];

/** By how much the steps of runs are moved on the page; runs that are not named stay. */
export type Shifts = ReadonlyMap<string, number>;

export interface SeriesState {
  readonly status: 'loading' | 'ready' | 'error';
  /** The whole series, at the resolution of a full page width. */
  readonly whole: SeriesColumns;
  /** The zoomed range at finer resolution, where the whole is bucketed. */
  readonly fine: SeriesColumns | null;
  readonly error: string | null;
}

export interface SeriesStoreOptions {
  /** Rejects with an Error whose message a person can read. */
  readonly fetch: (request: SeriesRequest) => Promise<readonly NamedColumns[]>;
  /** Runs a callback before the next paint: everything that arrives within a frame is drawn once. */
  readonly requestFrame: (callback: () => void) => void;
  /** Points per series asked for. */
  readonly maxPoints: number;
}
export interface SeriesRequest {
  readonly runIds: readonly string[];
  readonly names: readonly string[];
  readonly range: StepRange | null;
  readonly maxPoints: number;
}

const LOADING: SeriesState = { status: 'loading', whole: EMPTY_COLUMNS, fine: null, error: null };
/** Names per request: keeps one answer to about 20 × 4 columns of maxPoints numbers. */
const NAMES_PER_REQUEST = 20;

interface Entry {
  readonly runId: string;
  readonly name: string;
  state: SeriesState;
  readonly listeners: Set<() => void>;
  /** Points that arrived while a request was under way: its answer may or may not hold them. */
  arrivedSince: SeriesColumns;
  requestsUnderWay: number;
  appendedSinceFetch: number;
}

export class SeriesStore {
  readonly #options: SeriesStoreOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #pending = { whole: new Set<Entry>(), fine: new Set<Entry>() };
  readonly #changed = new Set<Entry>();
  readonly #namesListeners = new Set<() => void>();
  readonly #namesSeen = new Map<string, readonly string[]>();
  #range: StepRange | null = null;
  #shifts: Shifts = NO_SHIFTS;
  #fetchScheduled = false;
  #frameRequested = false;

  constructor(options: SeriesStoreOptions) {
    this.#options = options;
  }

  /** The present state of a series; the same object until it changes. */
  get(runId: string, name: string): SeriesState {
    return this.#entries.get(keyOf(runId, name))?.state ?? LOADING;
  }

  /** Registers interest in a series (fetching it if it is not there) and tells of its changes until the returned function is called. */
  watch(runId: string, name: string, listener: () => void): () => void {
    const key = keyOf(runId, name);
    let entry = this.#entries.get(key);
    if (!entry) {
      entry = {
        runId,
        name,
        state: LOADING,
        listeners: new Set(),
        arrivedSince: EMPTY_COLUMNS,
        requestsUnderWay: 0,
        appendedSinceFetch: 0,
      };
      this.#entries.set(key, entry);
      this.#plan(entry);
    }
    entry.listeners.add(listener);
    const watched = entry;
    return () => {
      watched.listeners.delete(listener);
    };
  }

  /** New points from the live feed. Series nobody has asked for only leave their name. */
  append(added: readonly NamedColumns[]): void {
    for (const { runId, name, columns } of added) {
      this.#noteName(runId, name);
      const entry = this.#entries.get(keyOf(runId, name));
      if (!entry) continue;
      if (entry.requestsUnderWay > 0) entry.arrivedSince = appendColumns(entry.arrivedSince, columns);
      entry.appendedSinceFetch += columns.steps.length;
      const range = this.#rangeOf(entry);
      const fine =
        entry.state.fine && range
          ? appendColumns(entry.state.fine, sliceColumns(columns, ...range))
          : entry.state.fine;
      this.#set(entry, { ...entry.state, whole: appendColumns(entry.state.whole, columns), fine });
      // The server's buckets replace a long tail of raw points, so that a page left open for days stays light.
      if (entry.appendedSinceFetch > this.#options.maxPoints) this.#plan(entry);
    }
  }

  /** Fetches everything on the page again: after a lost connection, or because somebody asked. */
  refetch(): void {
    for (const entry of this.#entries.values()) this.#plan(entry);
  }

  /**
   * Zooms: where the whole series is bucketed, the range is fetched at finer resolution.
   * @param range in the steps of the page
   * @param shifts by how much each run's own steps are moved on the page
   */
  setRange(range: StepRange | null, shifts: Shifts = NO_SHIFTS): void {
    const before = new Map([...this.#entries.values()].map((entry) => [entry, this.#rangeOf(entry)]));
    this.#range = range;
    this.#shifts = shifts;
    for (const [entry, old] of before) {
      const now = this.#rangeOf(entry);
      if (sameRange(old, now)) continue;
      if (entry.state.fine) this.#set(entry, { ...entry.state, fine: null });
      if (now && entry.state.whole.bucketed) this.#plan(entry, 'fine');
    }
  }

  /** The newest step known of a run, over all series on the page; 0 when none is. */
  newestStep(runId: string): number {
    let newest = 0;
    for (const entry of this.#entries.values())
      if (entry.runId === runId) newest = Math.max(newest, entry.state.whole.steps.at(-1) ?? 0);
    return newest;
  }

  /** Names of a run's metrics that the live feed has shown. */
  namesSeen(runId: string): readonly string[] {
    return this.#namesSeen.get(runId) ?? NO_NAMES;
  }

  watchNames(listener: () => void): () => void {
    this.#namesListeners.add(listener);
    return () => {
      this.#namesListeners.delete(listener);
    };
  }

  /** The range in the run's own steps; null where no step of it is in sight. */
  #rangeOf({ runId }: Entry): StepRange | null {
    if (!this.#range) return null;
    const [from, to] = this.#range;
    const by = this.#shifts.get(runId) ?? 0;
    return to - by < 0 ? null : [Math.max(0, from - by), to - by];
  }

  #noteName(runId: string, name: string): void {
    const seen = this.namesSeen(runId);
    if (seen.includes(name)) return;
    this.#namesSeen.set(runId, [...seen, name]);
    for (const listener of this.#namesListeners) listener();
  }

  #set(entry: Entry, state: SeriesState): void {
    entry.state = state;
    this.#changed.add(entry);
    if (this.#frameRequested) return;
    this.#frameRequested = true;
    this.#options.requestFrame(() => {
      this.#frameRequested = false;
      const changed = [...this.#changed];
      this.#changed.clear();
      for (const { listeners } of changed) for (const listener of listeners) listener();
    });
  }

  #plan(entry: Entry, part: Part = 'whole'): void {
    this.#pending[part].add(entry);
    if (this.#fetchScheduled) return;
    this.#fetchScheduled = true;
    // One turn later, so that all charts of a page share their requests.
    setTimeout(() => {
      this.#fetchScheduled = false;
      for (const each of ['whole', 'fine'] as const) {
        const pending = [...this.#pending[each]];
        this.#pending[each].clear();
        if (each === 'whole') for (const group of groupForRequests(pending)) void this.#load(group, null);
        else
          for (const [range, entries] of this.#byRange(pending))
            for (const group of groupForRequests(entries)) void this.#load(group, range);
      }
    }, 0);
  }

  /** Runs that are moved by different amounts show different steps of theirs: a request each. */
  #byRange(entries: readonly Entry[]): ReadonlyMap<StepRange, readonly Entry[]> {
    const groups: [StepRange, Entry[]][] = [];
    for (const entry of entries) {
      const range = this.#rangeOf(entry);
      if (!range) continue;
      const group = groups.find(([one]) => sameRange(one, range));
      if (group) group[1].push(entry);
      else groups.push([range, [entry]]);
    }
    return new Map(groups);
  }

  /** @param range in the runs' own steps; null: the whole series. */
  async #load(entries: readonly Entry[], range: StepRange | null): Promise<void> {
    for (const entry of entries) {
      entry.requestsUnderWay += 1;
      if (!range) entry.appendedSinceFetch = 0;
    }
    try {
      const answer = await this.#options.fetch({
        runIds: [...new Set(entries.map((entry) => entry.runId))],
        names: [...new Set(entries.map((entry) => entry.name))],
        maxPoints: this.#options.maxPoints,
        range,
      });
      for (const entry of entries) {
        const columns = find(answer, entry);
        if (!range) this.#setWhole(entry, appendColumns(columns, entry.arrivedSince));
        // Somebody may have zoomed on in the meantime: that zoom brings its own points.
        else if (sameRange(range, this.#rangeOf(entry)))
          this.#set(entry, {
            ...entry.state,
            fine: appendColumns(columns, sliceColumns(entry.arrivedSince, ...range)),
          });
      }
    } catch (cause) {
      const error = cause instanceof Error ? cause.message : String(cause);
      // What was already drawn stays: a failed refresh is told by the error beside it.
      for (const entry of entries) this.#set(entry, { ...entry.state, status: 'error', error });
    } finally {
      for (const entry of entries) {
        entry.requestsUnderWay -= 1;
        if (entry.requestsUnderWay === 0) entry.arrivedSince = EMPTY_COLUMNS;
      }
    }
  }

  #setWhole(entry: Entry, whole: SeriesColumns): void {
    this.#set(entry, { ...entry.state, status: 'ready', whole, error: null });
    if (this.#rangeOf(entry) && whole.bucketed) this.#plan(entry, 'fine');
  }
}

type Part = 'whole' | 'fine';

const NO_SHIFTS: Shifts = new Map();

function sameRange(a: StepRange | null, b: StepRange | null): boolean {
  return a?.[0] === b?.[0] && a?.[1] === b?.[1];
}

const NO_NAMES: readonly string[] = [];

function keyOf(runId: string, name: string): string {
  return `${runId} ${name}`;
}

function find(answer: readonly NamedColumns[], entry: Entry): SeriesColumns {
  return (
    answer.find((series) => series.runId === entry.runId && series.name === entry.name)?.columns ??
    EMPTY_COLUMNS
  );
}

/** Series of equal names over several runs go into one request, at most NAMES_PER_REQUEST names each. */
function groupForRequests(entries: readonly Entry[]): Entry[][] {
  const namesOfRun = new Map<string, Entry[]>();
  for (const entry of entries) namesOfRun.set(entry.runId, [...(namesOfRun.get(entry.runId) ?? []), entry]);
  const bySignature = new Map<string, Entry[]>();
  for (const ofRun of namesOfRun.values()) {
    const sorted = [...ofRun].sort((a, b) => (a.name < b.name ? -1 : 1));
    for (let start = 0; start < sorted.length; start += NAMES_PER_REQUEST) {
      const part = sorted.slice(start, start + NAMES_PER_REQUEST);
      const signature = part.map((entry) => entry.name).join(' ');
      bySignature.set(signature, [...(bySignature.get(signature) ?? []), ...part]);
    }
  }
  return [...bySignature.values()];
}
