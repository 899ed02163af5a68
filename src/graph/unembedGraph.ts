/** Rows of a residual stream to what they decode to, reduced inside the graph. */
import type { OnnxGraph } from "../formats/onnx/onnxModel";
import { GraphBuilder, type ValueName, type WeightTable } from "./graphBuilder";
import type { ModelSpec, UnembedSpec } from "./modelSpec";
import { capped, linear, scaled } from "./parts/linear";
import { norm } from "./parts/norm";
import { SiteMarker, type SitePlan } from "./sites";

/**
 * Input rows [N, dModel]; outputs per row. Tracked ids are an input [N, M]; where rows are compared, `to` [N] names the
 * row that each is compared with, and that one's `follow` best are tracked behind the others.
 */
export const unembedNames = {
  rows: "rows",
  k: "k",
  track: "track",
  to: "to",
  follow: "follow",
  divergence: "divergence",
  topIds: "top/ids",
  topLogits: "top/logits",
  logSumExp: "logSumExp",
  entropy: "entropy",
  trackedLogits: "tracked/logits",
  trackedRanks: "tracked/ranks",
  logits: "logits",
  ids: "ids",
  picked: "picked",
} as const;

/**
 * Which outputs an unembedding has: the k best and the distribution's sums, also of tracked ids, also compared with
 * other rows, the logits whole, one logit of each row alone ("pick"), or only the final norm's hooks.
 */
export interface UnembedVariant extends SitePlan {
  readonly kind: "top" | "track" | "compare" | "logits" | "pick" | "norm";
  /** Of a comparison: ids tracked per row, those followed included. Ranks are counted one id after the other. */
  readonly width?: number;
  /** For some rows, but few: the weights stand first in the product, where they are read once and not rearranged. */
  readonly few?: boolean;
}

/** Final norm, unembedding, and the asked-for reduction. */
export function unembedGraph(spec: ModelSpec, variant: UnembedVariant, weights: WeightTable): OnnxGraph {
  const graph = new GraphBuilder(`unembed ${variant.kind}`, weights);
  const marker = new SiteMarker(graph, variant);
  const rows = graph.input(unembedNames.rows, ["N", spec.dModel]);
  const sites = { scale: "ln_final.hook_scale", normalized: "ln_final.hook_normalized" } as const;
  const how = { sites, marker, dModel: spec.dModel, rows: "N" };
  const normed = spec.finalNorm === null ? rows : norm(graph, rows, spec.finalNorm, how);
  if (variant.kind === "norm") return graph.build();
  if (variant.kind === "pick") {
    picked(graph, normed, spec.unembed);
    return graph.build();
  }
  const logits = unembedded(graph, normed, { spec: spec.unembed, few: variant.few ?? false });
  if (variant.kind === "logits") graph.output(unembedNames.logits, logits, ["N", spec.dVocab]);
  else {
    const reduced = reductions(graph, logits);
    if (variant.kind === "track")
      tracked(graph, logits, graph.input(unembedNames.track, ["N", "M"], "int64"));
    if (variant.kind === "compare") compared(graph, { logits, ...reduced }, variant.width ?? 1);
  }
  return graph.build();
}

/** Logits [N, vocab] of what the final norm gives. */
function unembedded(
  graph: GraphBuilder,
  normed: ValueName,
  { spec, few }: { spec: UnembedSpec; few: boolean },
): ValueName {
  const { weight, bias, project } = spec;
  const rows = project === null ? normed : linear(graph, normed, project);
  const products = few
    ? weightsFirst(graph, rows, spec)
    : linear(graph, rows, { weight, layout: "out-in", bias });
  return finished(graph, products, spec);
}

function finished(graph: GraphBuilder, products: ValueName, { scale, softCap }: UnembedSpec): ValueName {
  const logits = scaled(graph, products, scale);
  return softCap === null ? logits : capped(graph, logits, softCap);
}

/** The logit of one id in each row [N, 1]: of the weights, only the rows of these ids are read. */
function picked(graph: GraphBuilder, normed: ValueName, spec: UnembedSpec): void {
  const { weight, bias, project } = spec;
  const ids = graph.input(unembedNames.ids, ["N"], "int64");
  const rows = project === null ? normed : linear(graph, normed, project);
  const own = graph.op("Gather", [graph.weight(weight), ids], { axis: 0 });
  const last = graph.ints(1);
  let products = graph.op("ReduceSum", [graph.op("Mul", [rows, own]), last], { keepdims: 1 });
  if (bias !== null) {
    const ofIds = graph.op("Gather", [graph.weight(bias), ids], { axis: 0 });
    products = graph.op("Add", [products, graph.op("Unsqueeze", [ofIds, last])]);
  }
  graph.output(unembedNames.picked, finished(graph, products, spec), ["N", 1]);
}

