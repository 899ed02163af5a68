/** Which hooks a model lacks, and why. A hook a model lacks is absent with a reason, never an alias. */
import type { BlockSite, Hook } from "./hooks";
import type { BlockSpec, ModelSpec } from "./modelSpec";

/** Why a model lacks a hook, as half a sentence; null when it has it. */
export function absence(spec: ModelSpec, hook: Hook): string | null {
  switch (hook.place) {
    case "embed":
      return hook.site === "hook_pos_embed" && spec.positions.kind === "none" ? nothingAdded(spec) : null;
    case "final":
      return spec.finalNorm === null ? "it has no norm before the unembedding" : null;
    case "block": {
      const block = spec.blocks[hook.layer];
      return block === undefined ? `the last layer is ${spec.nLayers - 1}` : blockAbsence(block, hook.site);
    }
  }
}

function nothingAdded({ blocks }: ModelSpec): string {
  const nothing = "nothing is added to the embedding";
  if (blocks.some(({ attention }) => attention.rotary !== null)) return `positions are rotary: ${nothing}`;
  if (blocks.some(({ attention }) => attention.alibi !== null))
    return `positions enter as linear biases of the scores: ${nothing}`;
  return `it has no positions: ${nothing}`;
}

function blockAbsence(block: BlockSpec, site: BlockSite): string | null {
  const norm = /^(ln[12](?:_post)?)\./.exec(site)?.[1];
  if (norm !== undefined) return normAbsence(block, norm);
  if (/hook_rot_[qk]$/.test(site) && block.attention.rotary === null)
    return "queries and keys are not rotated in this layer";
  if (block.mlp === null && (/^mlp\.|mlp_out$/.test(site) || site === "hook_resid_mid"))
    return "the layer has attention alone";
  if (site === "hook_resid_mid" && block.order === "parallel")
    return "attention and MLP read the same stream in parallel: there is nothing between them";
  if (site === "mlp.hook_expert_weights" && block.mlp?.kind !== "experts")
    return "the MLP is one, not a mixture of experts";
  if (block.mlp?.kind === "experts" && /^mlp\.hook_(pre|pre_linear|post)$/.test(site))
    return "the MLP is a mixture of experts, whose neurons run only where they were chosen";
  if (site === "mlp.hook_pre_linear" && block.mlp?.kind === "dense" && block.mlp.gate === null)
    return "the MLP has no gate: there is one pre-activation, mlp.hook_pre";
  return null;
}

function normAbsence({ ln1, ln1Post, ln2, ln2Post, order, mlp }: BlockSpec, norm: string): string | null {
  if (norm === "ln2" && ln2 === "ln1") return "attention and MLP share one norm, ln1";
  if (norm.startsWith("ln2") && mlp === null) return "the layer has attention alone";
  const found = { ln1, ln1_post: ln1Post, ln2, ln2_post: ln2Post }[norm];
  if (found !== null) return null;
  if (norm.endsWith("_post")) return "outputs are added without a norm of their own";
  if (order === "pre" && (norm === "ln1" ? ln1Post : ln2Post) !== null)
    return `the norm stands behind, not before: ${norm}_post`;
  return "there is no norm at this place";
}
