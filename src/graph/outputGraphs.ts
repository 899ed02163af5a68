/** Graphs over weights alone for direct effects: what each neuron of a layer writes, and what moves sums of logits. */
import type { OnnxGraph } from "../formats/onnx/onnxModel";
import { GraphBuilder, type ValueName, type WeightTable } from "./graphBuilder";
import type { LinearSpec, ModelSpec } from "./modelSpec";
import { linear, scaled } from "./parts/linear";
import { gained } from "./parts/norm";

/** Names of inputs and outputs of the graphs here. */
export const outputNames = {
  directions: "directions",
  products: "products",
  norms: "norms",
  sums: "sums",
  moved: "moved",
} as const;

const transposed = ({ weight, layout }: LinearSpec): LinearSpec => ({
  weight,
  layout: layout === "in-out" ? "out-in" : "in-out",
  bias: null,
});

/** Per neuron of an MLP's output matrix: products with directions [n, dModel], and the length of what it writes. */
export function neuronOutputsGraph(out: LinearSpec, size: ModelSpec, weights: WeightTable): OnnxGraph {
  const graph = new GraphBuilder("neuron outputs", weights);
  const directions = graph.input(outputNames.directions, ["n", size.dModel]);
  graph.output(outputNames.products, linear(graph, directions, transposed(out)), ["n", size.dMlp]);
  const axis = graph.ints(out.layout === "in-out" ? 1 : 0);
  graph.output(outputNames.norms, graph.op("ReduceL2", [graph.weight(out.weight), axis], { keepdims: 0 }), [
    size.dMlp,
  ]);
  return graph.build();
}

/**
 * Weighted sums of logits [n, dVocab] as directions [n, dModel]: a change of the residual stream changes a sum by its
 * product with the direction, divided by the final norm's scale. The norm's gain is folded in, a LayerNorm's centring
 * too; a soft cap is left out. The transpose of `directionsGraph`.
 */
export function logitDirectionsGraph(spec: ModelSpec, weights: WeightTable): OnnxGraph {
  const graph = new GraphBuilder("logit directions", weights);
  const sums = graph.input(outputNames.sums, ["n", spec.dVocab]);
  const { weight, project, scale } = spec.unembed;
  let value: ValueName = linear(graph, scaled(graph, sums, scale), { weight, layout: "in-out", bias: null });
  if (project !== null) value = linear(graph, value, transposed(project));
  if (spec.finalNorm !== null) value = gained(graph, value, { ...spec.finalNorm, bias: null });
  if (spec.finalNorm?.kind === "layer")
    value = graph.op("Sub", [value, graph.op("ReduceMean", [value, graph.ints(1)], { keepdims: 1 })]);
  graph.output(outputNames.moved, value, ["n", spec.dModel]);
  return graph.build();
}