function weightsFirst(graph: GraphBuilder, rows: ValueName, { weight, bias }: UnembedSpec): ValueName {
  const inputs = [graph.weight(weight), rows];
  if (bias !== null) inputs.push(graph.op("Unsqueeze", [graph.weight(bias), graph.ints(1)]));
  return graph.op("Transpose", [graph.op("Gemm", inputs, { transB: 1 })], { perm: [1, 0] });
}

/** The k largest, log Σ exp and entropy −Σ p log p. The best logit less its log-probability is log Σ exp. */
function reductions(graph: GraphBuilder, logits: ValueName): { ids: ValueName; logProbs: ValueName } {
  const last = graph.ints(1);
  const k = graph.input(unembedNames.k, [1], "int64");
  const [values, ids] = graph.ops("TopK", [logits, k], { outputs: 2, attributes: { axis: -1 } });
  graph.output(unembedNames.topLogits, values, ["N", "K"]);
  graph.output(unembedNames.topIds, ids, ["N", "K"], "int64");
  const logProbs = graph.op("LogSoftmax", [logits], { axis: -1 });
  const best = graph.op("GatherElements", [logProbs, ids], { axis: 1 });
  const sums = graph.op("Sub", [values, best]);
  graph.output(
    unembedNames.logSumExp,
    graph.op("Slice", [sums, graph.ints(0), graph.ints(1), graph.ints(1)]),
    ["N", 1],
  );
  const weighted = graph.op("Mul", [graph.op("Exp", [logProbs]), logProbs]);
  graph.output(
    unembedNames.entropy,
    graph.op("Neg", [graph.op("ReduceSum", [weighted, last], { keepdims: 1 })]),
    ["N", 1],
  );
  return { ids, logProbs };
}

/**
 * KL(other row ‖ row) in nats, and `width` tracked ids: those of the input, then the best of the other row. Their ranks
 * are counted one after the other, so that no array is larger than [N, vocab].
 */
function compared(
  graph: GraphBuilder,
  { logits, ids, logProbs }: { logits: ValueName; ids: ValueName; logProbs: ValueName },
  width: number,
): void {
  const to = graph.input(unembedNames.to, ["N"], "int64");
  const last = graph.ints(1);
  const other = graph.op("Gather", [logProbs, to], { axis: 0 });
  const terms = graph.op("Mul", [graph.op("Exp", [other]), graph.op("Sub", [other, logProbs])]);
  graph.output(unembedNames.divergence, graph.op("ReduceSum", [terms, last], { keepdims: 1 }), ["N", 1]);
  const best = graph.op("Gather", [ids, to], { axis: 0 });
  const follow = graph.input(unembedNames.follow, [1], "int64");
  const followed = graph.op("Slice", [best, graph.ints(0), follow, last]);
  const given = graph.input(unembedNames.track, ["N", "M"], "int64");
  const track = graph.op("Concat", [given, followed], { axis: 1 });
  const chosen = graph.op("GatherElements", [logits, track], { axis: 1 });
  graph.output(unembedNames.trackedLogits, chosen, ["N", width]);
  const ranks = Array.from({ length: width }, (_, i) => {
    const one = graph.op("Slice", [chosen, graph.ints(i), graph.ints(i + 1), last]);
    const larger = graph.op("Cast", [graph.op("Greater", [logits, one])], { to: 1 });
    return graph.op("ReduceSum", [larger, last], { keepdims: 1 });
  });
  const counted = graph.op("Concat", ranks, { axis: 1 });
  graph.output(unembedNames.trackedRanks, graph.op("Add", [counted, graph.scalar(1)]), ["N", width]);
}

/** Logit and rank of chosen ids; the rank counts the larger logits, so ties share the better rank. */
function tracked(graph: GraphBuilder, logits: ValueName, ids: ValueName): void {
  const chosen = graph.op("GatherElements", [logits, ids], { axis: 1 });
  graph.output(unembedNames.trackedLogits, chosen, ["N", "M"]);
  const larger = graph.op("Greater", [
    graph.op("Unsqueeze", [logits, graph.ints(1)]),
    graph.op("Unsqueeze", [chosen, graph.ints(2)]),
  ]);
  const counted = graph.op("ReduceSum", [graph.op("Cast", [larger], { to: 1 }), graph.ints(2)], {
    keepdims: 0,
  });
  graph.output(unembedNames.trackedRanks, graph.op("Add", [counted, graph.scalar(1)]), ["N", "M"]);
}
