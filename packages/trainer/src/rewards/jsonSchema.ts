/** @file Whether a text is JSON that satisfies a schema. The checking is ajv's. */
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';

import { TrainerError } from '../errors.ts';

/**
 * Draft 7 where `$schema` says so, else 2020-12. `format` is not looked at, keywords that neither draft knows are passed over, and
 * references lead nowhere outside the schema.
 * @throws TrainerError REWARD_SETTINGS saying what is wrong with the schema of the component.
 */
export function jsonValidator(
  component: string,
  schema: Readonly<Record<string, unknown>>,
): (text: string) => boolean {
  const draft7 = /draft-0[67]/.test(String(schema.$schema));
  const options = { strict: false, validateFormats: false, logger: false } as const;
  try {
    const validate = (draft7 ? new Ajv(options) : new Ajv2020(options)).compile({ ...schema, $async: false });
    return (text) => {
      const parsed = parse(text);
      try {
        return parsed.ok && validate(parsed.value);
      } catch (error) {
        // A recursive schema takes a few frames of the stack for every level of the text: one that exhausts them is no answer to it.
        if (error instanceof RangeError) return false;
        throw error;
      }
    };
  } catch (cause) {
    throw new TrainerError(
      'REWARD_SETTINGS',
      `reward "${component}": its JSON schema cannot be used: ${cause instanceof Error ? cause.message : String(cause)}`,
      {},
      { cause },
    );
  }
}

function parse(text: string): { readonly ok: true; readonly value: unknown } | { readonly ok: false } {
  try {
    const value: unknown = JSON.parse(text);
    return { ok: true, value };
  } catch {
    // No JSON: an ordinary wrong completion.
    return { ok: false };
  }
}
