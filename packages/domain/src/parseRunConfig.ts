/** @file From what a person wrote to a validated configuration, or to errors with path and reason. */
import { parseDocument, stringify } from 'yaml';
import type { z } from 'zod';
import { BOUNDS } from './bounds.ts';
import { parameterCount } from './parameterCount.ts';
import { type RunConfig, runConfigSchema } from './config/runConfig.ts';
import { expandShorthand } from './expandShorthand.ts';

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
  const expanded = expandShorthand(value);
  if (expanded.errors.length > 0) return { ok: false, errors: expanded.errors };
  const parsed = runConfigSchema.safeParse(expanded.value);
  if (!parsed.success)
    return {
      ok: false,
      errors: parsed.error.issues.map((issue) => ({ path: issue.path.map(String), message: wording(issue) })),
    };
  const { model } = parsed.data;
  const parameters = model.kind === 'scratch' ? parameterCount(model) : 0;
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
  if (issue.code === 'invalid_union' && 'options' in issue && Array.isArray(issue.options))
    return `must be one of ${issue.options.join(', ')}`;
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
