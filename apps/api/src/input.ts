/** @file Texts that people write: trimmed and bounded, refused with the bound and the place. */
import { BOUNDS } from '@nabla/domain';
import { refuse } from './errors.ts';

/** @throws Refusal when it is empty or too long. */
export function requiredText(value: string, maxChars: number, path: string[]): string {
  const text = boundedText(value, maxChars, path);
  if (text === '') throw refuse('INVALID_INPUT', `${path.at(-1)} must not be empty.`, path);
  return text;
}

/** @throws Refusal when it is too long. */
export function boundedText(value: string, maxChars: number, path: string[]): string {
  const text = value.trim();
  if (text.length > maxChars) {
    throw refuse(
      'TOO_LARGE',
      `${path.at(-1)} has ${text.length} characters; the bound is ${maxChars}.`,
      path,
    );
  }
  refuseNul(text, path);
  return text;
}

/**
 * PostgreSQL has no NUL in its texts and its JSON, and fails where one is stored or compared.
 * @param value a text, or lists and objects of texts at any depth.
 * @throws Refusal naming the first text (or key) with the character NUL.
 */
export function refuseNul(value: unknown, path: readonly string[]): void {
  if (typeof value === 'string') {
    if (!value.includes('\0')) return;
    throw refuse('INVALID_INPUT', `${path.at(-1)} contains the character NUL.`, [...path]);
  }
  // Bytes and moments hold no texts.
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array || value instanceof Date)
    return;
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) refuseNul(item, [...path, String(index)]);
    return;
  }
  for (const [key, item] of Object.entries(value)) {
    if (key.includes('\0')) {
      throw refuse('INVALID_INPUT', `A key of ${path.at(-1)} contains the character NUL.`, [...path]);
    }
    refuseNul(item, [...path, key]);
  }
}

/** Distinct tags, trimmed. @throws Refusal when there are too many or one is too long. */
export function tagList(tags: readonly string[], path: string[]): string[] {
  const distinct = [
    ...new Set(tags.map((tag, index) => requiredText(tag, BOUNDS.maxTagChars, [...path, String(index)]))),
  ];
  if (distinct.length > BOUNDS.maxTags) {
    throw refuse('TOO_LARGE', `${distinct.length} tags; the bound is ${BOUNDS.maxTags}.`, path);
  }
  return distinct.sort();
}

/** An e-mail address in lower case, or null. @throws Refusal when it is none. */
export function emailOrNull(value: string | null | undefined, path: string[]): string | null {
  const email = (value ?? '').trim().toLowerCase();
  if (email === '') return null;
  if (email.length > 254 || !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email)) {
    throw refuse('INVALID_INPUT', `"${email.slice(0, 80)}" is not an e-mail address.`, path);
  }
  return email;
}
