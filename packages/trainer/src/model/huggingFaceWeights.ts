/** @file Moves weights between a Hugging Face checkpoint and the decoder's list, every tensor's name and shape checked. */
import type * as tf from '@tensorflow/tfjs-core';

import { TrainerError } from '../errors.ts';
import type { Architecture } from './architecture.ts';
import {
  basePrefix,
  huggingFacePieces,
  isRedundant,
  type ParameterPieces,
  type Piece,
} from './huggingFaceNames.ts';
import { sizeOf } from './parameters.ts';

/** What is read of a checkpoint: its tensors' names and shapes at once, their values when asked for. */
export interface WeightSource {
  names(): string[];
  shape(name: string): readonly number[];
  /** Row-major. */
  read(name: string): Promise<Float32Array>;
}

/** A tensor to be saved; `data` is computed when it is taken, so that one at a time need be in memory. */
export interface HuggingFaceTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export interface CheckpointReader {
  readonly parameters: readonly ParameterPieces[];
  /** Values of one parameter, in our layout. */
  read(parameter: ParameterPieces): Promise<Float32Array>;
}

const NAMED = 8;

/**
 * Checks that a checkpoint holds exactly the tensors that the architecture has.
 * @param file where it is, for messages
 * @throws TrainerError MODEL naming those that are missing, too many, or of another shape
 */
export function checkpointReader(
  architecture: Architecture,
  source: WeightSource,
  file: string,
): CheckpointReader {
  const parameters = huggingFacePieces(architecture);
  const present = new Set(source.names());
  const prefix = basePrefix(architecture);
  /** The checkpoint of a bare base model has the same names without the prefix. */
  const nameOf = (name: string): string => {
    const bare = name.startsWith(prefix) ? name.slice(prefix.length) : name;
    return !present.has(name) && present.has(bare) ? bare : name;
  };
  const pieces = parameters.flatMap((parameter) => parameter.pieces);
  const wanted = new Set(pieces.map(({ name }) => nameOf(name)));
  const faults = [
    listed(
      'lacks',
      [...wanted].filter((name) => !present.has(name)),
    ),
    listed(
      'has in another shape',
      pieces.flatMap((piece) => {
        const name = nameOf(piece.name);
        if (!present.has(name)) return [];
        const shape = source.shape(name);
        return String(shape) === String(piece.shape)
          ? []
          : [`${name} [${shape.join(', ')}] instead of [${piece.shape.join(', ')}]`];
      }),
    ),
    listed(
      'has, besides what the architecture holds,',
      [...present].filter((name) => !wanted.has(name) && !isRedundant(architecture, name)),
    ),
  ].filter((fault) => fault !== null);
  if (faults.length > 0)
    throw new TrainerError(
      'MODEL',
      `the weights in ${file} do not fit its config.json (${architecture.family}): the checkpoint ${faults.join('; it ')}`,
    );
  return {
    parameters,
    async read({ spec, pieces }) {
      const [only] = pieces;
      if (only && pieces.length === 1 && !only.transposed) return source.read(nameOf(only.name));
      const columns = spec.shape.at(-1) ?? 0;
      const values = new Float32Array(sizeOf(spec.shape));
      for (const piece of pieces) placeColumns(values, columns, await source.read(nameOf(piece.name)), piece);
      return values;
    },
  };
}

/**
 * The tensors of a Hugging Face checkpoint, by name.
 * @param weights values in the order of `parameterSpecs`
 */
export function toHuggingFace(
  architecture: Architecture,
  weights: readonly Float32Array[],
): ReadonlyMap<string, HuggingFaceTensor> {
  const tensors = new Map<string, HuggingFaceTensor>();
  huggingFacePieces(architecture).forEach(({ spec, pieces }, index) => {
    const values = weights[index];
    if (values?.length !== sizeOf(spec.shape))
      throw new Error(
        `toHuggingFace: ${spec.name} has ${values?.length ?? 'no'} values instead of ${sizeOf(spec.shape)}`,
      );
    for (const piece of pieces) {
      tensors.set(piece.name, {
        shape: piece.shape,
        get data() {
          return takeColumns(values, spec.shape.at(-1) ?? 0, piece);
        },
      });
    }
  });
  return tensors;
}

/** Host values of tensors, one after another. */
export async function readAll(tensors: readonly tf.Tensor[]): Promise<Float32Array[]> {
  const values: Float32Array[] = [];
  for (const tensor of tensors) values.push(Float32Array.from(await tensor.data<'float32'>()));
  return values;
}

/** [rows, cols] to [cols, rows]. */
export function transposed(values: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(values.length);
  inBlocks(rows, columns, (row, column) => {
    result[column * rows + row] = values[row * columns + column] ?? NaN;
  });
  return result;
}

/** Writes a piece's values into its columns of a parameter that is `columns` wide. */
function placeColumns(target: Float32Array, columns: number, values: Float32Array, piece: Piece): void {
  const { start, width } = piece;
  const rows = target.length / columns;
  if (!piece.transposed) {
    for (let row = 0; row < rows; row++)
      target.set(values.subarray(row * width, (row + 1) * width), row * columns + start);
    return;
  }
  inBlocks(rows, width, (row, column) => {
    target[row * columns + start + column] = values[column * rows + row] ?? NaN;
  });
}

function takeColumns(values: Float32Array, columns: number, piece: Piece): Float32Array {
  const { start, width } = piece;
  if (width === columns && !piece.transposed) return values;
  const rows = values.length / columns;
  const result = new Float32Array(rows * width);
  if (piece.transposed)
    inBlocks(rows, width, (row, column) => {
      result[column * rows + row] = values[row * columns + start + column] ?? NaN;
    });
  else
    for (let row = 0; row < rows; row++)
      result.set(values.subarray(row * columns + start, row * columns + start + width), row * width);
  return result;
}

/** Every place of a matrix, block by block: both sides of a transposition stay in the processor's cache. */
function inBlocks(rows: number, columns: number, visit: (row: number, column: number) => void): void {
  const block = 32;
  for (let top = 0; top < rows; top += block) {
    for (let left = 0; left < columns; left += block) {
      const [bottom, right] = [Math.min(rows, top + block), Math.min(columns, left + block)];
      for (let row = top; row < bottom; row++)
        for (let column = left; column < right; column++) visit(row, column);
    }
  }
}

function listed(verb: string, names: readonly string[]): string | null {
  if (names.length === 0) return null;
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
  return `${verb} ${names.slice(0, NAMED).join(', ')}${more}`;
}
