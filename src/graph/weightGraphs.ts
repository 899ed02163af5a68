/** Small graphs over weights alone: rows and columns of a matrix, directions through the unembedding, heads through W_O. */
import type { OnnxGraph } from "../formats/onnx/onnxModel";
import { GraphBuilder, locateWeight, type ValueName, type WeightTable } from "./graphBuilder";
import type { ModelSpec } from "./modelSpec";
import { linear, scaled } from "./parts/linear";
import { gained } from "./parts/norm";

/** Names of inputs and outputs of the graphs here. */
export const weightNames = {
  indices: "indices",
  rows: "rows",
  k: "k",
  picked: "picked",
  topIds: "top/ids",
  topValues: "top/values",
  bottomIds: "bottom/ids",
  bottomValues: "bottom/values",
} as const;

/** Slices of a weight along an axis: indices [n] → picked, with n in that axis's place. */
export function pickGraph(weight: string, axis: number, weights: WeightTable): OnnxGraph {
  const graph = new GraphBuilder("pick", weights);
  const indices = graph.input(weightNames.indices, ["n"], "int64");
  const value = graph.op("Gather", [graph.weight(weight), indices], { axis });
  const shape: (number | string)[] = [...locateWeight(weights, weight).shape];
  shape[axis] = "n";
  graph.output(weightNames.picked, value, shape);
  return graph.build();
}

/**
 * Directions rows [n, dModel] times the unembedding: what each adds to the logits on the direct path, the norm's scale
 * and a soft cap left out. The final norm's gain is folded in; for a LayerNorm the direction is centred first, as the
 * norm would.
 */
export function directionsGraph(spec: ModelSpec, weights: WeightTable): OnnxGraph {
  const graph = new GraphBuilder("directions", weights);
  const rows = graph.input(weightNames.rows, ["n", spec.dModel]);
  const { weight, project, scale } = spec.unembed;
  let value: ValueName = rows;
  if (spec.finalNorm?.kind === "layer")
    value = graph.op("Sub", [rows, graph.op("ReduceMean", [rows, graph.ints(1)], { keepdims: 1 })]);
  if (spec.finalNorm !== null) value = gained(graph, value, { ...spec.finalNorm, bias: null });
  if (project !== null) value = linear(graph, value, { ...project, bias: null });
  const logits = scaled(graph, linear(graph, value, { weight, layout: "out-in", bias: null }), scale);
  const k = graph.input(weightNames.k, [1], "int64");
  for (const [largest, names] of [
    [1, [weightNames.topValues, weightNames.topIds]],
    [0, [weightNames.bottomValues, weightNames.bottomIds]],
  ] as const) {
    const [values, ids] = graph.ops("TopK", [logits, k], { outputs: 2, attributes: { axis: -1, largest } });
    graph.output(names[0], values, ["n", "K"]);
    graph.output(names[1], ids, ["n", "K"], "int64");
  }
  return graph.build();
}
