import { describe, expect, it } from 'vitest';
import { type Descendant, forkAlignment } from './forkAlignment.ts';

/** @param origins number and step of the parent, its parent, and so on. */
const run = (number: number, ...origins: [number, number][]): Descendant => ({
  id: `run_${number}`,
  number,
  lineage: origins.map(([parent, step]) => ({ step, run: { id: `run_${parent}`, number: parent } })),
});
const shifts = (...runs: Descendant[]) => Object.fromEntries(forkAlignment(runs)?.shifts ?? []);

describe('forkAlignment', () => {
  it('moves a fork to where it left its parent', () => {
    expect(shifts(run(1), run(2, [1, 80]))).toEqual({ run_2: 80 });
    expect(forkAlignment([run(2, [1, 80]), run(1)])?.axis).toMatch(/^Steps of #1;/);
  });

  it('adds up the steps along the chain, also through runs that are not compared', () => {
    // 3 began after step 20 of 2, which began after step 80 of 1.
    expect(shifts(run(1), run(3, [2, 20], [1, 80]))).toEqual({ run_3: 100 });
    expect(shifts(run(1), run(2, [1, 80]), run(3, [2, 20], [1, 80]))).toEqual({ run_2: 80, run_3: 100 });
  });

  it('counts from the nearest common origin, compared or not', () => {
    // The parent is itself a fork: its own steps are the axis.
    expect(shifts(run(2, [1, 80]), run(3, [2, 20], [1, 80]))).toEqual({ run_3: 20 });
    // Two forks of a run that is not compared.
    const siblings = [run(4, [1, 50]), run(5, [1, 80])];
    expect(shifts(...siblings)).toEqual({ run_4: 50, run_5: 80 });
    expect(forkAlignment(siblings)?.axis).toMatch(/^Steps of #1;/);
  });

  it('leaves alone what has no relative beside it', () => {
    expect(forkAlignment([run(2, [1, 80]), run(7)])).toBeNull();
    expect(forkAlignment([run(1), run(7)])).toBeNull();
    expect(shifts(run(1), run(2, [1, 80]), run(9, [8, 30]))).toEqual({ run_2: 80 });
    expect(forkAlignment([run(1), run(2, [1, 80]), run(9)])?.axis).toMatch(/^Steps; forks/);
  });

  it('has nothing to move without runs', () => {
    expect(forkAlignment([])).toBeNull();
  });
});
