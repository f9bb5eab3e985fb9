/** @file Secrets: made here, given out once, stored as SHA-256 only. 256 random bits need no slow hash. */
import { createHash, randomBytes } from 'node:crypto';

export const API_KEY_PREFIX = 'nbl_';

/** A new secret: the prefix and 43 characters of base64url. */
export function newToken(prefix = ''): string {
  return prefix + randomBytes(32).toString('base64url');
}

/** Lower-case hex SHA-256 of a secret: what the store holds. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** The first characters, for a person to recognise a key in a list; they give nothing away of its strength. */
export function visiblePrefix(secret: string): string {
  return secret.slice(0, API_KEY_PREFIX.length + 6);
}
