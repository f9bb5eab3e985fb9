import { describe, expect, it } from 'vitest';
import { type QueueEvent, START, reduceQueue, shownIds, skippedCount } from './reviewQueue.ts';

const run = (...events: QueueEvent[]) => events.reduce(reduceQueue, START);
const arrived = (id: string): QueueEvent => ({ type: 'arrived', id, verdict: null });
const good: QueueEvent = { type: 'judge', value: 'GOOD' };

describe('reduceQueue', () => {
  it('shows one, takes the verdict, and waits for the next', () => {
    expect(run(arrived('a'))).toMatchObject({ phase: 'judging', position: 0 });
    expect(run(arrived('a'), good)).toMatchObject({ phase: 'judged', items: [{ id: 'a', verdict: 'GOOD' }] });
    expect(run(arrived('a'), good, { type: 'next' })).toMatchObject({ phase: 'waiting', position: 1 });
  });

  it('does not go on before a verdict, and does not skip after one', () => {
    expect(run(arrived('a'), { type: 'next' }).phase).toBe('judging');
    expect(run(arrived('a'), good, { type: 'skip' }).phase).toBe('judged');
  });

  it('rolls a refused verdict back where it was given', () => {
    const state = run(arrived('a'), good, { type: 'refused', id: 'a', before: null });
    expect(state).toMatchObject({ phase: 'judging', items: [{ id: 'a', verdict: null }] });
  });

  it('rolls back a verdict that is refused only after the reviewer has gone on, without pulling them back', () => {
    const state = run(arrived('a'), good, { type: 'next' }, arrived('b'), {
      type: 'refused',
      id: 'a',
      before: null,
    });
    expect(state).toMatchObject({
      phase: 'judging',
      position: 1,
      items: [{ id: 'a', verdict: null }, { id: 'b' }],
    });
    expect(skippedCount(state)).toBe(1);
  });

  it('goes back to the last one, lets it be judged anew, and comes forward to where it was', () => {
    const back = run(arrived('a'), good, { type: 'next' }, arrived('b'), { type: 'back' });
    expect(back).toMatchObject({
      phase: 'judging',
      position: 0,
      items: [{ id: 'a', verdict: 'GOOD' }, { id: 'b' }],
    });
    const again = reduceQueue(reduceQueue(back, { type: 'judge', value: 'BAD' }), { type: 'next' });
    expect(again).toMatchObject({
      phase: 'judging',
      position: 1,
      items: [{ id: 'a', verdict: 'BAD' }, { id: 'b' }],
    });
  });

  it('goes back from the end, and stays at the beginning', () => {
    expect(run(arrived('a'), good, { type: 'next' }, { type: 'none_left' }, { type: 'back' })).toMatchObject({
      phase: 'judging',
      position: 0,
    });
    expect(run(arrived('a'), { type: 'back' })).toMatchObject({ phase: 'judging', position: 0 });
  });

  it('never shows one twice by itself; skipped ones come again when asked for', () => {
    const end = run(
      arrived('a'),
      { type: 'skip' },
      arrived('b'),
      good,
      { type: 'next' },
      { type: 'none_left' },
    );
    expect(end.phase).toBe('finished');
    expect(shownIds(end)).toEqual(['a', 'b']);
    expect(skippedCount(end)).toBe(1);
    const again = reduceQueue(end, { type: 'again' });
    expect(shownIds(again)).toEqual(['b']);
    expect(again.phase).toBe('waiting');
  });

  it('ignores an answer that comes twice or too late', () => {
    expect(run(arrived('a'), arrived('a')).items).toHaveLength(1);
    expect(run(arrived('a'), { type: 'none_left' }).phase).toBe('judging');
  });
});
