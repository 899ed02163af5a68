/** Attention from plain operators, so that every step of it can be read, written and, later, differentiated. */
import type { GraphBuilder, ValueName } from "../graphBuilder";
import type { SiteMarker } from "../sites";
import { capped } from "./linear";

/** Sizes of an attention layer, and how its scores are made. */
export interface AttentionShape {
  readonly nHeads: number;
  readonly nKvHeads: number;
  readonly dHead: number;
  readonly scoreScale: number;
  /** Scores s become cap · tanh(s / cap). */
  readonly softCap: number | null;
  /** What is added to the scores of each key is a graph input, `alibiInput`. */
  readonly alibi: boolean;
  /** A key after its query is not seen. */
  readonly causal: boolean;
  /** A query sees its own key and the ones before it, so many in all. */
  readonly window: number | null;
}

/** Name of the graph input with what is added to the scores of each key, [head, 1, keys]. */
export const alibiInput = "alibi";

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
  const fresh = visibleFresh(graph, scores(graph, { rows, k: inputs.k }, shape), shape);
  const joined = past === null ? fresh : withPast(graph, fresh, { rows, k: past.k }, shape);
  const all = shape.alibi
    ? graph.op("Add", [joined, graph.input(alibiInput, [shape.nHeads, 1, keys])])
    : joined;
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

/** Queries in groups and the keys they are multiplied by. */
interface QueriesAndKeys {
  readonly rows: ValueName;
  readonly k: ValueName;
}

/** Scaled (and soft-capped) products with keys, [head, pos, keys]. */
function scores(
  graph: GraphBuilder,
  { rows, k }: QueriesAndKeys,
  { nHeads, nKvHeads, scoreScale, softCap }: AttentionShape,
): ValueName {
  const attributes = { transB: 1, transBatchB: 1, alpha: { float: scoreScale } };
  let products = graph.ops("FusedMatMul", [rows, k], { domain: microsoft, attributes })[0];
  if (softCap !== null) products = capped(graph, products, softCap);
  if (nHeads === nKvHeads) return products;
  const keys = graph.op("Shape", [k], { start: 0, end: 1 });
  const to = graph.op("Concat", [graph.ints(nHeads), graph.ints(-1), keys], { axis: 0 });
  return graph.op("Reshape", [products, to]);
}

/** Scores among the new positions, −∞ where the query does not see the key. */
function visibleFresh(graph: GraphBuilder, fresh: ValueName, { causal, window }: AttentionShape): ValueName {
  if (!causal && window === null) return fresh;
  const keys = range(graph, lengthOf(graph, fresh, 2));
  const queries = graph.op("Unsqueeze", [keys, graph.ints(1)]);
  let seen = causal ? graph.op("LessOrEqual", [keys, queries]) : null;
  if (window !== null) {
    const near = graph.op("Greater", [keys, graph.op("Sub", [queries, graph.scalar(window, "int64")])]);
    seen = seen === null ? near : graph.op("And", [seen, near]);
  }
  return seen === null ? fresh : graph.op("Where", [seen, fresh, graph.scalar(-Infinity)]);
}

/** Scores of the past's keys before those of the new ones, −∞ where the window has passed them. */
function withPast(
  graph: GraphBuilder,
  fresh: ValueName,
  { rows, k }: QueriesAndKeys,
  shape: AttentionShape,
): ValueName {
  let old = scores(graph, { rows, k }, shape);
  if (shape.window !== null) {
    const nPast = lengthOf(graph, k, 0);
    const first = graph.op("Sub", [nPast, graph.scalar(shape.window, "int64")]);
    const queries = graph.op("Unsqueeze", [range(graph, lengthOf(graph, fresh, 2)), graph.ints(1)]);
    const near = graph.op("Greater", [range(graph, nPast), graph.op("Add", [queries, first])]);
    old = graph.op("Where", [near, old, graph.scalar(-Infinity)]);
  }
  return graph.op("Concat", [old, fresh], { axis: 2 });
}

function lengthOf(graph: GraphBuilder, value: ValueName, axis: number): ValueName {
  return graph.op("Squeeze", [graph.op("Shape", [value], { start: axis, end: axis + 1 })]);
}

function range(graph: GraphBuilder, length: ValueName): ValueName {
  return graph.op("Range", [graph.scalar(0, "int64"), length, graph.scalar(1, "int64")]);
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
