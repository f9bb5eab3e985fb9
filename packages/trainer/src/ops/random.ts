/**
 * @file Random numbers that are a function of (seed, stream, counter) and of nothing else: Threefry-2x32 with 20 rounds
 * (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC11). The same on every machine and backend, and a run can
 * be resumed from its counters alone.
 */

/** Which numbers: a run's seed, what they are for, and how many blocks were taken before. */
export interface RandomKey {
  /** 0 … 2³²−1 */
  readonly seed: number;
  /** 0 … 2³²−1; different purposes take different streams, for example sampling and shuffling. */
  readonly stream: number;
  /** 0 … 2³²−1, for example the step: every counter has 2³³ numbers of its own. */
  readonly counter: number;
}

/** `count` uniforms of float32 in (0, 1), both ends excluded: (k + ½) 2⁻²³ with k of 23 random bits. */
export function uniforms(key: RandomKey, count: number): Float32Array {
  const bits = randomBits(key, count);
  const result = new Float32Array(count);
  for (let i = 0; i < count; i++) result[i] = ((bits[i] ?? 0) >>> 9) * 2 ** -23 + 2 ** -24;
  return result;
}

/** `count` normals with mean 0 and deviation 1 (Box-Muller). */
export function normals(key: RandomKey, count: number): Float32Array {
  const u = uniforms(key, count + (count % 2));
  const result = new Float32Array(count);
  for (let i = 0; i < count; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(u[i] ?? 0.5));
    const angle = 2 * Math.PI * (u[i + 1] ?? 0);
    result[i] = radius * Math.cos(angle);
    if (i + 1 < count) result[i + 1] = radius * Math.sin(angle);
  }
  return result;
}

/**
 * `count` integers in 0 … bound-1. The bias of multiply-and-shift is at most bound / 2³².
 * @throws Error unless 1 ≤ bound ≤ 2³².
 */
export function integers(key: RandomKey, count: number, bound: number): Uint32Array {
  if (!Number.isInteger(bound) || bound < 1 || bound > 2 ** 32) {
    throw new Error(`integers: the bound must be an integer from 1 to 2^32, it is ${bound}`);
  }
  const bits = randomBits(key, count);
  // bits · bound < 2⁶⁴ may round up to bound · 2³² in a double only for bounds near 2³²; min keeps it inside.
  return bits.map((value) => Math.min(bound - 1, Math.floor((value * bound) / 2 ** 32)));
}

/** 0 … count-1 in random order (Fisher-Yates). */
export function permutation(key: RandomKey, count: number): Uint32Array {
  const bits = randomBits(key, count);
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(((bits[i] ?? 0) * (i + 1)) / 2 ** 32);
    const held = order[i] ?? 0;
    order[i] = order[j] ?? 0;
    order[j] = held;
  }
  return order;
}

/**
 * `count` words of 32 random bits. The cipher's key is (seed, stream), its block (counter, index of the pair).
 * @throws Error if the key has a part that is no unsigned 32-bit integer.
 */
export function randomBits(key: RandomKey, count: number): Uint32Array {
  for (const [name, value] of Object.entries(key)) {
    if (!Number.isInteger(value) || value < 0 || value > 0xffff_ffff) {
      throw new Error(`random: ${name} must be an integer from 0 to 2^32-1, it is ${value}`);
    }
  }
  const result = new Uint32Array(count + (count % 2));
  for (let pair = 0; pair * 2 < count; pair++) {
    threefry2x32(key.seed, key.stream, key.counter, pair, result, pair * 2);
  }
  return result.subarray(0, count);
}

/** One block: key (k0, k1), counter (c0, c1), two words written to `out` at `at`. Exported for the known-answer test. */
export function threefry2x32(
  k0: number,
  k1: number,
  c0: number,
  c1: number,
  out: Uint32Array,
  at: number,
): void {
  const k2 = 0x1bd11bda ^ k0 ^ k1;
  let x = (c0 + k0) | 0;
  let y = (c1 + k1) | 0;
  // Five groups of four rounds; the rotations alternate, and after each group a rotated key is injected.
  x = (x + y) | 0;
  y = ((y << 13) | (y >>> 19)) ^ x;
  x = (x + y) | 0;
  y = ((y << 15) | (y >>> 17)) ^ x;
  x = (x + y) | 0;
  y = ((y << 26) | (y >>> 6)) ^ x;
  x = (x + y) | 0;
  y = ((y << 6) | (y >>> 26)) ^ x;
  x = (x + k1) | 0;
  y = (y + k2 + 1) | 0;
  x = (x + y) | 0;
  y = ((y << 17) | (y >>> 15)) ^ x;
  x = (x + y) | 0;
  y = ((y << 29) | (y >>> 3)) ^ x;
  x = (x + y) | 0;
  y = ((y << 16) | (y >>> 16)) ^ x;
  x = (x + y) | 0;
  y = ((y << 24) | (y >>> 8)) ^ x;
  x = (x + k2) | 0;
  y = (y + k0 + 2) | 0;
  x = (x + y) | 0;
  y = ((y << 13) | (y >>> 19)) ^ x;
  x = (x + y) | 0;
  y = ((y << 15) | (y >>> 17)) ^ x;
  x = (x + y) | 0;
  y = ((y << 26) | (y >>> 6)) ^ x;
  x = (x + y) | 0;
  y = ((y << 6) | (y >>> 26)) ^ x;
  x = (x + k0) | 0;
  y = (y + k1 + 3) | 0;
  x = (x + y) | 0;
  y = ((y << 17) | (y >>> 15)) ^ x;
  x = (x + y) | 0;
  y = ((y << 29) | (y >>> 3)) ^ x;
  x = (x + y) | 0;
  y = ((y << 16) | (y >>> 16)) ^ x;
  x = (x + y) | 0;
  y = ((y << 24) | (y >>> 8)) ^ x;
  x = (x + k1) | 0;
  y = (y + k2 + 4) | 0;
  x = (x + y) | 0;
  y = ((y << 13) | (y >>> 19)) ^ x;
  x = (x + y) | 0;
  y = ((y << 15) | (y >>> 17)) ^ x;
  x = (x + y) | 0;
  y = ((y << 26) | (y >>> 6)) ^ x;
  x = (x + y) | 0;
  y = ((y << 6) | (y >>> 26)) ^ x;
  x = (x + k2) | 0;
  y = (y + k0 + 5) | 0;
  out[at] = x;
  out[at + 1] = y;
}
