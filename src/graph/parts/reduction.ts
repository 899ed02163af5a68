/** What a read leaves of a hook's value, computed inside the graph so that nothing larger leaves it. */
import type { OnnxType } from "../../formats/onnx/onnxModel";
import type { GraphBuilder, ValueName } from "../graphBuilder";
import type { ReadReduction } from "../runner";

/** Kinds of reductions. */
export type ReductionKind = ReadReduction["kind"];

/**
 * Outputs of a reduction. "value" is what it says itself, of one chunk's positions; "indices" go with the k largest;
 * "squares" are the sums of squared distances from the mean, "least" and "most" the extremes.
 */
export type ReductionPart = "value" | "indices" | "squares" | "least" | "most";

/** The outputs that each kind has. */
export const reductionParts: Readonly<Record<ReductionKind, readonly ReductionPart[]>> = {
  norm: ["value"],
  top: ["value", "indices"],
  mean: ["value"],
  statistics: ["value", "squares", "least", "most"],
  projection: ["value"],
};

interface Reduced {
  readonly part: ReductionPart;
  readonly value: ValueName;
  readonly shape: readonly (number | string)[];
  readonly type: OnnxType;
}

/** A value to reduce; `input` names the graph input of the kinds that take one. */
interface Reducible {
  readonly value: ValueName;
  readonly shape: readonly (number | string)[];
  readonly posAxis: number;
  readonly input: string;
}

/** The outputs of a reduction of a value. */
export function reduction(graph: GraphBuilder, of: Reducible, kind: ReductionKind): Reduced[] {
  const { value, shape, posAxis, input } = of;
  const float = (part: ReductionPart, made: ValueName, size: readonly (number | string)[]): Reduced => ({
    part,
    value: made,
    shape: size,
    type: "float",
  });
  switch (kind) {
    case "norm":
      return [float("value", norms(graph, of), [shape[posAxis]])];
    case "top": {
      const k = graph.input(input, [1], "int64");
      const [values, indices] = graph.ops("TopK", [value, k], { outputs: 2, attributes: { axis: -1 } });
      const kept = [...shape.slice(0, -1), `${input}.k`];
      return [float("value", values, kept), { part: "indices", value: indices, shape: kept, type: "int64" }];
    }
    case "mean":
      return [float("value", overPositions(graph, "ReduceMean", value), shape.slice(1))];
    case "statistics":
      return statistics(graph, value).map(([part, made]) => float(part, made, shape.slice(1)));
    case "projection": {
      const flat = graph.op("Reshape", [value, graph.ints(0, -1)]);
      const directions = graph.input(input, [`${input}.n`, `${input}.entries`]);
      const products = graph.op("Gemm", [flat, directions], { transB: 1 });
      return [float("value", products, [shape[0], `${input}.n`])];
    }
  }
}

function norms(graph: GraphBuilder, { value, shape, posAxis }: Reducible): ValueName {
  const masked = graph.op("Equal", [value, graph.scalar(-Infinity)]);
  const finite = graph.op("Where", [masked, graph.scalar(0), value]);
  const others = shape.flatMap((_, axis) => (axis === posAxis ? [] : [axis]));
  return graph.op("ReduceL2", [finite, graph.ints(...others)], { keepdims: 0 });
}

function overPositions(graph: GraphBuilder, op: string, value: ValueName, keepdims = 0): ValueName {
  return graph.op(op, [value, graph.ints(0)], { keepdims });
}

function statistics(graph: GraphBuilder, value: ValueName): (readonly [ReductionPart, ValueName])[] {
  const distance = graph.op("Sub", [value, overPositions(graph, "ReduceMean", value, 1)]);
  return [
    ["value", overPositions(graph, "ReduceMean", value)],
    ["squares", overPositions(graph, "ReduceSumSquare", distance)],
    ["least", overPositions(graph, "ReduceMin", value)],
    ["most", overPositions(graph, "ReduceMax", value)],
  ];
}
