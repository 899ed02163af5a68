/** Graphs for trained lenses: the affine map, products of rows, and the KL to the model's output with its gradient. */
import type { OnnxGraph } from "../formats/onnx/onnxModel";
import { GraphBuilder, type ValueName, type WeightTable } from "./graphBuilder";
import type { LinearSpec, ModelSpec, NormSpec, UnembedSpec } from "./modelSpec";
import { capped, linear, scaled } from "./parts/linear";
import { gained, normalise } from "./parts/norm";

/** Names of inputs and outputs of the graphs here. */
export const lensNames = {
  rows: "rows",
  others: "others",
  a: "a",
  b: "b",
  translated: "translated",
  xx: "xx",
  yx: "yx",
  outer: "outer",
  final: "final",
  kl: "kl",
  gradients: "gradients",
} as const;

const noWeights: WeightTable = new Map();

/** rows [n, d], A [d, d], b [d] → rows + rows·Aᵀ + b. With A and b of zeros, the rows to the last bit. */
export function translateGraph(d: number): OnnxGraph {
  const graph = new GraphBuilder("translate", noWeights);
  const rows = graph.input(lensNames.rows, ["n", d]);
  const added = graph.op("Gemm", [rows, graph.input(lensNames.a, [d, d]), graph.input(lensNames.b, [d])], {
    transB: 1,
  });
  graph.output(lensNames.translated, graph.op("Add", [rows, added]), ["n", d]);
  return graph.build();
}

/** Rows x and others y [n, d] → xᵀx and yᵀx in float64. */
export function productsGraph(d: number): OnnxGraph {
  const graph = new GraphBuilder("products", noWeights);
  const wide = (name: string): ValueName => graph.op("Cast", [graph.input(name, ["n", d])], { to: 11 });
  const x = wide(lensNames.rows);
  const y = wide(lensNames.others);
  graph.output(lensNames.xx, graph.op("Gemm", [x, x], { transA: 1 }), [d, d], "double");
  graph.output(lensNames.yx, graph.op("Gemm", [y, x], { transA: 1 }), [d, d], "double");
  return graph.build();
}

/** Others g and rows x [n, d] → gᵀx. */
export function outerGraph(d: number): OnnxGraph {
  const graph = new GraphBuilder("outer", noWeights);
  const x = graph.input(lensNames.rows, ["n", d]);
  const g = graph.input(lensNames.others, ["n", d]);
  graph.output(lensNames.outer, graph.op("Gemm", [g, x], { transA: 1 }), [d, d]);
  return graph.build();
}

/**
 * Rows [g · n, d], those of g layers one after the other, and final rows [n, d] → KL(final ‖ rows) [g, n] in nats, and
 * where wanted its gradient with respect to the rows [g · n, d]. The gradient is written out: softmax less softmax, then
 * backwards through cap, scale, unembedding, gain and norm.
 */
export function divergenceGraph(spec: ModelSpec, weights: WeightTable, withGradients: boolean): OnnxGraph {
  const graph = new GraphBuilder("divergence", weights);
  const d = spec.dModel;
  const rows = graph.input(lensNames.rows, ["m", d]);
  const final = graph.input(lensNames.final, ["n", d]);
  const wanted = graph.op("LogSoftmax", [unembed(graph, final, spec).logits], { axis: -1 });
  const read = unembed(graph, rows, spec);
  const n = graph.op("Shape", [final], { start: 0, end: 1 });
  const shape = graph.op("Concat", [graph.ints(-1), n, graph.ints(spec.dVocab)], { axis: 0 });
  const logQ = graph.op("Reshape", [graph.op("LogSoftmax", [read.logits], { axis: -1 }), shape]);
  const p = graph.op("Exp", [wanted]);
  const terms = graph.op("Mul", [p, graph.op("Sub", [wanted, logQ])]);
  graph.output(lensNames.kl, graph.op("ReduceSum", [terms, graph.ints(2)], { keepdims: 0 }), ["g", "n"]);
  if (withGradients) {
    const apart = graph.op("Sub", [graph.op("Exp", [logQ]), p]);
    const flat = graph.op("Reshape", [apart, graph.ints(-1, spec.dVocab)]);
    graph.output(lensNames.gradients, backwards(graph, flat, { spec, read }), ["m", d]);
  }
  return graph.build();
}

