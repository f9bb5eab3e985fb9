/** @file What a person at a terminal sees of a run: one living line, or plain lines where the output is no terminal. */
import type { StepResult } from '../stepResult.ts';

export interface ProgressOutput {
  readonly isTTY: boolean;
  readonly columns: number;
  write(text: string): void;
}

/** Between plain lines. */
const PLAIN_EVERY_MS = 2000;
/** Weight of the newest step in the mean time of a step. */
const NEWEST = 0.1;

export class Progress {
  readonly #output: ProgressOutput;
  readonly #now: () => number;
  #total = 0;
  #lastAt: number | undefined;
  #stepMs: number | undefined;
  #printedAt = Number.NEGATIVE_INFINITY;
  #living = false;

  constructor(output: ProgressOutput, now: () => number = () => performance.now()) {
    this.#output = output;
    this.#now = now;
  }

  start(at: { step: number; totalSteps: number }): void {
    this.#total = at.totalSteps;
    this.#lastAt = this.#now();
    if (at.step > 0) this.say(`resuming after step ${at.step} of ${at.totalSteps}`);
  }

  /** @param waitingRecords records that the server has not yet. */
  step(result: StepResult, waitingRecords = 0): void {
    const now = this.#now();
    if (this.#lastAt !== undefined) {
      const took = now - this.#lastAt;
      this.#stepMs = this.#stepMs === undefined ? took : this.#stepMs + NEWEST * (took - this.#stepMs);
    }
    this.#lastAt = now;
    const evaluation = describeEvaluation(result);
    if (evaluation !== null) this.say(evaluation);
    const line = describeStep(result, this.#total, this.#stepMs, waitingRecords);
    if (this.#output.isTTY) {
      this.#output.write(`\r\u001B[K${line.slice(0, Math.max(20, this.#output.columns - 1))}`);
      this.#living = true;
    } else if (now - this.#printedAt >= PLAIN_EVERY_MS || result.step === this.#total) {
      this.#printedAt = now;
      this.#output.write(`${line}\n`);
    }
  }

  /** A line that stays. */
  say(message: string): void {
    this.#output.write(`${this.#living ? '\r\u001B[K' : ''}${message}\n`);
    this.#living = false;
  }
}

/** "step 12/450  reward 0.710  signal 0.380  2,310 tokens/s  1m 20s left": what there is of it. */
export function describeStep(
  result: StepResult,
  total: number,
  stepMs: number | undefined,
  waitingRecords: number,
): string {
  const { metrics } = result;
  const parts = [`step ${result.step}/${total}`, result.stage === 'WARM_UP' ? 'warm-up' : 'policy gradient'];
  const add = (name: string, label: string, format: (value: number) => string): void => {
    const value = metrics.get(name);
    if (value !== undefined) parts.push(`${label} ${format(value)}`.trim());
  };
  const fixed = (value: number): string => value.toFixed(3);
  add('reward/mean', 'reward', fixed);
  if ((metrics.get('reward/null_fraction') ?? 0) > 0) add('reward/null_fraction', 'null', percent);
  add('signal/std', 'signal', fixed);
  add('sft/loss', 'loss', fixed);
  add('sft/token_accuracy', 'accuracy', fixed);
  add('throughput/completion_tokens_per_s', '', tokensPerSecond);
  if (!metrics.has('throughput/completion_tokens_per_s'))
    add('throughput/train_tokens_per_s', '', tokensPerSecond);
  if (stepMs !== undefined && result.step < total)
    parts.push(`${duration((total - result.step) * stepMs)} left`);
  if (waitingRecords > 10) parts.push(`${waitingRecords} records wait for the server`);
  return parts.join('  ');
}

/** "step 50  held_out: accuracy 0.531, reward 0.604 ± 0.081, pass@4 0.720": of a step that was evaluated after, else null. */
function describeEvaluation({ step, metrics }: StepResult): string | null {
  const sets = new Map<string, Map<string, number>>();
  for (const [name, value] of metrics) {
    const [, set, statistic] = /^eval\/([^/]+)\/(.+)$/.exec(name) ?? [];
    if (set === undefined || statistic === undefined) continue;
    sets.set(set, (sets.get(set) ?? new Map<string, number>()).set(statistic, value));
  }
  if (sets.size === 0) return null;
  const described = [...sets].map(([set, statistics]) => {
    const parts = [...statistics].flatMap(([statistic, value]) => {
      if (statistic === 'reward_ci95' || statistic === 'length_mean') return [];
      const halfWidth = statistics.get('reward_ci95');
      if (statistic === 'reward_mean')
        return [`reward ${value.toFixed(3)}${halfWidth === undefined ? '' : ` ± ${halfWidth.toFixed(3)}`}`];
      return [`${statistic.replace(/^pass_at_/, 'pass@')} ${value.toFixed(3)}`];
    });
    return `${set}: ${parts.join(', ')}`;
  });
  return `step ${step}  ${described.join('; ')}`;
}

/** Never 0: what is shown is there. */
function percent(fraction: number): string {
  return `${Math.max(1, Math.round(fraction * 100))} %`;
}

function tokensPerSecond(value: number): string {
  return `${Math.round(value).toLocaleString('en')} tokens/s`;
}

/** "45s", "1m 20s", "2h 5m". */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${seconds % 60}s`;
  return `${Math.floor(seconds / 3600)}h ${Math.floor((seconds % 3600) / 60)}m`;
}
