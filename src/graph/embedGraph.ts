/** Ids to the first residual stream. */
import type { OnnxGraph } from "../formats/onnx/onnxModel";
import { GraphBuilder, type WeightTable } from "./graphBuilder";
import type { ModelSpec } from "./modelSpec";
import { linear, scaled } from "./parts/linear";
import { plainNorm } from "./parts/norm";
import { SiteMarker, type SitePlan } from "./sites";

/**
 * Inputs ids [T] (int64), positions [T] (int64, where a table is learned), rows of positions [T, dModel] (where they
 * are computed); output residual [T, dModel].
 */
export const embedNames = {
  ids: "ids",
  positions: "positions",
  positionRows: "positions/rows",
  resid: "resid/0",
} as const;

/** The embedding graph, with hook_embed and hook_pos_embed (what each adds to the stream) where asked for. */
export function embedGraph(spec: ModelSpec, plan: SitePlan, weights: WeightTable): OnnxGraph {
  const graph = new GraphBuilder("embed", weights);
  const marker = new SiteMarker(graph, plan);
  const shape = ["T", spec.dModel];
  const ids = graph.input(embedNames.ids, ["T"], "int64");
  const { weight, scale, project, norm } = spec.embed;
  let tokens = scaled(graph, graph.op("Gather", [graph.weight(weight), ids], { axis: 0 }), scale);
  if (project !== null) tokens = linear(graph, tokens, project);
  let resid = marker.at("hook_embed", tokens, shape);
  if (spec.positions.kind !== "none") {
    const rows =
      spec.positions.kind === "learned"
        ? graph.op(
            "Gather",
            [graph.weight(spec.positions.weight), graph.input(embedNames.positions, ["T"], "int64")],
            { axis: 0 },
          )
        : graph.input(embedNames.positionRows, shape);
    resid = graph.op("Add", [resid, marker.at("hook_pos_embed", rows, shape)]);
  }
  if (norm !== null) resid = plainNorm(graph, resid, norm, spec.dModel);
  graph.output(embedNames.resid, resid, shape);
  return graph.build();
}
