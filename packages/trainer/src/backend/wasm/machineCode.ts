/**
 * @file The machine code of our own wasm kernels: pieces of a matrix product, and copies of rows. Works on the memory of
 * TensorFlow.js's wasm backend; all addresses and strides are in bytes.
 */
import {
  add,
  advance,
  and,
  assemble,
  countDown,
  get,
  integer,
  loadLowest,
  loadSplat,
  loadVector,
  loadWord,
  multiplyAdd,
  set,
  shiftLeft,
  shiftRight,
  storeSum,
  storeVector,
  storeWord,
  subtract,
  zeroVector,
  type Code,
  type FunctionSource,
} from './assembler.ts';

/** Columns of a panel: two vectors. */
export const PANEL = 8;
/** Rows that one turn of the product computes: 8 sums, 2 vectors of the panel and what is in passing fit the registers. */
export const TILE_ROWS = 4;

/** A WebAssembly.Memory. */
export type WasmMemoryObject = object;

/** Every Node has it; its types do not. */
interface WithWebAssembly {
  readonly WebAssembly: {
    readonly Module: new (bytes: Uint8Array) => object;
    readonly Instance: new (
      module: object,
      imports: Record<string, Record<string, object>>,
    ) => { readonly exports: Readonly<Record<string, unknown>> };
  };
}

type Tiles = (
  a: number,
  aStride: number,
  b: number,
  bStride: number,
  c: number,
  cStride: number,
  inner: number,
  tiles: number,
) => void;

/** By number of rows, from 1 on. */
export interface TileKernels {
  /** C = A B. */
  readonly begin: readonly Tiles[];
  /** C = C + A B: the same sums as if the inner axis had not been cut. */
  readonly goOn: readonly Tiles[];
}

export interface MachineCode {
  /**
   * `tiles` times so many rows of C [·, 8] from A and eight columns of B, one tile below the other. `byRow` for A as it is, aStride
   * from row to row; `byColumn` for Aᵀ: aStride from one inner place to the next, rows side by side.
   */
  readonly byRow: TileKernels;
  readonly byColumn: TileKernels;
  /** c [batch, columns] = a [batch, inner] times the rows of b [batch, columns, inner]: without gaps, `vectors` of inner · 4 + `words`. */
  dots(a: number, b: number, c: number, vectors: number, words: number, columns: number, batch: number): void;
  /** c [batch, columns] = a [batch, inner] times b [batch, inner, columns]: without gaps, columns = 4 · `vectors`. */
  mix(a: number, b: number, c: number, inner: number, vectors: number, batch: number): void;
  /** Eight columns of B [inner, ·] to a panel [inner, 8]; `packFour` 32 columns to four panels, one after another. */
  pack(b: number, bStride: number, panel: number, inner: number): void;
  packFour(b: number, bStride: number, panel: number, inner: number): void;
  /** Eight rows of B [·, inner] to a panel. */
  packRows(b: number, bStride: number, panel: number, inner: number): void;
  /** Copies `rows` rows of `vectors` times 16 and `words` times 4 bytes. */
  copy(
    from: number,
    fromStride: number,
    to: number,
    toStride: number,
    vectors: number,
    words: number,
    rows: number,
  ): void;
}

/** @param memory of the backend */
export function machineCode(memory: WasmMemoryObject): MachineCode {
  const sizes = Array.from({ length: TILE_ROWS }, (_, index) => index + 1);
  const sources = [
    ...sizes.flatMap((rows) =>
      [false, true].flatMap((byColumn) => [false, true].map((goOn) => tiles(rows, byColumn, goOn))),
    ),
    dots(),
    mix(),
    pack(),
    packFour(),
    packRows(),
    copy(),
  ];
  const engine: object = globalThis;
  if (!hasWebAssembly(engine)) throw new Error('wasm: this JavaScript engine has no WebAssembly');
  const { Module, Instance } = engine.WebAssembly;
  const { exports } = new Instance(new Module(assemble(sources)), { env: { memory } });
  const named = (name: string): NumbersOnly => {
    const found = exports[name];
    if (!isOurs(found)) throw new Error(`wasm: the module has no function ${name}`);
    return found;
  };
  const kernels = (byColumn: boolean): TileKernels => ({
    begin: sizes.map((rows) => named(tilesName(rows, byColumn, false))),
    goOn: sizes.map((rows) => named(tilesName(rows, byColumn, true))),
  });
  return {
    byRow: kernels(false),
    byColumn: kernels(true),
    dots: named('dots'),
    mix: named('mix'),
    pack: named('pack'),
    packFour: named('packFour'),
    packRows: named('packRows'),
    copy: named('copy'),
  };
}

