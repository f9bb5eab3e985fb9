'use client';
import { type FormEvent, useCallback, useEffect, useId, useMemo, useState } from 'react';
import { Button } from '../../ui/Button.tsx';
import { Input } from '../../ui/Field.tsx';
import { useUrlState } from '../../ui/useUrlState.ts';
import styles from './charts.module.css';
import { Slider } from './Slider.tsx';
import type { ChartSettings } from './ChartsProvider.tsx';
import type { StepRange } from './seriesStore.ts';
import { readRange, writeRange } from './stepRange.ts';

/** Smoothing and zoom of a page's charts, as they stand in its address (`smooth`, `steps`). */
export function useChartSettings(): ChartSettings & { readonly setSmoothing: (weight: number) => void } {
  const { get, set } = useUrlState();
  const weight = Number(get('smooth') ?? 0);
  const smoothing = weight > 0 && weight <= MAX_SMOOTHING ? weight : 0;
  const steps = get('steps');
  const range = useMemo(() => readRange(steps), [steps]);
  const setRange = useCallback((next: StepRange | null) => set({ steps: next && writeRange(next) }), [set]);
  const setSmoothing = useCallback((value: number) => set({ smooth: value === 0 ? null : value }), [set]);
  return useMemo(
    () => ({ smoothing, range, setRange, setSmoothing }),
    [smoothing, range, setRange, setSmoothing],
  );
}

const MAX_SMOOTHING = 0.99;
/** Positions of the slider: evenly spread in the length of the average's memory, 1 / (1 − weight) steps. */
const WEIGHTS = [0, 0.3, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.98, MAX_SMOOTHING];

/** Controls of all charts on the page. Dragging over a chart sets the same steps. */
export function ChartToolbar({ settings }: { readonly settings: ReturnType<typeof useChartSettings> }) {
  const { smoothing, range, setRange, setSmoothing } = settings;
  const id = useId();
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const text = range ? writeRange(range) : '-';
  useEffect(() => {
    const [first = '', last = ''] = text.split('-');
    setFrom(first);
    setTo(last);
  }, [text]);
  const position = Math.max(
    0,
    WEIGHTS.findLastIndex((weight) => weight <= smoothing),
  );
  const apply = (event: FormEvent): void => {
    event.preventDefault();
    setRange(readRange(`${from.trim()}-${to.trim()}`));
  };
  return (
    <form className={styles.toolbar} onSubmit={apply} aria-label="Charts">
      <label className={styles.control} htmlFor={`${id}-smooth`}>
        Smoothing
        <Slider
          id={`${id}-smooth`}
          className={styles.slider}
          min={0}
          max={WEIGHTS.length - 1}
          step={1}
          value={position}
          aria-valuetext={smoothing === 0 ? 'off' : String(smoothing)}
          onChange={(event) => setSmoothing(WEIGHTS[Number(event.target.value)] ?? 0)}
        />
        <output className={styles.weight}>{smoothing === 0 ? 'off' : smoothing.toFixed(2)}</output>
      </label>
      <span className={styles.control}>
        <label htmlFor={`${id}-from`}>Steps</label>
        <Input
          id={`${id}-from`}
          inputSize="sm"
          inputMode="numeric"
          pattern="[0-9]*"
          placeholder="first"
          className={styles.stepInput}
          value={from}
          onChange={(event) => setFrom(event.target.value)}
          onBlur={apply}
        />
        <span aria-hidden>–</span>
        <Input
          aria-label="Last step"
          inputSize="sm"
          inputMode="numeric"
          pattern="[0-9]*"
          placeholder="last"
          className={styles.stepInput}
          value={to}
          onChange={(event) => setTo(event.target.value)}
          onBlur={apply}
        />
        <button type="submit" className="visually-hidden">
          Show these steps
        </button>
      </span>
      {range && (
        <Button size="sm" variant="ghost" onClick={() => setRange(null)}>
          Show all steps
        </Button>
      )}
    </form>
  );
}
