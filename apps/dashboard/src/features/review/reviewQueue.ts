/** @file The course of a review: what is before the reviewer, what was, and what comes when a key is pressed. Pure, so that it can be tested. */
import type { VerdictValue } from '../../graphql/generated/graphql.ts';

export interface QueueItem {
  readonly id: string;
  /** The reviewer's verdict, as far as given here; null for a skipped one or one not judged yet. */
  readonly verdict: VerdictValue | null;
}

export interface QueueState {
  /** Everything that was shown, in order; the one on the page is at `position`. */
  readonly items: readonly QueueItem[];
  readonly position: number;
  /** `waiting`: the next one is under way. `finished`: there is none. */
  readonly phase: 'waiting' | 'judging' | 'judged' | 'finished';
}

export type QueueEvent =
  | { readonly type: 'arrived'; readonly id: string; readonly verdict: VerdictValue | null }
  | { readonly type: 'none_left' }
  | { readonly type: 'judge'; readonly value: VerdictValue }
  /** The verdict was not saved: back to where it was before. */
  | { readonly type: 'refused'; readonly id: string; readonly before: VerdictValue | null }
  | { readonly type: 'skip' }
  | { readonly type: 'next' }
  | { readonly type: 'back' }
  | { readonly type: 'again' };

export const START: QueueState = { items: [], position: 0, phase: 'waiting' };

export function reduceQueue(state: QueueState, event: QueueEvent): QueueState {
  const current = state.items[state.position];
  switch (event.type) {
    case 'arrived':
      if (state.phase !== 'waiting' || state.items.some(({ id }) => id === event.id)) return state;
      return {
        items: [...state.items, { id: event.id, verdict: event.verdict }],
        position: state.items.length,
        phase: 'judging',
      };
    case 'none_left':
      return state.phase === 'waiting'
        ? { ...state, position: state.items.length, phase: 'finished' }
        : state;
    case 'judge':
      if (!current || (state.phase !== 'judging' && state.phase !== 'judged')) return state;
      return { ...withVerdict(state, current.id, event.value), phase: 'judged' };
    case 'refused': {
      const restored = withVerdict(state, event.id, event.before);
      return current?.id === event.id && event.before === null ? { ...restored, phase: 'judging' } : restored;
    }
    case 'skip':
      return state.phase === 'judging' ? forward(state) : state;
    case 'next':
      return state.phase === 'judged' ? forward(state) : state;
    case 'back': {
      const position =
        state.phase === 'waiting' || state.phase === 'finished' ? state.items.length - 1 : state.position - 1;
      // What is gone back to is open for another verdict; its present one is shown.
      return position >= 0 ? { ...state, position, phase: 'judging' } : state;
    }
    case 'again': {
      const judged = state.items.filter(({ verdict }) => verdict !== null);
      return { items: judged, position: judged.length, phase: 'waiting' };
    }
  }
}

/** Completions the next one must not be: all that were shown. Skipped ones come again only when asked for. */
export function shownIds(state: QueueState): string[] {
  return state.items.map(({ id }) => id);
}

export function skippedCount(state: QueueState): number {
  return state.items.filter(
    ({ verdict }, index) => verdict === null && (state.phase === 'finished' || index !== state.position),
  ).length;
}

function forward(state: QueueState): QueueState {
  const position = state.position + 1;
  if (position >= state.items.length) return { ...state, position: state.items.length, phase: 'waiting' };
  return { ...state, position, phase: state.items[position]?.verdict ? 'judged' : 'judging' };
}

function withVerdict(state: QueueState, id: string, verdict: VerdictValue | null): QueueState {
  return { ...state, items: state.items.map((item) => (item.id === id ? { ...item, verdict } : item)) };
}
