/** Normalisation with its scale and its value before gain and bias as hooks. */
import type { GraphBuilder, ValueName } from "../graphBuilder";
import type { Site } from "../hooks";
import type { NormSpec } from "../modelSpec";
import type { SiteMarker } from "../sites";

/** Which hooks a norm carries. */
export interface NormSites {
  readonly scale: Site;
  readonly normalized: Site;
}

/**
 * LayerNorm or RMSNorm of x [pos, dModel].
 * `hook_scale` is √(variance + ε) (for RMSNorm √(mean square + ε)); an edit of it would change nothing downstream,
 * so it is read only; `hook_normalized` is before gain and bias in every family.
 */
export function norm(
  graph: GraphBuilder,
  x: ValueName,
  spec: NormSpec,
  how: { sites: NormSites; marker: SiteMarker; dModel: number; rows: string },
): ValueName {
  const { sites, marker, dModel, rows } = how;
  const ones = graph.filled(1, dModel);
  const attributes = { axis: -1, epsilon: { float: spec.epsilon } };
  const [normalized, inverse] = normalise(graph, spec.kind, [x, ones], attributes);
  marker.at(sites.scale, graph.op("Reciprocal", [inverse]), [rows, 1]);
  let value = marker.at(sites.normalized, normalized, [rows, dModel]);
  if (spec.gain !== null) value = graph.op("Mul", [value, graph.weight(spec.gain)]);
  if (spec.bias !== null) value = graph.op("Add", [value, graph.weight(spec.bias)]);
  return value;
}

/** The normalised value and the inverse of what it was divided by. */
function normalise(
  graph: GraphBuilder,
  kind: NormSpec["kind"],
  inputs: ValueName[],
  attributes: Record<string, number | { float: number }>,
): [ValueName, ValueName] {
  if (kind === "layer") {
    const [value, , inverse] = graph.ops("LayerNormalization", inputs, { outputs: 3, attributes });
    return [value, inverse];
  }
  const [value, inverse] = graph.ops("SimplifiedLayerNormalization", inputs, { outputs: 2, attributes });
  return [value, inverse];
}
