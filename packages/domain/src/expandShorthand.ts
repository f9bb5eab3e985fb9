/** @file Shorthand that people write, spelled out before the schema sees it: the schema itself knows one way to say a thing. */
import { ESTIMATOR_PRESETS, ESTIMATOR_PRESET_NAMES } from './estimatorPresets.ts';

export interface Shorthand {
  readonly value: unknown;
  readonly errors: readonly { readonly path: readonly string[]; readonly message: string }[];
}

/**
 * - `model` without `kind` is one from scratch.
 * - `tokenizer` is the model's own for a Hugging Face model.
 * - `policyGradient.preset` becomes the choices it stands for; what is written beside it wins.
 */
export function expandShorthand(value: unknown): Shorthand {
  if (!isRecord(value)) return { value, errors: [] };
  const expanded: Record<string, unknown> = { ...value };
  if (isRecord(value.model) && value.model.kind === undefined)
    expanded.model = { kind: value.model.source === undefined ? 'scratch' : 'hugging_face', ...value.model };
  if (isRecord(expanded.model) && expanded.model.kind === 'hugging_face' && value.tokenizer === undefined)
    expanded.tokenizer = { kind: 'model' };
  const pg = value.policyGradient;
  if (!isRecord(pg) || pg.preset === undefined) return { value: expanded, errors: [] };
  const { preset, ...written } = pg;
  const known = Object.entries(ESTIMATOR_PRESETS).find(([name]) => name === preset);
  if (known === undefined)
    return {
      value: expanded,
      errors: [
        {
          path: ['policyGradient', 'preset'],
          message: `${JSON.stringify(preset)} is no preset; there are ${ESTIMATOR_PRESET_NAMES.join(', ')}`,
        },
      ],
    };
  expanded.policyGradient = merge(known[1], written);
  return { value: expanded, errors: [] };
}

function merge(under: Readonly<Record<string, unknown>>, over: Readonly<Record<string, unknown>>) {
  const merged: Record<string, unknown> = { ...under };
  for (const [name, value] of Object.entries(over)) {
    const below = merged[name];
    merged[name] = isRecord(below) && isRecord(value) ? merge(below, value) : value;
  }
  return merged;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
