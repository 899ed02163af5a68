/** What a block has beside attention: an MLP of its own, or a mixture of several. */
import type { GraphBuilder, ValueName } from "../graphBuilder";
import type { DenseMlpSpec, ExpertsMlpSpec, MlpSpec } from "../modelSpec";
import type { SiteMarker } from "../sites";
import { activation } from "./activation";
import { linear } from "./linear";

/** What the MLP writes for x [pos, dModel], before any norm or factor. Experts have no neuron hooks. */
export function mlp(
  graph: GraphBuilder,
  x: ValueName,
  spec: MlpSpec,
  { marker, dMlp }: { marker: SiteMarker; dMlp: number },
): ValueName {
  if (spec.kind === "experts") return experts(graph, x, spec, marker);
  const wide = ["T", dMlp];
  let pre = linear(graph, x, spec.gate ?? spec.in);
  pre = marker.at("mlp.hook_pre", pre, wide);
  let post: ValueName;
  if (spec.gate === null) post = activation(graph, pre, spec.activation);
  else {
    const up = marker.at("mlp.hook_pre_linear", linear(graph, x, spec.in), wide);
    post = graph.op("Mul", [activation(graph, pre, spec.activation), up]);
  }
  return linear(graph, marker.at("mlp.hook_post", post, wide), spec.out);
}

/**
 * Each expert runs on the positions that chose it alone; what it writes there, times its weight, is added.
 * Source: Fedus et al., "Switch Transformers", 2021; Jiang et al., "Mixtral of Experts", 2024.
 */
function experts(graph: GraphBuilder, x: ValueName, spec: ExpertsMlpSpec, marker: SiteMarker): ValueName {
  const weights = routed(graph, x, spec, marker);
  let sum = spec.shared === null ? graph.op("Mul", [x, graph.scalar(0)]) : shared(graph, x, spec.shared);
  const columns = graph.ops("Split", [weights], {
    outputs: spec.experts.length,
    attributes: { axis: 1, num_outputs: spec.experts.length },
  });
  spec.experts.forEach((expert, i) => {
    const chosen = graph.op("NonZero", [graph.op("Squeeze", [columns[i], graph.ints(1)])]);
    const rows = graph.op("Squeeze", [chosen, graph.ints(0)]);
    const some = dense(graph, graph.op("Gather", [x, rows], { axis: 0 }), expert);
    const weighted = graph.op("Mul", [some, graph.op("Gather", [columns[i], rows], { axis: 0 })]);
    const places = graph.op("Unsqueeze", [rows, graph.ints(1)]);
    sum = graph.op("ScatterND", [sum, places, weighted], { reduction: "add" });
  });
  return sum;
}

/**
 * Weights of all experts [pos, expert], 0 where an expert was not chosen. `hook_expert_weights` is the softmax of the
 * router over all experts, before some are chosen and weights divided by their sum.
 */
function routed(
  graph: GraphBuilder,
  x: ValueName,
  { router, topK, normalised, experts: { length } }: ExpertsMlpSpec,
  marker: SiteMarker,
): ValueName {
  const softmax = graph.op("Softmax", [linear(graph, x, router)], { axis: -1 });
  const all = marker.at("mlp.hook_expert_weights", softmax, ["T", length]);
  const [values, chosen] = graph.ops("TopK", [all, graph.ints(topK)], {
    outputs: 2,
    attributes: { axis: -1 },
  });
  const sum = graph.op("ReduceSum", [values, graph.ints(1)], { keepdims: 1 });
  const shares = normalised ? graph.op("Div", [values, sum]) : values;
  const none = graph.op("Mul", [all, graph.scalar(0)]);
  return graph.op("ScatterElements", [none, chosen, shares], { axis: 1 });
}

function shared(
  graph: GraphBuilder,
  x: ValueName,
  { mlp: own, gate }: NonNullable<ExpertsMlpSpec["shared"]>,
): ValueName {
  const value = dense(graph, x, own);
  if (gate === null) return value;
  return graph.op("Mul", [value, graph.op("Sigmoid", [linear(graph, x, gate)])]);
}

function dense(graph: GraphBuilder, x: ValueName, spec: DenseMlpSpec): ValueName {
  const pre = activation(graph, linear(graph, x, spec.gate ?? spec.in), spec.activation);
  const post = spec.gate === null ? pre : graph.op("Mul", [pre, linear(graph, x, spec.in)]);
  return linear(graph, post, spec.out);
}
