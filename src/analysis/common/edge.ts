/** Edges of attention: which there are, and how one is named and blocked. */
import type { ReadSpec, Runner } from "../../graph/runner";
import type { AttentionEdge, BlockMode } from "../../protocol/attentionEdge";
import type { Edit } from "../../protocol/edit";
import { AnalysisError } from "./analysisError";

/** Full name of a layer's pattern or scores. */
export const edgeHook = (layer: number, of: "hook_pattern" | "hook_attn_scores"): string =>
  `blocks.${layer}.attn.${of}`;

/** Reads of one query's row, of all heads. */
export const rowRead = (
  { layer, query }: Pick<AttentionEdge, "layer" | "query">,
  of: "hook_pattern" | "hook_attn_scores",
): ReadSpec => ({ hook: edgeHook(layer, of), positions: [query] });

/** The edit that blocks an edge. */
export function blockingEdit({ layer, head, query, key }: AttentionEdge, softmax: BlockMode): Edit {
  const at = { positions: [query], heads: [head], keys: [key] };
  return softmax === "before"
    ? { hook: edgeHook(layer, "hook_attn_scores"), op: "edge-mask", ...at }
    : { hook: edgeHook(layer, "hook_pattern"), op: "edge-set", ...at };
}

/**
 * Returns at once for an edge between two of the run's positions in a head that there is.
 * @throws {AnalysisError} "out-of-range"
 */
export function requireEdge({ info }: Runner, edge: AttentionEdge, nIds: number): void {
  const { layer, head, query, key } = edge;
  if (!isIndex(layer, info.nLayers) || !isIndex(head, info.nHeads)) {
    const next = `Choose a layer below ${info.nLayers} and a head below ${info.nHeads}.`;
    throw new AnalysisError("out-of-range", `The model has no head ${layer}.${head}.`, { next });
  }
  if (isIndex(query, nIds) && isIndex(key, nIds)) return;
  const message = `There is no edge from position ${query} to ${key}: the run has ${nIds} tokens.`;
  throw new AnalysisError("out-of-range", message, { next: `Choose positions below ${nIds}.` });
}

/** The refusal of a key that the query does not see. */
export function unseen({ query, key }: AttentionEdge): AnalysisError {
  const message = `The query at ${query} does not see the key at ${key}.`;
  const next = "Choose a key at or before the query, within the layer's window.";
  return new AnalysisError("out-of-range", message, { next });
}

const isIndex = (value: number, below: number): boolean =>
  Number.isInteger(value) && value >= 0 && value < below;
