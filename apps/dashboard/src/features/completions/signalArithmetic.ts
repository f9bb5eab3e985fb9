/** @file Why a completion was pushed up or down: the numbers of its signal, spelled out and checked against what the trainer recorded. */
import type { Advantage, KlPlacement } from '@nabla/domain';

export interface ScoredCompletion {
  readonly reward: number | null;
  readonly rewards: readonly {
    readonly name: string;
    readonly value: number | null;
    /** After clipping and normalising; absent where nothing of it was recorded. */
    readonly used?: number | null;
    readonly weight: number;
  }[];
  readonly advantage: number | null;
  readonly signal: number | null;
  readonly kl: number | null;
}

/** How the run turns rewards into a signal. */
export interface SignalRule {
  readonly advantage: Advantage;
  readonly beta: number;
  /** Of advantage constant. */
  readonly baseline: number;
  /** Where the KL penalty acts. */
  readonly placement: KlPlacement;
  /** β changes from step to step. */
  readonly adaptive: boolean;
}

/** One equation: `left` = `terms` = `value`. Terms are shown as they stand. */
export interface Equation {
  readonly left: 'reward' | 'advantage' | 'signal';
  /** The rule in symbols, for instance "r − mean of the other 7". */
  readonly rule: string;
  /** Operands in order, with the operator that precedes each ('' for the first). */
  readonly terms: readonly Term[];
  readonly value: number;
}
export interface Term {
  readonly operator: '' | '+' | '−' | '×' | '÷';
  readonly value: number;
  readonly label: string;
  /** Opens or closes a bracket around what stands from here on, or up to here. */
  readonly bracket?: 'open' | 'close';
}

/** The trainer computes in float32; what it recorded may differ from our float64 by this much, relative to the numbers' size. */
const FLOAT32_TOLERANCE = 1e-4;
/** Added to the group's standard deviation by group_norm (GRPO). */
const GROUP_NORM_EPSILON = 1e-4;

/**
 * The equations that lead from the reward components to the signal, those only whose result is what was recorded: a run of another
 * trainer, or a group that is not known in full, gives fewer.
 * @param groupRewards rewards of all completions of the same prompt and step, this one included; null where one could not be computed.
 */
export function signalEquations(
  completion: ScoredCompletion,
  groupRewards: readonly (number | null)[],
  rule: SignalRule | null,
): Equation[] {
  const equations: Equation[] = [];
  const { reward, advantage, signal } = completion;
  const sum = rewardEquation(completion);
  if (sum) equations.push(sum);
  if (rule && reward !== null && advantage !== null) {
    const equation = advantageEquation(reward, advantage, groupRewards, rule);
    if (equation && agrees(equation.value, advantage, reward))
      equations.push({ ...equation, value: advantage });
  }
  const last = rule === null ? null : signalEquation(completion, rule);
  if (last !== null && signal !== null && agrees(last.value, signal, advantage ?? 1))
    equations.push({ ...last, value: signal });
  return equations;
}

/** The signal of the whole completion; one that differs from token to token has no equation here. */
function signalEquation({ advantage, signal, kl }: ScoredCompletion, rule: SignalRule): Equation | null {
  if (advantage === null || signal === null) return null;
  const terms: Term[] = [{ operator: '', value: advantage, label: 'advantage' }];
  const plain = (why: string): Equation => ({
    left: 'signal',
    rule: `advantage${why}`,
    terms,
    value: advantage,
  });
  if (rule.beta === 0) return plain(' (β is 0: no KL penalty)');
  if (rule.placement === 'loss' || rule.placement === 'ratio_loss')
    return plain(' (the KL penalty is a term of the loss)');
  if (rule.placement !== 'signal') return null;
  if (kl === null) return plain('');
  // An adaptive β is not at hand, but recorded: it is what the KL was multiplied by.
  const beta = rule.adaptive && kl !== 0 ? (advantage - signal) / kl : rule.beta;
  terms.push(
    { operator: '−', value: beta, label: rule.adaptive ? 'β of this step' : 'β' },
    { operator: '×', value: kl, label: 'KL' },
  );
  return { left: 'signal', rule: 'advantage − β · KL', terms, value: advantage - beta * kl };
}

/** What the update did, against what the signal asked for. */
export type Movement = 'with' | 'against' | 'still' | 'no_signal';

