/** One transformer block as a graph: attention and MLP in their order, with whatever hooks a plan asks for. */
import type { OnnxGraph } from "../formats/onnx/onnxModel";
import { GraphBuilder, type ValueName, type WeightTable } from "./graphBuilder";
import type { BlockSpec, MlpSpec, ModelSpec, NormSpec } from "./modelSpec";
import { attention } from "./parts/attention";
import { headResults } from "./parts/headResults";
import { linear, scaled } from "./parts/linear";
import { mlp } from "./parts/mlp";
import { norm, type NormSites } from "./parts/norm";
import { projections } from "./parts/projections";
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

/** Which norm of a block: its hooks are `NAME.hook_scale` and `NAME.hook_normalized`. */
type NormName = "ln1" | "ln1_post" | "ln2" | "ln2_post";

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
  const marker = new SiteMarker(graph, variant);
  const context = { graph, marker, spec, block: spec.blocks[layer] };
  const shape = ["T", spec.dModel];
  const resid = marker.at("hook_resid_pre", graph.input(blockNames.resid, shape), shape);
  const { order } = context.block;
  const post =
    order === "parallel"
      ? inParallel(context, resid, variant.past)
      : inSeries(context, resid, { hasPast: variant.past, after: order === "post" });
  graph.output(blockNames.residPost, marker.at("hook_resid_post", post, shape), shape);
  return graph.build();
}

/** Attention, then the MLP on what attention left; norms before each, or on the stream after each. */
function inSeries(
  context: Context,
  resid: ValueName,
  { hasPast, after }: { hasPast: boolean; after: boolean },
): ValueName {
  const { graph, marker, spec, block } = context;
  const normed = after ? resid : normAt(context, "ln1", block.ln1, resid);
  const attended = attentionOut(context, normed, hasPast);
  const onto = block.addedTo === "normed" ? normed : resid;
  let mid = graph.op("Add", [onto, attended]);
  if (after) mid = normAt(context, "ln1", block.ln1, mid);
  if (block.mlp === null) return mid;
  mid = marker.at("hook_resid_mid", mid, ["T", spec.dModel]);
  const ln2 = block.ln2 === "ln1" ? null : block.ln2;
  const read = after ? mid : normAt(context, "ln2", ln2, mid);
  const post = graph.op("Add", [block.addedTo === "normed" ? read : mid, mlpOut(context, read, block.mlp)]);
  return after ? normAt(context, "ln2", ln2, post) : post;
}

/** Attention and MLP on the block's input, added together. */
function inParallel(context: Context, resid: ValueName, hasPast: boolean): ValueName {
  const { graph, block } = context;
  const normed = normAt(context, "ln1", block.ln1, resid);
  const attended = graph.op("Add", [resid, attentionOut(context, normed, hasPast)]);
  if (block.mlp === null) return attended;
  const read = block.ln2 === "ln1" ? normed : normAt(context, "ln2", block.ln2, resid);
  return graph.op("Add", [attended, mlpOut(context, read, block.mlp)]);
}

/** What attention adds to the stream. */
function attentionOut(context: Context, normed: ValueName, hasPast: boolean): ValueName {
  const { graph, marker, spec, block } = context;
  const { nHeads, nKvHeads, dHead, dModel } = spec;
  const heads = projections(graph, normed, { spec: block.attention, sizes: spec, marker });
  graph.output(blockNames.newK, heads.k, ["T", nKvHeads, dHead]);
  graph.output(blockNames.newV, heads.v, ["T", nKvHeads, dHead]);
  const past = hasPast ? pastInputs(graph, spec) : null;
  const { scoreScale, softCap, window, alibi, out } = block.attention;
  const { causal } = spec;
  const shape = { nHeads, nKvHeads, dHead, scoreScale, softCap, window, alibi: alibi !== null, causal };
  const z = attention(graph, { ...heads, past }, shape, marker);
  if (marker.reads("attn.hook_result"))
    marker.at("attn.hook_result", headResults(graph, z, out, spec), ["T", nHeads, dModel]);
  const flat = graph.op("Reshape", [z, graph.ints(0, nHeads * dHead)]);
  const proj = marker.at("attn.hook_proj", linear(graph, flat, out), ["T", dModel]);
  const normedOut = normAt(context, "ln1_post", block.ln1Post, proj);
  return marker.at("hook_attn_out", scaled(graph, normedOut, block.residualScale), ["T", dModel]);
}

function pastInputs(graph: GraphBuilder, spec: ModelSpec): { k: ValueName; v: ValueName } {
  const shape = ["P", spec.nKvHeads, spec.dHead];
  return { k: graph.input(blockNames.pastK, shape), v: graph.input(blockNames.pastV, shape) };
}

/** What the MLP adds to the stream. */
function mlpOut(context: Context, normed: ValueName, own: MlpSpec): ValueName {
  const { graph, marker, spec, block } = context;
  const raw = mlp(graph, normed, own, { marker, dMlp: spec.dMlp });
  const proj = marker.at("mlp.hook_proj", raw, ["T", spec.dModel]);
  const normedOut = normAt(context, "ln2_post", block.ln2Post, proj);
  return marker.at("hook_mlp_out", scaled(graph, normedOut, block.residualScale), ["T", spec.dModel]);
}

function normAt(context: Context, name: NormName, norms: NormSpec | null, x: ValueName): ValueName {
  if (norms === null) return x;
  const { graph, marker, spec } = context;
  const sites: NormSites = { scale: `${name}.hook_scale`, normalized: `${name}.hook_normalized` };
  return norm(graph, x, norms, { sites, marker, dModel: spec.dModel, rows: "T" });
}
