import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { canonicalJson } from './canonicalJson.ts';
import type { RunConfig } from './config/runConfig.ts';

/** SHA-256 (hex) of the canonical JSON of a validated configuration, name left out: equal hashes mean the same experiment. */
export function configHash(config: RunConfig): string {
  return bytesToHex(sha256(utf8ToBytes(canonicalJson({ ...config, name: undefined }))));
}
