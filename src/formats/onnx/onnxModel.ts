/** An ONNX graph as data, and its encoding as a ModelProto. Only what this project authors. */
import { ProtobufWriter } from "./protobufWriter";

/** Element types used: numbers as TensorProto.DataType has them. */
export const onnxType = { float: 1, int64: 7, bool: 9, double: 11 } as const;

/** Name of an element type. */
export type OnnxType = keyof typeof onnxType;

/** A node attribute: integers are written as INT, `{ float }` as FLOAT, text as STRING, lists as INTS. */
export type OnnxAttribute = number | { readonly float: number } | string | readonly number[];

/** One operator; `domain` "" is ai.onnx. Empty input names are left-out optional inputs. */
export interface OnnxNode {
  readonly op: string;
  readonly domain: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

/** A graph input or output; a string dimension is symbolic. */
export interface OnnxValue {
  readonly name: string;
  readonly type: OnnxType;
  readonly shape: readonly (number | string)[];
}

/** A constant: bytes inside the model, or a byte range of a file beside it. */
export interface OnnxInitializer {
  readonly name: string;
  readonly type: OnnxType;
  readonly shape: readonly number[];
  readonly source:
    | { readonly kind: "inline"; readonly bytes: Uint8Array }
    | { readonly kind: "external"; readonly file: string; readonly offset: number; readonly length: number };
}

/** A whole graph. */
export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly initializers: readonly OnnxInitializer[];
}

const irVersion = 10;
const opset = 23;
const attributeType = { float: 1, int: 2, string: 3, ints: 7 };
const externalLocation = 1;

/**
 * The bytes of a ModelProto (IR 10, ai.onnx 23, com.microsoft 1).
 * Source: onnx.proto3 of the ONNX project (field numbers).
 */
export function encodeOnnxModel(graph: OnnxGraph): Uint8Array {
  const model = new ProtobufWriter();
  model.int(1, irVersion);
  model.bytes(7, encodeGraph(graph));
  model.bytes(8, encodeOpset("", opset));
  model.bytes(8, encodeOpset("com.microsoft", 1));
  return model.finish();
}

function encodeOpset(domain: string, version: number): Uint8Array {
  const writer = new ProtobufWriter();
  writer.text(1, domain);
  writer.int(2, version);
  return writer.finish();
}

function encodeGraph(graph: OnnxGraph): Uint8Array {
  const writer = new ProtobufWriter();
  for (const node of graph.nodes) writer.bytes(1, encodeNode(node));
  writer.text(2, graph.name);
  for (const initializer of graph.initializers) writer.bytes(5, encodeInitializer(initializer));
  for (const value of graph.inputs) writer.bytes(11, encodeValue(value));
  for (const value of graph.outputs) writer.bytes(12, encodeValue(value));
  return writer.finish();
}

function encodeNode(node: OnnxNode): Uint8Array {
  const writer = new ProtobufWriter();
  for (const input of node.inputs) writer.text(1, input);
  for (const output of node.outputs) writer.text(2, output);
  writer.text(3, node.name);
  writer.text(4, node.op);
  for (const [name, value] of Object.entries(node.attributes)) writer.bytes(5, encodeAttribute(name, value));
  if (node.domain !== "") writer.text(7, node.domain);
  return writer.finish();
}

function encodeAttribute(name: string, value: OnnxAttribute): Uint8Array {
  const writer = new ProtobufWriter();
  writer.text(1, name);
  if (typeof value === "number") {
    writer.int(3, value);
    writer.int(20, attributeType.int);
  } else if (typeof value === "string") {
    writer.text(4, value);
    writer.int(20, attributeType.string);
  } else if ("float" in value) {
    writer.float(2, value.float);
    writer.int(20, attributeType.float);
  } else {
    for (const entry of value) writer.int(8, entry);
    writer.int(20, attributeType.ints);
  }
  return writer.finish();
}

function encodeInitializer(initializer: OnnxInitializer): Uint8Array {
  const writer = new ProtobufWriter();
  for (const n of initializer.shape) writer.int(1, n);
  writer.int(2, onnxType[initializer.type]);
  writer.text(8, initializer.name);
  const { source } = initializer;
  if (source.kind === "inline") {
    writer.bytes(9, source.bytes);
    return writer.finish();
  }
  const entries = { location: source.file, offset: String(source.offset), length: String(source.length) };
  for (const [key, value] of Object.entries(entries)) writer.bytes(13, encodeEntry(key, value));
  writer.int(14, externalLocation);
  return writer.finish();
}

function encodeEntry(key: string, value: string): Uint8Array {
  const writer = new ProtobufWriter();
  writer.text(1, key);
  writer.text(2, value);
  return writer.finish();
}

function encodeValue(value: OnnxValue): Uint8Array {
  const shape = new ProtobufWriter();
  for (const n of value.shape) {
    const dimension = new ProtobufWriter();
    if (typeof n === "number") dimension.int(1, n);
    else dimension.text(2, n);
    shape.bytes(1, dimension.finish());
  }
  const tensorType = new ProtobufWriter();
  tensorType.int(1, onnxType[value.type]);
  tensorType.bytes(2, shape.finish());
  const type = new ProtobufWriter();
  type.bytes(1, tensorType.finish());
  const writer = new ProtobufWriter();
  writer.text(1, value.name);
  writer.bytes(2, type.finish());
  return writer.finish();
}
