/** @file What a recording holds, and how two recordings of the same call are compared. */
import { graphDef } from './graphDef.ts';

/** What TensorFlow.js needs to know of an op's output. */
export interface OutputInfo {
  readonly shape: readonly number[];
  readonly dtype: number;
}

export interface RecordedNode {
  readonly name: string;
  /** The TensorFlow op. */
  readonly op: string;
  /** For error messages: what a constant holds. */
  readonly detail: string;
  readonly inputs: readonly string[];
  readonly bytes: Uint8Array;
  /** Of an op that was executed; none of inputs and constants. */
  readonly outputs: readonly OutputInfo[];
}

export interface RecordedGraph {
  readonly nodes: readonly RecordedNode[];
  /** Names for `addFunction`, in the order of the function's inputs. */
  readonly inputs: readonly string[];
  /** Names for `addFunction`, in the order of the function's outputs; no name stands twice. */
  readonly outputs: readonly string[];
  /** Functions that nodes of this graph call, in the order in which they were recorded. */
  readonly functions: readonly RecordedFunction[];
}

/** A graph with the name under which TensorFlow is to know it. */
export interface RecordedFunction {
  readonly name: string;
  readonly graph: RecordedGraph;
}

/** The GraphDef of a recording. */
export function serialise(graph: RecordedGraph): Uint8Array {
  return graphDef(graph.nodes.map((node) => node.bytes));
}

/** What differs at one place of two recordings, in words; null when the nodes are the same to the byte. */
export function difference(first: RecordedGraph, index: number, node: RecordedNode): string | null {
  const before = first.nodes[index];
  if (before === undefined || before.op !== node.op) {
    return `operation ${index} was ${before?.op ?? 'missing'} at first and ${node.op} then`;
  }
  if (Buffer.compare(before.bytes, node.bytes) === 0) return null;
  if (before.op !== 'Const') return `operation ${index}, ${before.op}, changed between traces`;
  const user = first.nodes.find((other) => other.inputs.includes(before.name))?.op ?? 'nothing';
  return `constant ${before.detail} (used by ${user}) changed between traces, to ${node.detail}`;
}