type NumbersOnly = (...numbers: number[]) => void;

/** What is assembled here takes numbers and returns nothing. */
function isOurs(value: unknown): value is NumbersOnly {
  return typeof value === 'function';
}

function hasWebAssembly(value: object): value is WithWebAssembly {
  return 'WebAssembly' in value;
}

const UNROLLED = 4;

function tilesName(rows: number, byColumn: boolean, goOn: boolean): string {
  return `${byColumn ? 'byColumn' : 'byRow'}${rows}${goOn ? 'On' : ''}`;
}

function tiles(rows: number, byColumn: boolean, goOn: boolean): FunctionSource {
  const [a, aStride, b, bStride, c, cStride, inner, count] = [0, 1, 2, 3, 4, 5, 6, 7];
  // Integers: place in B, what is left to do, where C is, one pointer per row of A. Vectors: sums, two of B, one of A.
  const [at, left, out, firstRow] = [8, 9, 10, 11];
  const integers = 3 + rows;
  const firstSum = 8 + integers;
  const [low, high, value] = [firstSum + 2 * rows, firstSum + 2 * rows + 1, firstSum + 2 * rows + 2];
  const each = (code: (row: number) => Code): Code =>
    Array.from({ length: rows }, (_, row) => code(row)).flat();
  const sum = (row: number, half: number): number => firstSum + 2 * row + half;

  const turn = (step: number): Code => [
    ...set(low, loadVector(get(at))),
    ...set(high, loadVector(get(at), 16)),
    ...advance(at, get(bStride)),
    ...each((row) => [
      ...set(value, byColumn ? loadSplat(get(firstRow), 4 * row) : loadSplat(get(firstRow + row), 4 * step)),
      ...set(sum(row, 0), multiplyAdd(get(value), get(low), get(sum(row, 0)))),
      ...set(sum(row, 1), multiplyAdd(get(value), get(high), get(sum(row, 1)))),
    ]),
    ...(byColumn ? advance(firstRow, get(aStride)) : []),
  ];
  const turns = (steps: number): Code => [
    ...Array.from({ length: steps }, (_, step) => turn(step)).flat(),
    ...(byColumn ? [] : each((row) => advance(firstRow + row, integer(4 * steps)))),
  ];
  const body = countDown(count, [
    ...set(at, get(b)),
    ...set(firstRow, get(a)),
    ...(byColumn
      ? []
      : each((row) => (row === 0 ? [] : set(firstRow + row, add(get(firstRow + row - 1), get(aStride)))))),
    ...set(out, get(c)),
    ...each((row) => [
      ...set(sum(row, 0), goOn ? loadVector(get(out)) : zeroVector),
      ...set(sum(row, 1), goOn ? loadVector(get(out), 16) : zeroVector),
      ...advance(out, get(cStride)),
    ]),
    ...set(left, shiftRight(get(inner), 2)),
    ...countDown(left, turns(UNROLLED)),
    ...set(left, and(get(inner), integer(UNROLLED - 1))),
    ...countDown(left, turns(1)),
    ...set(out, get(c)),
    ...each((row) => [
      ...storeVector(get(out), get(sum(row, 0))),
      ...storeVector(get(out), get(sum(row, 1)), 16),
      ...advance(out, get(cStride)),
    ]),
    ...set(c, get(out)),
    ...(byColumn ? advance(a, integer(4 * rows)) : each(() => advance(a, get(aStride)))),
  ]);
  return { name: tilesName(rows, byColumn, goOn), parameters: 8, integers, vectors: 2 * rows + 3, body };
}

function pack(): FunctionSource {
  const [b, bStride, panel, inner] = [0, 1, 2, 3];
  const body = countDown(inner, [
    ...storeVector(get(panel), loadVector(get(b))),
    ...storeVector(get(panel), loadVector(get(b), 16), 16),
    ...advance(b, get(bStride)),
    ...advance(panel, integer(32)),
  ]);
  return { name: 'pack', parameters: 4, integers: 0, vectors: 0, body };
}

