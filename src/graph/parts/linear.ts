/** Matrix products over weights that stay where they lie, and what follows them in several places. */
import type { GraphBuilder, ValueName } from "../graphBuilder";
import type { LinearSpec } from "../modelSpec";

/** x · W (+ b) for x [pos, in]; Gemm reads either layout without copying the weight. */
export function linear(graph: GraphBuilder, x: ValueName, spec: LinearSpec): ValueName {
  const inputs = [x, graph.weight(spec.weight)];
  if (spec.bias !== null) inputs.push(graph.weight(spec.bias));
  return graph.op("Gemm", inputs, { transB: spec.layout === "out-in" ? 1 : 0 });
}

/** x · factor; x itself where the factor is 1. */
export function scaled(graph: GraphBuilder, x: ValueName, factor: number): ValueName {
  return factor === 1 ? x : graph.op("Mul", [x, graph.scalar(factor)]);
}

/** cap · tanh(x / cap): about x where it is small, never beyond ± cap. */
export function capped(graph: GraphBuilder, x: ValueName, cap: number): ValueName {
  return scaled(graph, graph.op("Tanh", [scaled(graph, x, 1 / cap)]), cap);
}
