/**
 * Makes text storable: PostgreSQL has no NUL in text and neither NUL nor half a surrogate pair in JSON, and a model that
 * samples bytes writes both sooner or later. Each becomes U+FFFD, the replacement character.
 */
export function cleanText(text: string): string {
  return text.replace(/\0|\p{Surrogate}/gu, '\uFFFD');
}
