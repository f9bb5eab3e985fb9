/** @file The decoder's weights as a flat, ordered list: names, shapes, and their initial values from the seed alone. */
import { normals } from '../ops/random.ts';
import { STREAMS } from '../streams.ts';
import type { Architecture } from './architecture.ts';

export interface ParameterSpec {
  readonly name: string;
  readonly shape: readonly number[];
  /** Matrices shrink under weight decay and start from normals; the gains of norms start at 1, biases at 0. */
  readonly kind: 'matrix' | 'gain' | 'bias';
  /** Standard deviation of a matrix's initial values. */
  readonly std: number;
}

/** The matrices of a layer, each fused from the projections that read the same input, in the order in which they are used. */
export const PROJECTION_NAMES = [
  'attention.qkv',
  'attention.out',
  'feedForward.gateUp',
  'feedForward.down',
] as const;
export type ProjectionName = (typeof PROJECTION_NAMES)[number];

/** One of the projections fused into a matrix: the columns it takes, in this order. */
export interface ProjectionPart {
  readonly name: 'q' | 'k' | 'v' | 'out' | 'gate' | 'up' | 'down';
  readonly width: number;
}

/**
 * The list: embedding (and learned positions), the parameters of each layer, the last norm and, unless it is tied to the
 * embedding, the head. Query, key and value projections are one matrix, gate and up projections another: one product each. The
 * projections that end a residual branch start smaller by sqrt(2 · layers), so that the residual stream does not grow with
 * depth (GPT-2).
 */
export function parameterSpecs(architecture: Architecture): ParameterSpec[] {
  const { vocabulary, layers, width, initStd, positions, maxPositions } = architecture;
  return [
    matrix('embedding', vocabulary, width, initStd),
    ...(positions.kind === 'learned' ? [matrix('positions', maxPositions, width, initStd)] : []),
    ...Array.from({ length: layers }, (_, layer) => layerSpecs(architecture, `layers.${layer}`)).flat(),
    ...norm(architecture, 'norm', width),
    ...(architecture.tieEmbeddings ? [] : [matrix('head', width, vocabulary, initStd)]),
  ];
}

export interface ProjectionLayout {
  readonly rows: number;
  readonly columns: number;
  readonly parts: readonly ProjectionPart[];
}

/** The same in every layer. */
export function projections(architecture: Architecture): Readonly<Record<ProjectionName, ProjectionLayout>> {
  const { width, heads, kvHeads, headWidth, feedForward, gated } = architecture;
  const layout = (rows: number, ...parts: readonly ProjectionPart[]): ProjectionLayout => ({
    rows,
    columns: parts.reduce((sum, part) => sum + part.width, 0),
    parts,
  });
  const up: ProjectionPart = { name: 'up', width: feedForward };
  return {
    'attention.qkv': layout(
      width,
      { name: 'q', width: heads * headWidth },
      { name: 'k', width: kvHeads * headWidth },
      { name: 'v', width: kvHeads * headWidth },
    ),
    'attention.out': layout(heads * headWidth, { name: 'out', width }),
    'feedForward.gateUp': gated ? layout(width, { name: 'gate', width: feedForward }, up) : layout(width, up),
    'feedForward.down': layout(feedForward, { name: 'down', width }),
  };
}

/** Numbers in all these parameters. */
export function valueCount(specs: readonly Pick<ParameterSpec, 'shape'>[]): number {
  return specs.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}

/** Product of the axes. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, axis) => product * axis, 1);
}

/** Initial values in the order of the list: the same on every backend and machine. */
export function initialValues(specs: readonly ParameterSpec[], seed: number): Float32Array[] {
  return specs.map(({ shape, kind, std }, counter) => {
    const size = sizeOf(shape);
    if (kind === 'gain') return new Float32Array(size).fill(1);
    if (kind === 'bias' || std === 0) return new Float32Array(size);
    return normals({ seed, stream: STREAMS.weights, counter }, size).map((value) => value * std);
  });
}

function layerSpecs(architecture: Architecture, layer: string): ParameterSpec[] {
  const { layers, width, headWidth, biases, qkNorm, initStd } = architecture;
  const branchStd = initStd / Math.sqrt(2 * layers);
  const all = projections(architecture);
  const projection = (name: ProjectionName, std: number, hasBias: boolean): ParameterSpec[] => [
    matrix(`${layer}.${name}`, all[name].rows, all[name].columns, std),
    ...(hasBias ? [bias(`${layer}.${name}.bias`, all[name].columns)] : []),
  ];
  return [
    ...norm(architecture, `${layer}.attention.norm`, width),
    ...projection('attention.qkv', initStd, biases.qkv),
    ...(qkNorm
      ? [gain(`${layer}.attention.qNorm`, headWidth), gain(`${layer}.attention.kNorm`, headWidth)]
      : []),
    ...projection('attention.out', branchStd, biases.out),
    ...norm(architecture, `${layer}.feedForward.norm`, width),
    ...projection('feedForward.gateUp', initStd, biases.feedForward),
    ...projection('feedForward.down', branchStd, biases.feedForward),
  ];
}

function norm({ norm: { kind } }: Architecture, name: string, size: number): ParameterSpec[] {
  return kind === 'layer' ? [gain(name, size), bias(`${name}.bias`, size)] : [gain(name, size)];
}

function matrix(name: string, rows: number, columns: number, std: number): ParameterSpec {
  return { name, shape: [rows, columns], kind: 'matrix', std };
}

function gain(name: string, size: number): ParameterSpec {
  return { name, shape: [size], kind: 'gain', std: 0 };
}

function bias(name: string, size: number): ParameterSpec {
  return { name, shape: [size], kind: 'bias', std: 0 };
}
