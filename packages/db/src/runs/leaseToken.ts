/** @file Lease tokens: shown to the worker once, kept as a hash. */
import { createHash, randomBytes } from 'node:crypto';

/** 256 random bits as text. */
export function newLeaseToken(): string {
  return `lea_${randomBytes(32).toString('base64url')}`;
}

/** SHA-256, lower-case hex: what `lease.token_hash` holds. The token is random, so it needs no salt. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
