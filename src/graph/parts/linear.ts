/** Matrix products over weights that stay where they lie. */
import type { GraphBuilder, ValueName } from "../graphBuilder";
import type { LinearSpec } from "../modelSpec";

/** x · W (+ b) for x [pos, in]; Gemm reads either layout without copying the weight. */
export function linear(graph: GraphBuilder, x: ValueName, spec: LinearSpec): ValueName {
  const inputs = [x, graph.weight(spec.weight)];
  if (spec.bias !== null) inputs.push(graph.weight(spec.bias));
  return graph.op("Gemm", inputs, { transB: spec.layout === "out-in" ? 1 : 0 });
}
