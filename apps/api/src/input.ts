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
  // PostgreSQL cannot store it in a text.
  if (text.includes('\0')) throw refuse('INVALID_INPUT', `${path.at(-1)} contains the character NUL.`, path);
  return text;
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
