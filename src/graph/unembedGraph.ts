/** Rows of a residual stream to what they decode to, reduced inside the graph. */
import type { OnnxGraph } from "../formats/onnx/onnxModel";
import { GraphBuilder, type ValueName, type WeightTable } from "./graphBuilder";
import type { ModelSpec, UnembedSpec } from "./modelSpec";
import { capped, linear, scaled } from "./parts/linear";
import { norm } from "./parts/norm";
import { SiteMarker, type SitePlan } from "./sites";

/** Input rows [N, dModel]; outputs per row. Tracked ids are an input [N, M], or the last row's M best (`follow` is M). */
export const unembedNames = {
  rows: "rows",
  k: "k",
  track: "track",
  follow: "follow",
  followedIds: "followed/ids",
  topIds: "top/ids",
  topLogits: "top/logits",
  logSumExp: "logSumExp",
  entropy: "entropy",
  trackedLogits: "tracked/logits",
  trackedRanks: "tracked/ranks",
  logits: "logits",
} as const;

/**
 * Which outputs an unembedding has: the k best and the distribution's sums, also of tracked ids or of the last row's
 * best, the logits whole, or only the final norm's hooks.
 */
export interface UnembedVariant extends SitePlan {
  readonly kind: "top" | "track" | "follow" | "logits" | "norm";
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
  const logits = unembedded(graph, normed, { spec: spec.unembed, few: variant.few ?? false });
  if (variant.kind === "logits") graph.output(unembedNames.logits, logits, ["N", spec.dVocab]);
  else reductions(graph, logits);
  if (variant.kind === "track") tracked(graph, logits, graph.input(unembedNames.track, ["N", "M"], "int64"));
  if (variant.kind === "follow") tracked(graph, logits, followed(graph, logits));
  return graph.build();
}

/** Logits [N, vocab] of what the final norm gives. */
function unembedded(
  graph: GraphBuilder,
  normed: ValueName,
  { spec, few }: { spec: UnembedSpec; few: boolean },
): ValueName {
  const { weight, bias, project, scale, softCap } = spec;
  const rows = project === null ? normed : linear(graph, normed, project);
  const products = few
    ? weightsFirst(graph, rows, spec)
    : linear(graph, rows, { weight, layout: "out-in", bias });
  const logits = scaled(graph, products, scale);
  return softCap === null ? logits : capped(graph, logits, softCap);
}

function weightsFirst(graph: GraphBuilder, rows: ValueName, { weight, bias }: UnembedSpec): ValueName {
  const inputs = [graph.weight(weight), rows];
  if (bias !== null) inputs.push(graph.op("Unsqueeze", [graph.weight(bias), graph.ints(1)]));
  return graph.op("Transpose", [graph.op("Gemm", inputs, { transB: 1 })], { perm: [1, 0] });
}

/** The k largest, log Σ exp and entropy −Σ p log p. The best logit less its log-probability is log Σ exp. */
function reductions(graph: GraphBuilder, logits: ValueName): void {
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
}

/** The last row's best ids, for every row [N, M]. */
function followed(graph: GraphBuilder, logits: ValueName): ValueName {
  const row = graph.op("Gather", [logits, graph.ints(-1)], { axis: 0 });
  const m = graph.input(unembedNames.follow, [1], "int64");
  const [, ids] = graph.ops("TopK", [row, m], { outputs: 2, attributes: { axis: -1 } });
  graph.output(unembedNames.followedIds, ids, [1, "M"], "int64");
  const rows = graph.op("Shape", [logits], { start: 0, end: 1 });
  return graph.op("Expand", [ids, graph.op("Concat", [rows, graph.ints(1)], { axis: 0 })]);
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