function packFour(): FunctionSource {
  const [b, bStride, panel, inner, second, third, fourth] = [0, 1, 2, 3, 4, 5, 6];
  const targets = [panel, second, third, fourth];
  const panelBytes = shiftLeft(get(inner), 5);
  const body = [
    ...set(second, add(get(panel), panelBytes)),
    ...set(third, add(get(second), panelBytes)),
    ...set(fourth, add(get(third), panelBytes)),
    ...countDown(inner, [
      ...targets.flatMap((target, place) => [
        ...storeVector(get(target), loadVector(get(b), 32 * place)),
        ...storeVector(get(target), loadVector(get(b), 32 * place + 16), 16),
        ...advance(target, integer(32)),
      ]),
      ...advance(b, get(bStride)),
    ]),
  ];
  return { name: 'packFour', parameters: 4, integers: 3, vectors: 0, body };
}

function dots(): FunctionSource {
  const [a, b, c, vectors, words, columns, batch, at, left, column, sum] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
  const step = (bytes: number): Code => [...advance(at, integer(bytes)), ...advance(b, integer(bytes))];
  const body = countDown(batch, [
    ...set(column, get(columns)),
    ...countDown(column, [
      ...set(at, get(a)),
      ...set(sum, zeroVector),
      ...set(left, get(vectors)),
      ...countDown(left, [
        ...set(sum, multiplyAdd(loadVector(get(at)), loadVector(get(b)), get(sum))),
        ...step(16),
      ]),
      ...set(left, get(words)),
      ...countDown(left, [
        ...set(sum, multiplyAdd(loadLowest(get(at)), loadLowest(get(b)), get(sum))),
        ...step(4),
      ]),
      ...storeSum(get(c), get(sum)),
      ...advance(c, integer(4)),
    ]),
    ...set(a, get(at)),
  ]);
  return { name: 'dots', parameters: 7, integers: 3, vectors: 1, body };
}

function mix(): FunctionSource {
  const [a, b, c, inner, vectors, batch, at, left, column, row, width, sum] = [
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
  ];
  const body = [
    ...set(width, shiftLeft(get(vectors), 4)),
    ...countDown(batch, [
      ...set(column, get(vectors)),
      ...countDown(column, [
        ...set(at, get(a)),
        ...set(row, get(b)),
        ...set(sum, zeroVector),
        ...set(left, get(inner)),
        ...countDown(left, [
          ...set(sum, multiplyAdd(loadSplat(get(at)), loadVector(get(row)), get(sum))),
          ...advance(at, integer(4)),
          ...advance(row, get(width)),
        ]),
        ...storeVector(get(c), get(sum)),
        ...advance(b, integer(16)),
        ...advance(c, integer(16)),
      ]),
      ...set(a, get(at)),
      // The last column's pointer stands one row below the matrix, all but one column into it.
      ...set(b, subtract(add(get(row), integer(16)), get(width))),
    ]),
  ];
  return { name: 'mix', parameters: 6, integers: 5, vectors: 1, body };
}

function packRows(): FunctionSource {
  const [b, bStride, panel, inner, firstRow] = [0, 1, 2, 3, 4];
  const rows = Array.from({ length: PANEL }, (_, row) => row);
  const body = [
    ...rows.flatMap((row) =>
      set(firstRow + row, row === 0 ? get(b) : add(get(firstRow + row - 1), get(bStride))),
    ),
    ...countDown(inner, [
      ...rows.flatMap((row) => storeWord(get(panel), loadWord(get(firstRow + row)), 4 * row)),
      ...rows.flatMap((row) => advance(firstRow + row, integer(4))),
      ...advance(panel, integer(32)),
    ]),
  ];
  return { name: 'packRows', parameters: 4, integers: PANEL, vectors: 0, body };
}

function copy(): FunctionSource {
  const [from, fromStride, to, toStride, vectors, words, rows, source, target, left] = [
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
  ];
  const piece = (bytes: number, move: Code): Code => [
    ...move,
    ...advance(source, integer(bytes)),
    ...advance(target, integer(bytes)),
  ];
  const body = countDown(rows, [
    ...set(source, get(from)),
    ...set(target, get(to)),
    ...set(left, get(vectors)),
    ...countDown(left, piece(16, storeVector(get(target), loadVector(get(source))))),
    ...set(left, get(words)),
    ...countDown(left, piece(4, storeWord(get(target), loadWord(get(source))))),
    ...advance(from, get(fromStride)),
    ...advance(to, get(toStride)),
  ]);
  return { name: 'copy', parameters: 7, integers: 3, vectors: 0, body };
}
