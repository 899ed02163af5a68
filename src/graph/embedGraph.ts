/** Ids to the first residual stream. */
import type { OnnxGraph } from "../formats/onnx/onnxModel";
import { GraphBuilder, type WeightTable } from "./graphBuilder";
import type { ModelSpec } from "./modelSpec";
import { SiteMarker, type SitePlan } from "./sites";

/** Inputs ids and positions [T] (int64; positions only where a table is learned); output residual [T, dModel]. */
export const embedNames = { ids: "ids", positions: "positions", resid: "resid/0" } as const;

/** The embedding graph, with hook_embed and hook_pos_embed where asked for. */
export function embedGraph(spec: ModelSpec, plan: SitePlan, weights: WeightTable): OnnxGraph {
  const graph = new GraphBuilder("embed", weights);
  const marker = new SiteMarker(graph, plan);
  const shape = ["T", spec.dModel];
  const ids = graph.input(embedNames.ids, ["T"], "int64");
  let resid = marker.at(
    "hook_embed",
    graph.op("Gather", [graph.weight(spec.embed), ids], { axis: 0 }),
    shape,
  );
  if (spec.positions.kind === "learned") {
    const positions = graph.input(embedNames.positions, ["T"], "int64");
    const table = graph.weight(spec.positions.weight);
    const learned = marker.at("hook_pos_embed", graph.op("Gather", [table, positions], { axis: 0 }), shape);
    resid = graph.op("Add", [resid, learned]);
  }
  graph.output(embedNames.resid, resid, shape);
  return graph.build();
}
