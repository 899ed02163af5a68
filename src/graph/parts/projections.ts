/** Queries, keys and values of a block, before and after norms and rotation. */
import type { GraphBuilder, ValueName } from "../graphBuilder";
import type { AttentionSpec, QkvSpec } from "../modelSpec";
import type { SiteMarker } from "../sites";
import { linear } from "./linear";
import { headNorm } from "./norm";
import { declareRotary, rotate } from "./rotary";

/** Numbers of heads and their width. */
export interface HeadSizes {
  readonly nHeads: number;
  readonly nKvHeads: number;
  readonly dHead: number;
}

/** [pos, head, dHead] each. */
export interface Heads {
  readonly q: ValueName;
  readonly k: ValueName;
  readonly v: ValueName;
}

/** Queries, keys and values as the scores and the cache use them. */
export function projections(
  graph: GraphBuilder,
  normed: ValueName,
  how: { spec: AttentionSpec; sizes: HeadSizes; marker: SiteMarker },
): Heads {
  const { spec, sizes, marker } = how;
  const { nHeads, nKvHeads, dHead } = sizes;
  const raw = unpacked(graph, normed, spec.qkv, sizes);
  const { clip } = spec;
  const clipped = (x: ValueName): ValueName =>
    clip === null ? x : graph.op("Clip", [x, graph.scalar(-clip), graph.scalar(clip)]);
  const side = (of: "q" | "k", n: number): ValueName => {
    const own = of === "q" ? spec.qNorm : spec.kNorm;
    const shape = ["T", n, dHead];
    let x = marker.at(`attn.hook_${of}`, own === null ? clipped(raw[of]) : raw[of], shape);
    if (own !== null) x = clipped(headNorm(graph, x, own, { nHeads: n, dHead }));
    if (spec.rotary === null) return x;
    return marker.at(`attn.hook_rot_${of}`, rotate(graph, x, spec.rotary, { nHeads: n, dHead }), shape);
  };
  if (spec.rotary !== null) declareRotary(graph, spec.rotary);
  return {
    q: side("q", nHeads),
    k: side("k", nKvHeads),
    v: marker.at("attn.hook_v", clipped(raw.v), ["T", nKvHeads, dHead]),
  };
}

function unpacked(graph: GraphBuilder, normed: ValueName, qkv: QkvSpec, sizes: HeadSizes): Heads {
  const { nHeads, nKvHeads, dHead } = sizes;
  const heads = (x: ValueName, n: number): ValueName => graph.op("Reshape", [x, graph.ints(0, n, dHead)]);
  if (qkv.kind === "grouped") return ungrouped(graph, linear(graph, normed, qkv.linear), qkv, dHead);
  let flat: ValueName[];
  if (qkv.kind === "fused") {
    const widths = graph.ints(nHeads * dHead, nKvHeads * dHead, nKvHeads * dHead);
    flat = graph.ops("Split", [linear(graph, normed, qkv.linear), widths], {
      outputs: 3,
      attributes: { axis: 1 },
    });
  } else {
    flat = [qkv.q, qkv.k, qkv.v].map((one) => linear(graph, normed, one));
  }
  return { q: heads(flat[0], nHeads), k: heads(flat[1], nKvHeads), v: heads(flat[2], nKvHeads) };
}

/** The pieces of a grouped product, each part's heads joined over the groups. */
function ungrouped(
  graph: GraphBuilder,
  product: ValueName,
  { groups, parts }: Extract<QkvSpec, { kind: "grouped" }>,
  dHead: number,
): Heads {
  const counts = parts.map(({ heads }) => heads);
  const each = counts.reduce((a, b) => a + b, 0);
  const pieces = graph.op("Reshape", [product, graph.ints(0, groups, each, dHead)]);
  const split = graph.ops("Split", [pieces, graph.ints(...counts)], {
    outputs: parts.length,
    attributes: { axis: 2 },
  });
  const of = (name: "q" | "k" | "v"): ValueName => {
    const i = parts.findIndex((part) => part.of === name);
    return graph.op("Reshape", [split[i], graph.ints(0, groups * counts[i], dHead)]);
  };
  return { q: of("q"), k: of("k"), v: of("v") };
}
