/** How large hooks are. */
import { hookAxes, type Site } from "../../graph/hooks";
import type { ModelSpec } from "../../graph/modelSpec";

/** Shape of a hook's value at one position. */
export function valueShape(spec: ModelSpec, site: Site): number[] {
  const heads = /attn\.hook_(rot_)?[kv]$/.test(site) ? spec.nKvHeads : spec.nHeads;
  const sizes: Record<string, number> = {
    head: heads,
    dHead: spec.dHead,
    dModel: spec.dModel,
    dMlp: spec.dMlp,
    expert: Math.max(
      ...spec.blocks.map(({ mlp }) => (mlp !== null && mlp.kind === "experts" ? mlp.experts.length : 1)),
    ),
  };
  return hookAxes(site)
    .slice(1)
    .map((axis) => sizes[axis] ?? 1);
}
