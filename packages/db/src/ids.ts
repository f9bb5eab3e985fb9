/** @file Global ids: a prefix that names the kind, then 26 characters that sort by time of creation. */
import { randomBytes } from 'node:crypto';

/** Kinds whose id is stored. Prompts and completions have composed ids, see below; a worker chooses its own. */
const PREFIXES = {
  workspace: 'wsp',
  user: 'usr',
  apiKey: 'key',
  session: 'ses',
  loginLink: 'lnk',
  project: 'prj',
  promptSet: 'pst',
  promptSetVersion: 'psv',
  run: 'run',
  worker: 'wrk',
  checkpoint: 'ckp',
  verdict: 'ver',
  comment: 'com',
  auditEvent: 'aud',
} as const;

export type IdKind = keyof typeof PREFIXES;

/** Crockford's base 32: no I, L, O, U, and in ASCII order, so that text order is time order. */
const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

let lastTime = 0;
let lastRandom = 0n;

/**
 * A new id such as `run_01JD7N3V8XQ4M2K9T6B5C0F1EG`: 48 bits of time in milliseconds and 80 random bits, as in the ULID
 * specification. Ids made by one process ascend strictly, within a millisecond too.
 */
export function newId(kind: IdKind): string {
  const now = Date.now();
  if (now > lastTime) {
    lastTime = now;
    lastRandom = BigInt(`0x${randomBytes(10).toString('hex')}`);
  } else {
    lastRandom += 1n + BigInt(randomBytes(1).readUInt8());
    if (lastRandom >> 80n) {
      lastTime += 1;
      lastRandom = BigInt(`0x${randomBytes(10).toString('hex')}`);
    }
  }
  let value = (BigInt(lastTime) << 80n) | lastRandom;
  let text = '';
  for (let i = 0; i < 26; i++) {
    text = DIGITS.charAt(Number(value & 31n)) + text;
    value >>= 5n;
  }
  return `${PREFIXES[kind]}_${text}`;
}

/** The kind of a stored id, or null when its prefix is unknown. */
export function idKind(id: string): IdKind | null {
  const prefix = id.slice(0, id.indexOf('_'));
  for (const [kind, known] of Object.entries(PREFIXES)) {
    if (known === prefix && isIdKind(kind)) return kind;
  }
  return null;
}

function isIdKind(text: string): text is IdKind {
  return text in PREFIXES;
}

/** Where a completion stands: the key of its row. */
export type CompletionKey = { runId: string; step: number; index: number };

/** `cmp_<runId>_<step>_<index>`. */
export function completionId(key: CompletionKey): string {
  return `cmp_${key.runId}_${key.step}_${key.index}`;
}

/** The inverse of `completionId`; null when the text is none. */
export function parseCompletionId(id: string): CompletionKey | null {
  const match = /^cmp_(run_[0-9A-Z]{26})_(\d{1,9})_(\d{1,9})$/.exec(id);
  if (match === null) return null;
  return { runId: match[1] ?? '', step: Number(match[2]), index: Number(match[3]) };
}

/** `prm_<promptSetVersionId>_<index>`. */
export function promptId(key: { versionId: string; index: number }): string {
  return `prm_${key.versionId}_${key.index}`;
}

/** The inverse of `promptId`; null when the text is none. */
export function parsePromptId(id: string): { versionId: string; index: number } | null {
  const match = /^prm_(psv_[0-9A-Z]{26})_(\d{1,9})$/.exec(id);
  if (match === null) return null;
  return { versionId: match[1] ?? '', index: Number(match[2]) };
}
