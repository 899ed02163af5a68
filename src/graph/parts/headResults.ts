/** What each head adds, taken out of the sum that attention's output projection makes. */
import type { GraphBuilder, ValueName } from "../graphBuilder";
import type { LinearSpec } from "../modelSpec";

/**
 * z [pos, head, dHead] through each head's own rows of the output projection: [pos, head, dModel], the bias left out.
 * With the bias the heads add up to `attn.hook_proj`.
 */
export function headResults(
  graph: GraphBuilder,
  z: ValueName,
  out: LinearSpec,
  { nHeads, dHead, dModel }: { nHeads: number; dHead: number; dModel: number },
): ValueName {
  const byHead = graph.op("Transpose", [z], { perm: [1, 0, 2] });
  const inOut = out.layout === "in-out";
  const split = inOut ? graph.ints(nHeads, dHead, dModel) : graph.ints(dModel, nHeads, dHead);
  const attributes: Record<string, number> = inOut ? {} : { transB: 1, transBatchB: 1 };
  const inputs = [byHead, graph.op("Reshape", [graph.weight(out.weight), split])];
  const results = graph.ops("FusedMatMul", inputs, { domain: "com.microsoft", attributes })[0];
  return graph.op("Transpose", [results], { perm: [1, 0, 2] });
}
