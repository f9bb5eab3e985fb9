/**
 * @file Writes TensorFlow's GraphDef: the few protobuf messages that a recorded function needs.
 * Field numbers: tensorflow/core/framework/{graph,node_def,attr_value,tensor,tensor_shape,versions}.proto.
 */
import { DTYPE, type HostValues, type OpAttr } from './nativeBackend.ts';
import { ProtoWriter } from './protoWriter.ts';

/** A serialised NodeDef for an input of the graph. */
export function placeholderNode(name: string, dtype: number): Uint8Array {
  return nodeDef(name, 'Placeholder', [], [['dtype', typeAttr(dtype)]]);
}

/** A serialised NodeDef that passes a tensor on. `input` is "node" or "node:index". */
export function identityNode(name: string, input: string, dtype: number): Uint8Array {
  return nodeDef(name, 'Identity', [input], [['T', typeAttr(dtype)]]);
}

/**
 * A serialised NodeDef of a tensor known while recording. An array whose elements are all the same is written as one element.
 * @throws Error for dtypes that have no typed array.
 */
export function constNode(
  name: string,
  dtype: number,
  shape: readonly number[],
  values: HostValues,
): Uint8Array {
  return nodeDef(
    name,
    'Const',
    [],
    [
      ['dtype', typeAttr(dtype)],
      ['value', new ProtoWriter().message(8, tensorProto(name, dtype, shape, values)).finish()],
    ],
  );
}

/** A serialised NodeDef of an op with attributes as the binding takes them. */
export function opNode(
  name: string,
  op: string,
  inputs: readonly string[],
  attrs: readonly OpAttr[],
): Uint8Array {
  return nodeDef(
    name,
    op,
    inputs,
    attrs.map((attr) => [attr.name, attrValue(op, attr)] as const),
  );
}

/** A serialised GraphDef of serialised nodes. */
export function graphDef(nodes: readonly Uint8Array[]): Uint8Array {
  const graph = new ProtoWriter();
  for (const node of nodes) graph.message(1, node);
  // versions.producer: what the ops' defaults mean. 1087 is TensorFlow 2.9, whose ops tfjs-node 4.22 was written for.
  graph.message(4, new ProtoWriter().int(1, 1087).finish());
  return graph.finish();
}

function nodeDef(
  name: string,
  op: string,
  inputs: readonly string[],
  attrs: readonly (readonly [string, Uint8Array])[],
): Uint8Array {
  const node = new ProtoWriter().string(1, name).string(2, op);
  for (const input of inputs) node.string(3, input);
  for (const [key, value] of attrs) {
    node.message(5, new ProtoWriter().string(1, key).message(2, value).finish());
  }
  return node.finish();
}

function typeAttr(dtype: number): Uint8Array {
  return new ProtoWriter().int(6, dtype).finish();
}

/** Numbers of TF_AttrType (tensorflow/c/tf_attrtype.h), most of which the binding exports as TF_ATTR_*. */
export const ATTR = { string: 0, int: 1, float: 2, bool: 3, type: 4, shape: 5, function: 8 } as const;

function attrValue(op: string, attr: OpAttr): Uint8Array {
  const writer = new ProtoWriter();
  const { type, value } = attr;
  if (!Array.isArray(value) || type === ATTR.shape) return writeAttr(writer, op, attr, value).finish();
  const list = new ProtoWriter();
  for (const item of value) writeAttr(list, op, attr, item);
  return writer.message(1, list.finish()).finish();
}

/** The fields of AttrValue and of AttrValue.ListValue have the same numbers. */
function writeAttr(writer: ProtoWriter, op: string, attr: OpAttr, value: unknown): ProtoWriter {
  switch (attr.type) {
    case ATTR.string:
      return writer.string(2, String(value));
    case ATTR.int:
      return writer.int(3, Number(value));
    case ATTR.float:
      return writer.float(4, Number(value));
    case ATTR.bool:
      return writer.int(5, value === true ? 1 : 0);
    case ATTR.type:
      return writer.int(6, Number(value));
    case ATTR.shape:
      return writer.message(7, shapeProto(Array.isArray(value) ? value.map(Number) : []));
    case ATTR.function:
      // NameAttrList
      return writer.message(10, new ProtoWriter().string(1, String(value)).finish());
    default:
      throw new Error(
        `The attribute ${attr.name} of the op ${op} has the unknown type ${attr.type}: it cannot be recorded`,
      );
  }
}

function shapeProto(shape: readonly number[]): Uint8Array {
  const writer = new ProtoWriter();
  for (const size of shape) writer.message(2, new ProtoWriter().int(1, size).finish());
  return writer.finish();
}

function tensorProto(name: string, dtype: number, shape: readonly number[], values: HostValues): Uint8Array {
  if (!(values instanceof Float32Array || values instanceof Int32Array || values instanceof Uint8Array)) {
    throw new Error(
      `The constant ${name} has the dtype ${dtype}, which cannot be recorded: use float32, int32 or bool`,
    );
  }
  const writer = new ProtoWriter().int(1, dtype).message(2, shapeProto(shape));
  // One element stands for all (tensor.proto): ones and zeros of a gradient would else be most of the graph.
  const repeated = values.length > 1 && dtype !== DTYPE.int64 && allSame(values);
  const stored = repeated ? values.subarray(0, 1) : values;
  const bytes = new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength);
  if (!repeated) return writer.message(4, bytes).finish();
  const field = dtype === DTYPE.float32 ? 5 : dtype === DTYPE.bool ? 11 : 7;
  if (field === 5) return writer.message(5, bytes).finish();
  return writer.int(field, stored[0] ?? 0).finish();
}

function allSame(values: Float32Array | Int32Array | Uint8Array): boolean {
  const first = values[0];
  // Object.is: -0 is not 0, and NaN is NaN.
  return values.every((value) => Object.is(value, first));
}
