/** @file What `nabla eval` measures: the options, put together with what the run was configured for, as one checked configuration. */
import path from 'node:path';

import { parseRunConfig, type PromptRecord, type RunConfig } from '@nabla/domain';
import { parse } from 'yaml';

import { CliError, EXIT } from './cliError.ts';

export interface EvalOptions {
  /** JSONL files of held-out prompts. */
  readonly prompts: readonly string[];
  /** Built-in tasks: a kind, or YAML. */
  readonly task: readonly string[];
  /** Reward components: a kind, or YAML; in the place of the run's. */
  readonly reward: readonly string[];
  readonly count?: number;
  readonly samples: number;
  readonly passAt: readonly number[];
  readonly temperature: number;
  readonly maxNewTokens?: number;
  readonly seed: number;
}

/** Completion tokens for a model that was not trained here. */
const USUAL_NEW_TOKENS = 128;
/** Prompts drawn of a built-in task. */
const USUAL_PROMPTS = 64;

/**
 * @param run of the checkpoint; null for a model that was not trained here.
 * @param base what only says which model it is, where there is no run.
 * @param brought prompts of the files, in the order of `options.prompts`.
 * @throws CliError naming the option and the reason.
 */
export function evaluationPlan(
  run: RunConfig | null,
  base: RunConfig,
  options: EvalOptions,
  brought: readonly (readonly PromptRecord[])[],
): RunConfig {
  const sets = [
    ...options.prompts.map((file, index) => ({
      name: setName(file),
      task: { kind: 'file', path: file },
      prompts: Math.min(options.count ?? Infinity, brought[index]?.length ?? 0),
    })),
    ...options.task.map((task) => {
      const value = kindOrYaml('--task', task);
      return { name: String(value.kind), task: value, prompts: options.count ?? USUAL_PROMPTS };
    }),
  ];
  const drawing = drawingOf(options);
  const chosen =
    sets.length > 0 ? distinct(sets).map((set) => ({ ...set, ...drawing })) : ownSets(run, options);
  const rewards = rewardsOf(run, options);
  const config = {
    ...base,
    seed: options.seed,
    rewards,
    evaluation: { everySteps: 1, sets: chosen },
    policyGradient: {
      ...base.policyGradient,
      maxNewTokens:
        options.maxNewTokens ?? (run === null ? USUAL_NEW_TOKENS : run.policyGradient.maxNewTokens),
    },
  };
  const parsed = parseRunConfig(config);
  if (parsed.ok) return parsed.config;
  throw new CliError(
    EXIT.usage,
    parsed.errors.map(({ path: at, message }) => `${optionOf(at, options)}: ${message}`).join('\n'),
  );
}

function drawingOf({ samples, passAt, temperature }: EvalOptions) {
  return { samples, passAt, temperature };
}

/** Those of the run's configuration; without any, other draws of its built-in task. */
function ownSets(run: RunConfig | null, options: EvalOptions): unknown[] {
  const drawing = drawingOf(options);
  if (run?.evaluation !== undefined) {
    const asked = options.samples > 1 || options.passAt.length > 0;
    const changes = {
      ...(asked ? drawing : {}),
      ...(options.count === undefined ? {} : { prompts: options.count }),
    };
    return run.evaluation.sets.map((set) => ({ ...set, ...changes }));
  }
  if (run === null || run.task.kind === 'file' || run.task.kind === 'prompt_set')
    throw new CliError(
      EXIT.usage,
      `say what to evaluate on: --prompts held-out.jsonl, or --task addition${run === null ? '' : ' (the run itself names no evaluation sets, and trained on prompts that somebody brought)'}`,
    );
  return [{ name: 'held_out', prompts: options.count ?? USUAL_PROMPTS, ...drawing }];
}

function rewardsOf(run: RunConfig | null, { reward }: EvalOptions): unknown[] {
  if (reward.length > 0)
    return reward.map((text) => {
      const value = kindOrYaml('--reward', text);
      return { name: value.kind, ...value };
    });
  if (run === null) return [{ kind: 'exact_match', name: 'exact' }];
  const given = run.rewards.find(({ kind }) => kind === 'function');
  if (given !== undefined)
    throw new CliError(
      EXIT.usage,
      `the run's reward "${given.name}" is a function given in code: choose what to evaluate by, for instance --reward exact_match`,
    );
  return run.rewards;
}

/** "math", or "{kind: numeric, tolerance: 0.01}". */
function kindOrYaml(option: string, text: string): Record<string, unknown> {
  if (/^[a-z_]+$/.test(text)) return { kind: text };
  let value: unknown;
  try {
    value = parse(text);
  } catch (cause) {
    throw new CliError(EXIT.usage, `${option} ${text}: not YAML: ${String(cause)}`, { cause });
  }
  if (typeof value === 'object' && value !== null && 'kind' in value) return { ...value };
  throw new CliError(EXIT.usage, `${option} ${text}: give a kind, or settings with one: '{kind: …}'`);
}

/** "data/Held-out 1.jsonl" to "held_out_1": names of sets are parts of names of metrics. */
export function setName(file: string): string {
  const name = path
    .basename(file, path.extname(file))
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[^a-z]+|_+$/g, '')
    .slice(0, 36);
  return name === '' ? 'prompts' : name;
}

function distinct<Set extends { name: string }>(sets: readonly Set[]): Set[] {
  const seen = new Map<string, number>();
  return sets.map((set) => {
    const before = seen.get(set.name) ?? 0;
    seen.set(set.name, before + 1);
    return before === 0 ? set : { ...set, name: `${set.name}_${before + 1}` };
  });
}

/** Where on the command line an error of the configuration comes from. */
function optionOf(at: readonly string[], options: EvalOptions): string {
  const [section, second, index, ...rest] = at;
  if (section === 'rewards')
    return options.reward.length > 0 ? `--reward ${at.slice(2).join('.')}` : at.join('.');
  if (section === 'policyGradient' && second === 'maxNewTokens') return '--max-new-tokens';
  if (section === 'evaluation' && second === 'sets' && index !== undefined) {
    const [field = ''] = rest;
    const option = {
      passAt: '--pass-at',
      samples: '--samples',
      prompts: '--count',
      temperature: '--temperature',
    }[field];
    if (option !== undefined) return option;
    if (field === 'task') return `--task ${rest.slice(1).join('.')}`.trim();
  }
  return at.join('.');
}
