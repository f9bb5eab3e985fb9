/**
 * @file Writes a small WebAssembly module: functions of 32-bit integers over a memory that another module owns. Only what
 * `machineCode.ts` needs (https://webassembly.github.io/spec/core/binary).
 */

/** Instructions, as bytes. */
export type Code = readonly number[];

export interface FunctionSource {
  readonly name: string;
  /** How many int32 it takes; it returns nothing. */
  readonly parameters: number;
  /** Locals after the parameters: int32 first, then vectors of 128 bits. */
  readonly integers: number;
  readonly vectors: number;
  readonly body: Code;
}

const [I32, V128, NOTHING, END] = [0x7f, 0x7b, 0x40, 0x0b];

/** A module that imports `env.memory` and exports the functions by name. */
export function assemble(functions: readonly FunctionSource[]): Uint8Array<ArrayBuffer> {
  const types = functions.map(({ parameters }) => [
    0x60,
    ...list(Array.from({ length: parameters }, () => [I32])),
    0,
  ]);
  const memory = [...text('env'), ...text('memory'), 2, 0, 0];
  const exports = functions.map(({ name }, index) => [...text(name), 0, ...unsigned(index)]);
  const bodies = functions.map(({ integers, vectors, body }) => {
    const locals = [
      [...unsigned(integers), I32],
      [...unsigned(vectors), V128],
    ];
    const code = [...list(locals), ...body, END];
    return [...unsigned(code.length), ...code];
  });
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, list(types)),
    ...section(2, list([memory])),
    ...section(3, list(functions.map((_, index) => unsigned(index)))),
    ...section(7, list(exports)),
    ...section(10, list(bodies)),
  ]);
}

export const get = (local: number): Code => [0x20, ...unsigned(local)];
export const set = (local: number, value: Code): Code => [...value, 0x21, ...unsigned(local)];
export const integer = (value: number): Code => [0x41, ...signed(value)];
export const add = (a: Code, b: Code): Code => [...a, ...b, 0x6a];
export const subtract = (a: Code, b: Code): Code => [...a, ...b, 0x6b];
export const and = (a: Code, b: Code): Code => [...a, ...b, 0x71];
export const shiftRight = (a: Code, by: number): Code => [...a, ...integer(by), 0x76];
export const shiftLeft = (a: Code, by: number): Code => [...a, ...integer(by), 0x74];
/** local += step */
export const advance = (local: number, step: Code): Code => set(local, add(get(local), step));

/** Runs the body as often as the local says, which is 0 afterwards; not at all at 0. */
export function countDown(local: number, body: Code): Code {
  const turn = [...body, ...get(local), ...integer(1), 0x6b, 0x22, ...unsigned(local), 0x0d, 0];
  return [...get(local), 0x04, NOTHING, 0x03, NOTHING, ...turn, END, END];
}

export const loadVector = (address: Code, offset = 0): Code => [
  ...address,
  0xfd,
  0x00,
  0,
  ...unsigned(offset),
];
/** One float32 in all four lanes. */
export const loadSplat = (address: Code, offset = 0): Code => [
  ...address,
  0xfd,
  0x09,
  2,
  ...unsigned(offset),
];
/** One float32 in the lowest lane, zeros above. */
export const loadLowest = (address: Code, offset = 0): Code => [
  ...address,
  0xfd,
  0x5c,
  2,
  ...unsigned(offset),
];
/** The sum of the four lanes as one float32. */
export const storeSum = (address: Code, vector: Code): Code => {
  const lane = (index: number): Code => [...vector, 0xfd, 0x1f, index];
  const low = [...lane(0), ...lane(1), 0x92];
  const high = [...lane(2), ...lane(3), 0x92];
  return [...address, ...low, ...high, 0x92, 0x38, 2, 0];
};
export const storeVector = (address: Code, value: Code, offset = 0): Code => [
  ...address,
  ...value,
  0xfd,
  0x0b,
  0,
  ...unsigned(offset),
];
export const loadWord = (address: Code, offset = 0): Code => [...address, 0x28, 2, ...unsigned(offset)];
export const storeWord = (address: Code, value: Code, offset = 0): Code => [
  ...address,
  ...value,
  0x36,
  2,
  ...unsigned(offset),
];
export const zeroVector: Code = [0xfd, 0x0c, ...Array<number>(16).fill(0)];
/** a · b + c in four lanes, rounded twice: every machine gives the same bits. */
export const multiplyAdd = (a: Code, b: Code, c: Code): Code => [
  ...c,
  ...a,
  ...b,
  0xfd,
  0xe6,
  1,
  0xfd,
  0xe4,
  1,
];

function section(id: number, content: Code): Code {
  return [id, ...unsigned(content.length), ...content];
}

function list(items: readonly Code[]): Code {
  return [...unsigned(items.length), ...items.flat()];
}

function text(value: string): Code {
  return list([...new TextEncoder().encode(value)].map((byte) => [byte]));
}

/** LEB128 */
function unsigned(value: number): Code {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

function signed(value: number): Code {
  const low = value & 0x7f;
  const rest = value >> 7;
  const done = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0);
  return done ? [low] : [low | 0x80, ...signed(rest)];
}
