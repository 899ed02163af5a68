/** One transformer block as a graph: attention and MLP in series, with whatever hooks a plan asks for. */
import type { OnnxGraph } from "../formats/onnx/onnxModel";
import { GraphBuilder, type ValueName, type WeightTable } from "./graphBuilder";
import type { BlockSpec, ModelSpec } from "./modelSpec";
import { activation } from "./parts/activation";
import { attention } from "./parts/attention";
import { linear } from "./parts/linear";
import { norm } from "./parts/norm";
import { declareRotary, rotate } from "./parts/rotary";
import { SiteMarker, type SitePlan } from "./sites";

/** Names of a block graph's own inputs and outputs: residual [T, dModel]; keys and values [positions, kvHead, dHead]. */
export const blockNames = {
  resid: "resid",
  pastK: "past/k",
  pastV: "past/v",
  residPost: "resid/post",
  newK: "new/k",
  newV: "new/v",
} as const;

/** Which variant of a block: what it reads and writes, and whether positions before the new ones are cached. */
export interface BlockVariant extends SitePlan {
  readonly past: boolean;
}

interface Context {
  readonly graph: GraphBuilder;
  readonly marker: SiteMarker;
  readonly spec: ModelSpec;
  readonly block: BlockSpec;
}

/**
 * The graph of block `layer`. T new positions run over P cached ones; keys and values of the new positions are outputs
 * (keys as the cache keeps them: rotated where positions are rotary).
 */
export function blockGraph(
  spec: ModelSpec,
  layer: number,
  variant: BlockVariant,
  weights: WeightTable,
): OnnxGraph {
  const graph = new GraphBuilder(`block ${layer}`, weights);
  const context = {
    graph,
    marker: new SiteMarker(graph, variant),
    spec,
    block: spec.blocks[layer],
  };
  const resid = context.marker.at("hook_resid_pre", graph.input(blockNames.resid, ["T", spec.dModel]), [
    "T",
    spec.dModel,
  ]);
  if (spec.positions.kind === "rotary") declareRotary(graph, spec.dHead);
  const mid = attentionLayer(context, resid, variant.past);
  const post = mlpLayer(context, mid);
  graph.output(blockNames.residPost, context.marker.at("hook_resid_post", post, ["T", spec.dModel]), [
    "T",
    spec.dModel,
  ]);
  return graph.build();
}

function attentionLayer(context: Context, resid: ValueName, hasPast: boolean): ValueName {
  const { graph, marker, spec, block } = context;
  const sites = { scale: "ln1.hook_scale", normalized: "ln1.hook_normalized" } as const;
  const normed = norm(graph, resid, block.ln1, { sites, marker, dModel: spec.dModel, rows: "T" });
  const heads = projections(context, normed);
  const rotary = spec.positions.kind === "rotary";
  const q = rotary
    ? marker.at("attn.hook_rot_q", rotate(graph, heads.q), headShape(spec, spec.nHeads))
    : heads.q;
  const k = rotary
    ? marker.at("attn.hook_rot_k", rotate(graph, heads.k), headShape(spec, spec.nKvHeads))
    : heads.k;
  graph.output(blockNames.newK, k, headShape(spec, spec.nKvHeads));
  graph.output(blockNames.newV, heads.v, headShape(spec, spec.nKvHeads));
  const past = hasPast ? pastInputs(graph, spec) : null;
  const shape = {
    nHeads: spec.nHeads,
    nKvHeads: spec.nKvHeads,
    dHead: spec.dHead,
    scoreScale: block.scoreScale,
  };
  const z = attention(graph, { q, k, v: heads.v, past }, shape, marker);
  const flat = graph.op("Reshape", [z, graph.ints(0, spec.nHeads * spec.dHead)]);
  const proj = marker.at("attn.hook_proj", linear(graph, flat, block.out), ["T", spec.dModel]);
  const out = marker.at("hook_attn_out", proj, ["T", spec.dModel]);
  return marker.at("hook_resid_mid", graph.op("Add", [resid, out]), ["T", spec.dModel]);
}

function pastInputs(graph: GraphBuilder, spec: ModelSpec): { k: ValueName; v: ValueName } {
  const shape = ["P", spec.nKvHeads, spec.dHead];
  return { k: graph.input(blockNames.pastK, shape), v: graph.input(blockNames.pastV, shape) };
}

function headShape(spec: ModelSpec, nHeads: number): (number | string)[] {
  return ["T", nHeads, spec.dHead];
}

/** Queries, keys and values before any rotation, [T, heads, dHead]. */
function projections(
  { graph, marker, spec, block }: Context,
  normed: ValueName,
): { q: ValueName; k: ValueName; v: ValueName } {
  const { dHead, nHeads, nKvHeads } = spec;
  let flat: ValueName[];
  if (block.qkv.kind === "fused") {
    const sizes = graph.ints(nHeads * dHead, nKvHeads * dHead, nKvHeads * dHead);
    flat = graph.ops("Split", [linear(graph, normed, block.qkv.linear), sizes], {
      outputs: 3,
      attributes: { axis: 1 },
    });
  } else {
    const { q, k, v } = block.qkv;
    flat = [q, k, v].map((one) => linear(graph, normed, one));
  }
  const part = (i: number, n: number): ValueName => graph.op("Reshape", [flat[i], graph.ints(0, n, dHead)]);
  return {
    q: marker.at("attn.hook_q", part(0, nHeads), headShape(spec, nHeads)),
    k: marker.at("attn.hook_k", part(1, nKvHeads), headShape(spec, nKvHeads)),
    v: marker.at("attn.hook_v", part(2, nKvHeads), headShape(spec, nKvHeads)),
  };
}

function mlpLayer({ graph, marker, spec, block }: Context, mid: ValueName): ValueName {
  const sites = { scale: "ln2.hook_scale", normalized: "ln2.hook_normalized" } as const;
  const normed = norm(graph, mid, block.ln2, { sites, marker, dModel: spec.dModel, rows: "T" });
  const wide = ["T", spec.dMlp];
  let post: ValueName;
  if (block.mlpGate === null) {
    const pre = marker.at("mlp.hook_pre", linear(graph, normed, block.mlpIn), wide);
    post = activation(graph, pre, block.activation);
  } else {
    const pre = marker.at("mlp.hook_pre", linear(graph, normed, block.mlpGate), wide);
    const up = marker.at("mlp.hook_pre_linear", linear(graph, normed, block.mlpIn), wide);
    post = graph.op("Mul", [activation(graph, pre, block.activation), up]);
  }
  const proj = linear(graph, marker.at("mlp.hook_post", post, wide), block.mlpOut);
  const out = marker.at("hook_mlp_out", marker.at("mlp.hook_proj", proj, ["T", spec.dModel]), [
    "T",
    spec.dModel,
  ]);
  return graph.op("Add", [mid, out]);
}