/** What the way back needs of the way forth. */
interface Unembedded {
  readonly logits: ValueName;
  /** After the norm, before its gain, and the inverse of what it divided by; null without a norm. */
  readonly normed: { readonly value: ValueName; readonly inverse: ValueName } | null;
}

function unembed(
  graph: GraphBuilder,
  rows: ValueName,
  { finalNorm, unembed: spec, dModel }: ModelSpec,
): Unembedded {
  const normed = finalNorm === null ? null : normedRows(graph, rows, finalNorm, dModel);
  const y = finalNorm === null || normed === null ? rows : gained(graph, normed.value, finalNorm);
  const { weight, bias, project, scale, softCap } = spec;
  const narrow = project === null ? y : linear(graph, y, project);
  const logits = scaled(graph, linear(graph, narrow, { weight, layout: "out-in", bias }), scale);
  return { logits: softCap === null ? logits : capped(graph, logits, softCap), normed };
}

function normedRows(
  graph: GraphBuilder,
  rows: ValueName,
  { kind, epsilon }: NormSpec,
  d: number,
): { value: ValueName; inverse: ValueName } {
  const attributes = { axis: -1, epsilon: { float: epsilon } };
  const [value, inverse] = normalise(graph, kind, [rows, graph.filled(1, d)], attributes);
  return { value, inverse };
}

/** From a gradient with respect to logits to one with respect to the rows. */
function backwards(
  graph: GraphBuilder,
  gradient: ValueName,
  { spec, read }: { spec: ModelSpec; read: Unembedded },
): ValueName {
  const { unembed: end, finalNorm } = spec;
  const uncapped = end.softCap === null ? gradient : throughCap(graph, gradient, read.logits, end.softCap);
  const y = throughUnembedding(graph, scaled(graph, uncapped, end.scale), end);
  if (finalNorm === null || read.normed === null) return y;
  return throughNorm(graph, gained(graph, y, { ...finalNorm, bias: null }), finalNorm.kind, read.normed);
}

/** cap · tanh(x / cap) has the slope 1 − (value / cap)². */
function throughCap(graph: GraphBuilder, gradient: ValueName, value: ValueName, cap: number): ValueName {
  const share = scaled(graph, value, 1 / cap);
  const slope = graph.op("Sub", [graph.scalar(1), graph.op("Mul", [share, share])]);
  return graph.op("Mul", [gradient, slope]);
}

function throughUnembedding(
  graph: GraphBuilder,
  gradient: ValueName,
  { weight, project }: UnembedSpec,
): ValueName {
  const narrow = transposed(graph, gradient, { weight, layout: "out-in", bias: null });
  return project === null ? narrow : transposed(graph, narrow, project);
}

/** The product backwards: with the weights the other way round and no bias. */
function transposed(graph: GraphBuilder, gradient: ValueName, { weight, layout }: LinearSpec): ValueName {
  return linear(graph, gradient, { weight, layout: layout === "out-in" ? "in-out" : "out-in", bias: null });
}

/** (g − mean(g) − v · mean(g · v)) / σ with v the normalised value; for RMSNorm without the mean of g. */
function throughNorm(
  graph: GraphBuilder,
  g: ValueName,
  kind: NormSpec["kind"],
  { value, inverse }: { readonly value: ValueName; readonly inverse: ValueName },
): ValueName {
  const mean = (x: ValueName): ValueName => graph.op("ReduceMean", [x, graph.ints(1)], { keepdims: 1 });
  const along = graph.op("Mul", [value, mean(graph.op("Mul", [g, value]))]);
  const centred = kind === "layer" ? graph.op("Sub", [g, mean(g)]) : g;
  return graph.op("Mul", [graph.op("Sub", [centred, along]), inverse]);
}
