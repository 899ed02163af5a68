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
  /** Entries may be −∞, which count as 0 in a norm. */
  readonly masked: boolean;
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

/** Rows times themselves: a product is several times faster here than squaring and summing. */
function norms(graph: GraphBuilder, { value, shape, posAxis, masked }: Reducible): ValueName {
  const finite = masked ? withoutMasked(graph, value) : value;
  const rows = posAxis === 0 && shape.length > 2 ? graph.op("Reshape", [finite, graph.ints(0, -1)]) : finite;
  const row = graph.op("Unsqueeze", [rows, graph.ints(posAxis + 1)]);
  const [squares] = graph.ops("FusedMatMul", [row, row], {
    domain: "com.microsoft",
    attributes: { transB: 1 },
  });
  const others = [0, 1, 2, 3].slice(0, posAxis + 3).filter((axis) => axis !== posAxis);
  return graph.op("Sqrt", [graph.op("ReduceSum", [squares, graph.ints(...others)], { keepdims: 0 })]);
}

function withoutMasked(graph: GraphBuilder, value: ValueName): ValueName {
  return graph.op("Where", [graph.op("Equal", [value, graph.scalar(-Infinity)]), graph.scalar(0), value]);
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
