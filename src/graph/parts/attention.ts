/** Causal attention from plain operators, so that every step of it can be read, written and, later, differentiated. */
import type { GraphBuilder, ValueName } from "../graphBuilder";
import type { SiteMarker } from "../sites";

/** Sizes of an attention layer. */
export interface AttentionShape {
  readonly nHeads: number;
  readonly nKvHeads: number;
  readonly dHead: number;
  readonly scoreScale: number;
}

/** Queries [pos, head, dHead]; keys and values [pos, kvHead, dHead]; the past's likewise, or none. */
export interface AttentionInputs {
  readonly q: ValueName;
  readonly k: ValueName;
  readonly v: ValueName;
  readonly past: { readonly k: ValueName; readonly v: ValueName } | null;
}

const microsoft = "com.microsoft";

/**
 * z [pos, head, dHead]. Query heads that share a key/value head become rows of one product, so K and V are never
 * repeated; K and V stay position-major, so that new positions are appended without moving old ones.
 */
export function attention(
  graph: GraphBuilder,
  inputs: AttentionInputs,
  shape: AttentionShape,
  marker: SiteMarker,
): ValueName {
  const { past } = inputs;
  const keys = past === null ? "T" : "S";
  const rows = groupedRows(graph, inputs.q, shape);
  const fresh = causal(graph, scores(graph, { rows, k: inputs.k }, shape));
  const all =
    past === null
      ? fresh
      : graph.op("Concat", [scores(graph, { rows, k: past.k }, shape), fresh], { axis: 2 });
  const marked = marker.at("attn.hook_attn_scores", all, [shape.nHeads, "T", keys]);
  const softmax = graph.op("Softmax", [marked], { axis: -1 });
  const pattern = marker.at("attn.hook_pattern", softmax, [shape.nHeads, "T", keys]);
  const z = weighted(graph, pattern, inputs, shape);
  return marker.at("attn.hook_z", z, ["T", shape.nHeads, shape.dHead]);
}

/** Queries as [kvHead, group · pos, dHead]. */
function groupedRows(
  graph: GraphBuilder,
  q: ValueName,
  { nHeads, nKvHeads, dHead }: AttentionShape,
): ValueName {
  if (nHeads === nKvHeads) return graph.op("Transpose", [q], { perm: [1, 0, 2] });
  const split = graph.op("Reshape", [q, graph.ints(0, nKvHeads, nHeads / nKvHeads, dHead)]);
  const moved = graph.op("Transpose", [split], { perm: [1, 2, 0, 3] });
  return graph.op("Reshape", [moved, graph.ints(nKvHeads, -1, dHead)]);
}

/** Scaled products with keys, [head, pos, keys]. */
function scores(
  graph: GraphBuilder,
  { rows, k }: { rows: ValueName; k: ValueName },
  { nHeads, nKvHeads, scoreScale }: AttentionShape,
): ValueName {
  const attributes = { transB: 1, transBatchB: 1, alpha: { float: scoreScale } };
  const products = graph.ops("FusedMatMul", [rows, k], { domain: microsoft, attributes })[0];
  if (nHeads === nKvHeads) return products;
  const keys = graph.op("Shape", [k], { start: 0, end: 1 });
  const to = graph.op("Concat", [graph.ints(nHeads), graph.ints(-1), keys], { axis: 0 });
  return graph.op("Reshape", [products, to]);
}

/** Scores among the new positions, −∞ where the key comes after the query. */
function causal(graph: GraphBuilder, fresh: ValueName): ValueName {
  const length = graph.op("Squeeze", [graph.op("Shape", [fresh], { start: 2, end: 3 })]);
  const range = graph.op("Range", [graph.scalar(0, "int64"), length, graph.scalar(1, "int64")]);
  const visible = graph.op("LessOrEqual", [range, graph.op("Unsqueeze", [range, graph.ints(1)])]);
  return graph.op("Where", [visible, fresh, graph.scalar(-Infinity)]);
}

/** Values weighted by the pattern, [pos, head, dHead]. */
function weighted(
  graph: GraphBuilder,
  pattern: ValueName,
  inputs: AttentionInputs,
  shape: AttentionShape,
): ValueName {
  const { nHeads, nKvHeads, dHead } = shape;
  let rows = pattern;
  if (nHeads !== nKvHeads) {
    const keys = graph.op("Shape", [pattern], { start: 2, end: 3 });
    rows = graph.op("Reshape", [
      pattern,
      graph.op("Concat", [graph.ints(nKvHeads), graph.ints(-1), keys], { axis: 0 }),
    ]);
  }
  const sum =
    inputs.past === null ? mix(graph, rows, inputs.v) : mixBoth(graph, rows, inputs.v, inputs.past.v);
  if (nHeads === nKvHeads) return graph.op("Transpose", [sum], { perm: [1, 0, 2] });
  const split = graph.op("Reshape", [sum, graph.ints(nKvHeads, nHeads / nKvHeads, -1, dHead)]);
  const moved = graph.op("Transpose", [split], { perm: [2, 0, 1, 3] });
  return graph.op("Reshape", [moved, graph.ints(0, nHeads, dHead)]);
}

function mix(graph: GraphBuilder, rows: ValueName, v: ValueName): ValueName {
  return graph.ops("FusedMatMul", [rows, v], {
    domain: microsoft,
    attributes: { transBatchB: 1 },
  })[0];
}

function mixBoth(graph: GraphBuilder, rows: ValueName, v: ValueName, pastV: ValueName): ValueName {
  const lengths = [pastV, v].map((one) => graph.op("Shape", [one], { start: 0, end: 1 }));
  const sizes = graph.op("Concat", lengths, { axis: 0 });
  const [old, fresh] = graph.ops("Split", [rows, sizes], { outputs: 2, attributes: { axis: 2 } });
  return graph.op("Add", [mix(graph, old, pastV), mix(graph, fresh, v)]);
}