/**
 * Changes of log-probability below this (nats) count as none: a tenth of a percent in probability, and the last decimal shown.
 */
export const STILL_NATS = 1e-3;

/** Whether the update moved the completion's probability the way its signal points. */
export function movementOf(signal: number | null, deltaLogp: number | null): Movement | null {
  if (signal === null || deltaLogp === null) return null;
  if (Math.abs(signal) < 1e-6) return 'no_signal';
  if (Math.abs(deltaLogp) < STILL_NATS) return 'still';
  return Math.sign(signal) === Math.sign(deltaLogp) ? 'with' : 'against';
}

function rewardEquation({ reward, rewards }: ScoredCompletion): Equation | null {
  if (reward === null || rewards.length === 0) return null;
  const terms: Term[] = [];
  let value = 0;
  for (const component of rewards) {
    if (component.value === null) return null;
    const used = component.used ?? component.value;
    value += component.weight * used;
    const operator = terms.length === 0 ? '' : '+';
    const label = used === component.value ? component.name : `${component.name}, as used`;
    // A weight of 1 is not worth its place.
    if (component.weight === 1) terms.push({ operator, value: used, label });
    else
      terms.push(
        { operator, value: component.weight, label: 'weight' },
        { operator: '×', value: used, label },
      );
  }
  return agrees(value, reward, 1)
    ? {
        left: 'reward',
        rule: rewards.length === 1 ? 'its one component' : 'Σ weight · component',
        terms,
        value: reward,
      }
    : null;
}

function advantageEquation(
  reward: number,
  recorded: number,
  groupRewards: readonly (number | null)[],
  rule: SignalRule,
): Equation | null {
  const known = groupRewards.filter((value) => value !== null);
  const r: Term = { operator: '', value: reward, label: 'reward' };
  const total = known.reduce((sum, value) => sum + value, 0);
  const mean = total / known.length;
  switch (rule.advantage) {
    case 'none':
      return { left: 'advantage', rule: 'reward (no baseline)', terms: [r], value: reward };
    case 'constant':
      return {
        left: 'advantage',
        rule: 'reward − baseline',
        terms: [r, { operator: '−', value: rule.baseline, label: 'baseline' }],
        value: reward - rule.baseline,
      };
    case 'ema':
      // The running mean before this step is not at hand, but recorded: it is what was subtracted.
      return {
        left: 'advantage',
        rule: 'reward − running mean of the steps before',
        terms: [r, { operator: '−', value: reward - recorded, label: 'running mean' }],
        value: recorded,
      };
    // The scale of the batch, or the values of the tokens, are not at hand: the recorded advantage stands for itself.
    case 'batch_norm':
    case 'gae':
      return null;
    case 'batch_mean':
      // The mean of the batch is not at hand, but recorded: it is what was subtracted.
      return {
        left: 'advantage',
        rule: 'reward − mean of the batch',
        terms: [r, { operator: '−', value: reward - recorded, label: 'batch mean' }],
        value: recorded,
      };
    case 'rloo': {
      if (known.length < 2) return null;
      const others = (total - reward) / (known.length - 1);
      return {
        left: 'advantage',
        rule: `reward − mean of the other ${known.length - 1}`,
        terms: [r, { operator: '−', value: others, label: `mean of the other ${known.length - 1}` }],
        value: reward - others,
      };
    }
    case 'group_mean':
      if (known.length < 1) return null;
      return {
        left: 'advantage',
        rule: 'reward − mean of the group',
        terms: [r, { operator: '−', value: mean, label: 'group mean' }],
        value: reward - mean,
      };
    case 'group_norm': {
      if (known.length < 2) return null;
      const deviation = Math.sqrt(
        known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (known.length - 1),
      );
      return {
        left: 'advantage',
        rule: '(reward − mean of the group) ÷ its standard deviation',
        terms: [
          { ...r, bracket: 'open' },
          { operator: '−', value: mean, label: 'group mean', bracket: 'close' },
          { operator: '÷', value: deviation + GROUP_NORM_EPSILON, label: 'group std' },
        ],
        value: (reward - mean) / (deviation + GROUP_NORM_EPSILON),
      };
    }
  }
}

function agrees(computed: number, recorded: number, scale: number): boolean {
  return (
    Math.abs(computed - recorded) <= FLOAT32_TOLERANCE * Math.max(1, Math.abs(recorded), Math.abs(scale))
  );
}
