/** @file Equally wide step buckets over a series: what a chart shows when there are more points than pixels. */
import { summarise, type Points, type Summary } from './points.ts';

/** A series as columns of equal length. Raw points have min = max = mean = last. */
export type Columns = { steps: number[]; min: number[]; max: number[]; mean: number[]; last: number[] };

export type Buckets = {
  /** The bucket of a step. */
  indexOf(step: number): number;
  /** Adds points: steps ascending, all inside the buckets' range, none added before. */
  addPoints(points: Points): void;
  /** Adds what is known of points that all lie in one bucket and end at `lastStep`. */
  addSummary(lastStep: number, summary: Summary): void;
  /** One entry per bucket that has points; its step is the last one in it, so that a curve ends where the run is. */
  columns(): Columns & { pointCount: number };
};

/** At most `count` buckets of one width (a whole number of steps) from `minStep` to `maxStep`, both included. */
export function makeBuckets(minStep: number, maxStep: number, count: number): Buckets {
  const width = Math.max(1, Math.ceil((maxStep - minStep + 1) / count));
  const filled: ((Summary & { step: number }) | undefined)[] = [];
  const indexOf = (step: number) => Math.floor((step - minStep) / width);

  function addSummary(lastStep: number, summary: Summary): void {
    const bucket = filled[indexOf(lastStep)];
    if (bucket === undefined) {
      filled[indexOf(lastStep)] = { ...summary, step: lastStep };
      return;
    }
    bucket.count += summary.count;
    bucket.sum += summary.sum;
    bucket.min = Math.min(bucket.min, summary.min);
    bucket.max = Math.max(bucket.max, summary.max);
    if (lastStep > bucket.step) {
      bucket.step = lastStep;
      bucket.last = summary.last;
    }
  }

  return {
    indexOf,
    addSummary,
    addPoints: ({ steps, values }) => {
      let from = 0;
      while (from < steps.length) {
        const index = indexOf(steps[from] ?? 0);
        let to = from + 1;
        while (to < steps.length && indexOf(steps[to] ?? 0) === index) to += 1;
        const part = { steps: steps.subarray(from, to), values: values.subarray(from, to) };
        addSummary(steps[to - 1] ?? 0, summarise(part));
        from = to;
      }
    },
    columns: () => {
      const columns: Columns = { steps: [], min: [], max: [], mean: [], last: [] };
      let pointCount = 0;
      for (const bucket of filled) {
        if (bucket === undefined) continue;
        columns.steps.push(bucket.step);
        columns.min.push(bucket.min);
        columns.max.push(bucket.max);
        columns.mean.push(bucket.sum / bucket.count);
        columns.last.push(bucket.last);
        pointCount += bucket.count;
      }
      return { ...columns, pointCount };
    },
  };
}

/** Points as they are. */
export function rawColumns({ steps, values }: Points): Columns {
  const column = Array.from(values);
  return { steps: Array.from(steps), min: column, max: column, mean: column, last: column };
}
