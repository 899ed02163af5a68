/** Rows of a residual stream to what they decode to, reduced inside the graph. */
import type { OnnxGraph } from "../formats/onnx/onnxModel";
import { GraphBuilder, type ValueName, type WeightTable } from "./graphBuilder";
import type { ModelSpec, UnembedSpec } from "./modelSpec";
import { capped, linear, scaled } from "./parts/linear";
import { norm } from "./parts/norm";
import { SiteMarker, type SitePlan } from "./sites";

/** Input rows [N, dModel]; outputs per row. Tracked ids are an input [N, M]. */
export const unembedNames = {
  rows: "rows",
  k: "k",
  track: "track",
  topIds: "top/ids",
  topLogits: "top/logits",
  logSumExp: "logSumExp",
  entropy: "entropy",
  trackedLogits: "tracked/logits",
  trackedRanks: "tracked/ranks",
  logits: "logits",
} as const;

/**
 * Which outputs an unembedding has: the k best and the distribution's sums, also of tracked ids, the logits whole, or
 * only the final norm's hooks.
 */
export interface UnembedVariant extends SitePlan {
  readonly kind: "top" | "track" | "logits" | "norm";
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
  const logits = unembedded(graph, normed, spec.unembed);
  if (variant.kind === "logits") graph.output(unembedNames.logits, logits, ["N", spec.dVocab]);
  else reductions(graph, logits);
  if (variant.kind === "track") tracked(graph, logits);
  return graph.build();
}

/** Logits [N, vocab] of what the final norm gives. */
function unembedded(graph: GraphBuilder, normed: ValueName, spec: UnembedSpec): ValueName {
  const { weight, bias, project, scale, softCap } = spec;
  const rows = project === null ? normed : linear(graph, normed, project);
  const logits = scaled(graph, linear(graph, rows, { weight, layout: "out-in", bias }), scale);
  return softCap === null ? logits : capped(graph, logits, softCap);
}

/** log Σ exp, entropy −Σ p log p, and the k largest, in one pass each. */
function reductions(graph: GraphBuilder, logits: ValueName): void {
  const last = graph.ints(1);
  const sum = graph.op("ReduceLogSumExp", [logits, last], { keepdims: 1 });
  const logProbs = graph.op("Sub", [logits, sum]);
  const weighted = graph.op("Mul", [graph.op("Exp", [logProbs]), logProbs]);
  graph.output(
    unembedNames.entropy,
    graph.op("Neg", [graph.op("ReduceSum", [weighted, last], { keepdims: 1 })]),
    ["N", 1],
  );
  graph.output(unembedNames.logSumExp, sum, ["N", 1]);
  const k = graph.input(unembedNames.k, [1], "int64");
  const [values, ids] = graph.ops("TopK", [logits, k], { outputs: 2, attributes: { axis: -1 } });
  graph.output(unembedNames.topLogits, values, ["N", "K"]);
  graph.output(unembedNames.topIds, ids, ["N", "K"], "int64");
}

/** Logit and rank of chosen ids; the rank counts the larger logits, so ties share the better rank. */
function tracked(graph: GraphBuilder, logits: ValueName): void {
  const ids = graph.input(unembedNames.track, ["N", "M"], "int64");
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
