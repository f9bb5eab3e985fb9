'use client';
import { ChevronLeft, ChevronRight, Radio } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import { Button, IconButton } from '../../ui/Button.tsx';
import { Input } from '../../ui/Field.tsx';
import { useHotkeys } from '../../ui/useHotkeys.ts';
import { lowerBound, nearestIndex } from '../charts/seriesColumns.ts';
import { Slider } from '../charts/Slider.tsx';
import styles from './completions.module.css';

/** Chooses among the steps that have completions. `[` and `]` go back and forth, `l` follows the latest. */
export function StepScrubber({
  steps,
  step,
  following,
  live,
  onChange,
  action,
}: {
  readonly steps: readonly number[];
  readonly step: number;
  readonly following: boolean;
  readonly live: boolean;
  readonly onChange: (step: number | null) => void;
  readonly action?: ReactNode;
}) {
  const index = nearestIndex(steps, step);
  const [text, setText] = useState(String(step));
  useEffect(() => setText(String(step)), [step]);
  const goTo = (target: number): void => {
    const chosen = steps[Math.min(Math.max(target, 0), steps.length - 1)];
    if (chosen !== undefined && chosen !== step) onChange(chosen);
  };
  const apply = (): void => {
    const wanted = Number(text);
    const at = nearestIndex(steps, wanted);
    if (text.trim() !== '' && Number.isFinite(wanted) && at >= 0 && wanted !== step) goTo(at);
    else setText(String(step));
  };
  const follow = (): void => onChange(null);
  const before = lowerBound(steps, step) - 1;
  const after = lowerBound(steps, step + 1);
  useHotkeys({ '[': () => goTo(before), ']': () => goTo(after), l: follow });
  return (
    <div className={styles.scrubber}>
      <IconButton
        label="Earlier step"
        shortcut="["
        size="sm"
        disabled={before < 0}
        onClick={() => goTo(before)}
      >
        <ChevronLeft size={16} aria-hidden />
      </IconButton>
      <Slider
        className={styles.slider}
        aria-label="Step"
        aria-valuetext={`step ${step}`}
        min={0}
        max={Math.max(steps.length - 1, 1)}
        value={Math.max(index, 0)}
        disabled={steps.length < 2}
        onChange={(event) => goTo(Number(event.target.value))}
      />
      <IconButton
        label="Later step"
        shortcut="]"
        size="sm"
        disabled={after >= steps.length}
        onClick={() => goTo(after)}
      >
        <ChevronRight size={16} aria-hidden />
      </IconButton>
      <label className={styles.stepField}>
        Step
        <Input
          inputSize="sm"
          inputMode="numeric"
          className={styles.stepInput}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onBlur={apply}
          onKeyDown={(event) => {
            if (event.key === 'Enter') apply();
          }}
        />
        <span className={styles.of}>of {steps.at(-1)?.toLocaleString('en') ?? 0}</span>
      </label>
      <Button
        size="sm"
        aria-pressed={following}
        className={following ? styles.following : undefined}
        icon={live ? <Radio size={13} aria-hidden /> : undefined}
        onClick={follow}
      >
        {live ? (following ? 'Following the latest' : 'Follow the latest') : 'Latest'}
      </Button>
      {action}
    </div>
  );
}
