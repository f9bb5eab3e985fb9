/** @file What a rollout has drawn so far, on the host: tokens of each completion, which have ended, and which rows go on. */
import type { TokenRectangle } from '../batch.ts';

/** Completions of B = N · G rows, those of one prompt one after another. Width is C. */
export interface Completions extends TokenRectangle {
  /** [B, C], under the distribution sampled from; 0 after the end. */
  readonly logp: Float32Array;
  /** Tokens of each, the end-of-sequence token included. */
  readonly lengths: readonly number[];
  /** Whether it reached C without an end-of-sequence token. */
  readonly truncated: readonly boolean[];
}

/** A completion that goes on no more. */
export interface EndedCompletion {
  readonly row: number;
  /** Its tokens, the end-of-sequence token included. */
  readonly ids: Int32Array;
  /** Whether it reached C without an end-of-sequence token. */
  readonly truncated: boolean;
}

export interface DrawnRows {
  /** The completions that have not ended, in order. */
  readonly going: readonly number[];
  /**
   * Takes a block of K tokens for R rows; what comes after a completion's end is dropped: nobody else sees it.
   * @param tokens [K, R] @param logps [K, R]
   * @param rows of which completion each of the R rows is; null where it only fills the rectangle
   * @returns the completions that ended in the block, in order
   */
  add(tokens: Int32Array, logps: Float32Array, rows: readonly (number | null)[]): readonly EndedCompletion[];
  completions(): Completions;
}

export interface DrawnRowsOptions {
  readonly rows: number;
  /** C */
  readonly maxNewTokens: number;
  /** A completion ends with the first of these, which belongs to it. */
  readonly eosIds: readonly number[];
  readonly padId: number;
}

export function createDrawnRows({ rows, maxNewTokens, eosIds, padId }: DrawnRowsOptions): DrawnRows {
  const ends = new Set(eosIds);
  const ids = new Int32Array(rows * maxNewTokens).fill(padId);
  const logp = new Float32Array(rows * maxNewTokens);
  const lengths = Array.from({ length: rows }, () => 0);
  const ended = Array.from({ length: rows }, () => false);
  let going = Array.from({ length: rows }, (_, row) => row);

  function append(row: number, token: number, logpOfToken: number): void {
    const length = lengths[row] ?? 0;
    if (ended[row] === true || length >= maxNewTokens) return;
    ids[row * maxNewTokens + length] = token;
    logp[row * maxNewTokens + length] = logpOfToken;
    lengths[row] = length + 1;
    ended[row] = ends.has(token);
  }

  return {
    get going() {
      return going;
    },
    add(tokens, logps, places) {
      const width = places.length;
      for (let start = 0; start < tokens.length; start += width)
        for (const [column, row] of places.entries())
          if (row !== null) append(row, tokens[start + column] ?? padId, logps[start + column] ?? NaN);
      const goesOn = (row: number) => ended[row] !== true && (lengths[row] ?? 0) < maxNewTokens;
      const over = going.filter((row) => !goesOn(row));
      going = going.filter(goesOn);
      return over.map((row) => ({
        row,
        ids: ids.subarray(row * maxNewTokens, row * maxNewTokens + (lengths[row] ?? 0)),
        truncated: ended[row] !== true,
      }));
    },
    completions: () => ({
      ids,
      logp,
      rows,
      width: maxNewTokens,
      lengths,
      truncated: ended.map((hasEnded) => !hasEnded),
    }),
  };
}

/** The same in a narrower rectangle. @throws RangeError where a completion is longer than the width */
export function narrowed(completions: Completions, width: number): Completions {
  if (width === completions.width) return completions;
  const { rows, lengths } = completions;
  const longest = lengths.reduce((most, length) => Math.max(most, length), 0);
  if (longest > width)
    throw new RangeError(`narrowed: a completion of ${longest} tokens in a width of ${width}`);
  const ids = new Int32Array(rows * width);
  const logp = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) {
    const start = row * completions.width;
    ids.set(completions.ids.subarray(start, start + width), row * width);
    logp.set(completions.logp.subarray(start, start + width), row * width);
  }
  return { ...completions, ids, logp, width };
}

/**
 * How many rows to go on with when `going` of `now` rows have not ended: a quarter, and a quarter of that, when they suffice. Few
 * sizes, because each is compiled once; not below 8 rows, where a product costs the same.
 */
export function rowsToKeep(going: number, now: number): number {
  let rows = now;
  for (let next = Math.ceil(rows / 4); next >= going && next >= 8; next = Math.ceil(rows / 4)) rows = next;
  return rows;
}

/** How many sizes a batch can have on its way, the first included. */
export function rowSizes(rows: number): number {
  let sizes = 1;
  for (let next = Math.ceil(rows / 4); next >= 8; next = Math.ceil(next / 4)) sizes += 1;
  return sizes;
}
