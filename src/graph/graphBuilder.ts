/** Writes an ONNX graph node by node. Weights are referred to by name; names of values are made here. */
import type {
  OnnxAttribute,
  OnnxGraph,
  OnnxInitializer,
  OnnxNode,
  OnnxType,
  OnnxValue,
} from "../formats/onnx/onnxModel";
import { GraphError } from "./graphError";

/** Where a weight lies: a byte range of a file in the model's folder. */
export interface WeightLocation {
  readonly shape: readonly number[];
  readonly file: string;
  readonly offset: number;
  readonly length: number;
}

/** All weights of a model by the checkpoint's names. */
export type WeightTable = ReadonlyMap<string, WeightLocation>;

/** Name for rows `from` … `to` − 1 of a tensor: they are mapped as a weight of their own, nothing is copied. */
export function rowsOf(name: string, from: number, to: number): string {
  return `${name}[${from}:${to}]`;
}

/**
 * Where a weight lies that is named as the checkpoint names it, or as `rowsOf` does.
 * @throws {GraphError} "missing-tensor"
 */
export function locateWeight(weights: WeightTable, name: string): WeightLocation {
  const whole = weights.get(name);
  if (whole !== undefined) return whole;
  const part = /^(.*)\[(\d+):(\d+)\]$/.exec(name);
  const of = part === null ? undefined : weights.get(part[1]);
  if (part === null || of === undefined)
    throw new GraphError("missing-tensor", `The checkpoint has no tensor "${name}".`, { details: { name } });
  const [from, to] = [Number(part[2]), Number(part[3])];
  const row = of.length / of.shape[0];
  return {
    shape: [to - from, ...of.shape.slice(1)],
    file: of.file,
    offset: of.offset + from * row,
    length: (to - from) * row,
  };
}

/** Name of a value inside the graph being built. */
export type ValueName = string;

/** One graph under construction. Values are float32 unless said otherwise. */
export class GraphBuilder {
  private readonly nodes: OnnxNode[] = [];
  private readonly inputs: OnnxValue[] = [];
  private readonly outputs: OnnxValue[] = [];
  private readonly initializers = new Map<string, OnnxInitializer>();
  private count = 0;

  constructor(
    private readonly name: string,
    private readonly weights: WeightTable,
  ) {}

  /** Declares a graph input; text dimensions are symbolic. */
  input(name: string, shape: readonly (number | string)[], type: OnnxType = "float"): ValueName {
    this.inputs.push({ name, shape, type });
    return name;
  }

  /** Makes a value a graph output under a name of its own. */
  output(
    name: string,
    value: ValueName,
    shape: readonly (number | string)[],
    type: OnnxType = "float",
  ): void {
    this.nodes.push({
      op: "Identity",
      domain: "",
      name: `out/${name}`,
      inputs: [value],
      outputs: [name],
      attributes: {},
    });
    this.outputs.push({ name, shape, type });
  }

  /**
   * A weight of the checkpoint (or rows of one, see `rowsOf`), used where it lies.
   * @throws {GraphError} "missing-tensor"
   */
  weight(name: string): ValueName {
    const { shape, file, offset, length } = locateWeight(this.weights, name);
    this.initializers.set(name, {
      name,
      type: "float",
      shape,
      source: { kind: "external", file, offset, length },
    });
    return name;
  }

  /** A constant list of integers. */
  ints(...values: number[]): ValueName {
    const name = `const/${values.join(",")}`;
    const bytes = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
    this.initializers.set(name, {
      name,
      type: "int64",
      shape: [values.length],
      source: { kind: "inline", bytes },
    });
    return name;
  }

  /** A constant number without axes. */
  scalar(value: number, type: "float" | "int64" = "float"): ValueName {
    const name = `const/${type}/${value}`;
    const bytes = new Uint8Array(
      type === "float" ? new Float32Array([value]).buffer : BigInt64Array.from([BigInt(value)]).buffer,
    );
    this.initializers.set(name, { name, type, shape: [], source: { kind: "inline", bytes } });
    return name;
  }

  /** A constant vector of n equal numbers. */
  filled(value: number, n: number): ValueName {
    const name = `const/${value}x${n}`;
    const bytes = new Uint8Array(new Float32Array(n).fill(value).buffer);
    this.initializers.set(name, { name, type: "float", shape: [n], source: { kind: "inline", bytes } });
    return name;
  }

  /** Adds an operator of ai.onnx and gives its first output. */
  op(op: string, inputs: readonly ValueName[], attributes: Record<string, OnnxAttribute> = {}): ValueName {
    return this.ops(op, inputs, { attributes })[0];
  }

  /** Adds an operator with several outputs or of another domain. */
  ops(
    op: string,
    inputs: readonly ValueName[],
    how: { outputs?: number; domain?: string; attributes?: Record<string, OnnxAttribute> },
  ): ValueName[] {
    const id = this.count++;
    const outputs = Array.from({ length: how.outputs ?? 1 }, (_, i) => `${op}${id}.${i}`);
    const attributes = how.attributes ?? {};
    this.nodes.push({ op, domain: how.domain ?? "", name: `${op}${id}`, inputs, outputs, attributes });
    return outputs;
  }

  /** The finished graph. */
  build(): OnnxGraph {
    const initializers = [...this.initializers.values()];
    return { name: this.name, nodes: this.nodes, inputs: this.inputs, outputs: this.outputs, initializers };
  }
}
