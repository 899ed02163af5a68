/** Normalisation with its scale and its value before gain and bias as hooks. */
import type { GraphBuilder, ValueName } from "../graphBuilder";
import type { Site } from "../hooks";
import type { HeadNormSpec, NormSpec } from "../modelSpec";
import type { SiteMarker } from "../sites";

/** Which hooks a norm carries. */
export interface NormSites {
  readonly scale: Site;
  readonly normalized: Site;
}

/**
 * LayerNorm or RMSNorm of x [pos, dModel].
 * `hook_scale` is √(variance + ε) (for RMSNorm √(mean square + ε)): what the value is divided by, edited or not;
 * `hook_normalized` is before gain and bias in every family.
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
  const scale = graph.op("Reciprocal", [inverse]);
  const edited = marker.at(sites.scale, scale, [rows, 1]);
  // The quotient of two equal scales is 1, so an edit that changes no scale changes no bit.
  const divided =
    edited === scale ? normalized : graph.op("Mul", [normalized, graph.op("Div", [scale, edited])]);
  const value = marker.at(sites.normalized, divided, [rows, dModel]);
  return gained(graph, value, spec);
}

/** A norm of x [pos, dModel] that has no hooks. */
export function plainNorm(graph: GraphBuilder, x: ValueName, spec: NormSpec, dModel: number): ValueName {
  const attributes = { axis: -1, epsilon: { float: spec.epsilon } };
  const [normalized] = normalise(graph, spec.kind, [x, graph.filled(1, dModel)], attributes);
  return gained(graph, normalized, spec);
}

/** A norm of queries or keys x [pos, head, dHead], each head by itself or all together; it has no hooks. */
export function headNorm(
  graph: GraphBuilder,
  x: ValueName,
  spec: HeadNormSpec,
  { nHeads, dHead }: { nHeads: number; dHead: number },
): ValueName {
  const attributes = { axis: -1, epsilon: { float: spec.epsilon } };
  const all = spec.over === "all";
  const rows = all ? graph.op("Reshape", [x, graph.ints(0, nHeads * dHead)]) : x;
  const ones = graph.filled(1, all ? nHeads * dHead : dHead);
  const [normalized] = normalise(graph, spec.kind, [rows, ones], attributes);
  const separate = spec.gain !== null && typeof spec.gain !== "string" ? spec.gain : null;
  const own =
    separate === null ? normalized : graph.op("Mul", [normalized, joinedGain(graph, separate, dHead)]);
  const value = gained(graph, own, { ...spec, gain: typeof spec.gain === "string" ? spec.gain : null });
  return all ? graph.op("Reshape", [value, graph.ints(0, nHeads, dHead)]) : value;
}

/** Gains of the heads, each of a tensor of its own, as [head, dHead]. */
function joinedGain(graph: GraphBuilder, gains: readonly string[], dHead: number): ValueName {
  const joined = graph.op(
    "Concat",
    gains.map((gain) => graph.weight(gain)),
    { axis: 0 },
  );
  return graph.op("Reshape", [joined, graph.ints(gains.length, dHead)]);
}

/** A normalised value times the norm's gain, plus its bias. */
export function gained(
  graph: GraphBuilder,
  normalized: ValueName,
  { gain, plusOne, bias }: Pick<NormSpec, "gain" | "plusOne" | "bias">,
): ValueName {
  let value = normalized;
  if (gain !== null) {
    const stored = graph.weight(gain);
    value = graph.op("Mul", [value, plusOne ? graph.op("Add", [stored, graph.scalar(1)]) : stored]);
  }
  return bias === null ? value : graph.op("Add", [value, graph.weight(bias)]);
}

/** The normalised value and the inverse of what it was divided by. */
export function normalise(
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
