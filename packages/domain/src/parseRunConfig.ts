/** @file From what a person wrote to a validated configuration, or to errors with path and reason. */
import { parseDocument, stringify } from 'yaml';
import type { z } from 'zod';
import { BOUNDS } from './bounds.ts';
import { parameterCount } from './parameterCount.ts';
import { type PolicyGradientConfig, type RunConfig, aggregationOf, runConfigSchema } from './runConfig.ts';

export interface ConfigError {
  /** Path into the configuration, for instance ['policyGradient', 'groupSize']. Empty for the whole text. */
  readonly path: readonly string[];
  readonly message: string;
}
export type ConfigResult =
  | { readonly ok: true; readonly config: RunConfig }
  | { readonly ok: false; readonly errors: readonly ConfigError[] };

const MAX_ALIASES = 100;

/** Validates a value against the schema and the bounds that need the whole configuration. */
export function parseRunConfig(value: unknown): ConfigResult {
  const parsed = runConfigSchema.safeParse(value);
  if (!parsed.success)
    return {
      ok: false,
      errors: parsed.error.issues.map((issue) => ({ path: issue.path.map(String), message: wording(issue) })),
    };
  const parameters = parameterCount(parsed.data.model);
  if (parameters > BOUNDS.maxParameters)
    return {
      ok: false,
      errors: [
        {
          path: ['model'],
          message: `the model would have ${parameters.toLocaleString('en')} parameters; the bound is ${BOUNDS.maxParameters.toLocaleString('en')}`,
        },
      ],
    };
  return { ok: true, config: parsed.data };
}

/** The same for YAML (or JSON) text; syntax errors carry line and column. */
export function parseRunConfigYaml(text: string): ConfigResult {
  const document = parseDocument(text, { uniqueKeys: true });
  if (document.errors.length > 0)
    return {
      ok: false,
      errors: document.errors.slice(0, 1).map((error) => ({ path: [], message: firstLine(error.message) })),
    };
  try {
    return parseRunConfig(document.toJS({ maxAliasCount: MAX_ALIASES }));
  } catch (error) {
    // The yaml library throws a ReferenceError for aliases that lead nowhere or multiply beyond the limit.
    if (!(error instanceof ReferenceError)) throw error;
    return {
      ok: false,
      errors: [{ path: [], message: `aliases: ${error.message} (the bound is ${MAX_ALIASES})` }],
    };
  }
}

/** What zod says, in words for whoever writes configurations. */
function wording(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type' && issue.message.endsWith('received undefined'))
    return `is missing: give ${issue.expected === 'object' ? 'a section with settings' : `a ${issue.expected}`}`;
  return issue.message;
}

/** The yaml library draws the place below its first line; what follows an error is mostly its echo, so one is enough. */
function firstLine(message: string): string {
  return (message.split('\n')[0] ?? message).replace(/:$/, '');
}

/** The configuration as YAML, in the schema's order. */
export function runConfigToYaml(config: unknown): string {
  return stringify(config, { lineWidth: 100 });
}

/** What somebody who chose these settings should know: measured or proven biases, in a sentence each. */
export function configNotes(config: RunConfig): string[] {
  const notes: string[] = [];
  const pg: PolicyGradientConfig = config.policyGradient;
  if (pg.advantage === 'group_mean')
    notes.push(
      `group_mean subtracts a mean that contains the completion itself: its expected gradient is (G−1)/G = ${((pg.groupSize - 1) / pg.groupSize).toFixed(3)} of the exact one.`,
    );
  if (pg.advantage === 'group_norm')
    notes.push(
      'group_norm divides by the group’s standard deviation: prompts of low spread weigh more than in ∇J (a biased, usually helpful choice).',
    );
  if (pg.advantage === 'batch_mean')
    notes.push(
      `batch_mean subtracts a mean that contains the completion itself: its expected gradient is (B−1)/B of the exact one.`,
    );
  if (pg.advantage === 'none')
    notes.push('Without a baseline the estimate is unbiased but of high variance.');
  const aggregation = aggregationOf(pg);
  if (aggregation === 'sequence_mean')
    notes.push(
      'sequence_mean divides each completion’s gradient by its length: short right answers weigh more (biased against ∇J).',
    );
  if (aggregation === 'token_mean')
    notes.push(
      'token_mean divides by the number of tokens in the batch: proportional to ∇J per step, by a factor that varies with length.',
    );
  if (aggregation === 'constant') notes.push('constant is ∇J scaled by 1/maxNewTokens.');
  if (pg.kl.beta > 0 && (pg.advantage === 'group_mean' || pg.advantage === 'batch_mean'))
    notes.push(
      `${pg.advantage} scales the reward's part of the gradient down but not the KL penalty's: against ∇(J − βKL) the penalty weighs ${pg.advantage === 'group_mean' ? 'G/(G−1)' : 'B/(B−1)'} times as much.`,
    );
  if (pg.innerEpochs > 1)
    notes.push(
      'From the second inner epoch on the completions are off-policy; the clipped ratio bounds, but does not remove, the bias.',
    );
  return notes;
}
