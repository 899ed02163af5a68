/** Hook names: built and parsed here only. TransformerLens's uniform names, exactly; `attn.hook_proj` and `mlp.hook_proj` are ours. */
import { CodedError } from "../base/errors";
import type { Axis } from "../tensor/tensor";

/** Hooks of a block by what follows `blocks.{l}.`, in the order a token passes them. */
export const blockSites = [
  "hook_resid_pre",
  "ln1.hook_scale",
  "ln1.hook_normalized",
  "attn.hook_q",
  "attn.hook_k",
  "attn.hook_v",
  "attn.hook_rot_q",
  "attn.hook_rot_k",
  "attn.hook_attn_scores",
  "attn.hook_pattern",
  "attn.hook_z",
  "attn.hook_result",
  "attn.hook_proj",
  "ln1_post.hook_scale",
  "ln1_post.hook_normalized",
  "hook_attn_out",
  "hook_resid_mid",
  "ln2.hook_scale",
  "ln2.hook_normalized",
  "mlp.hook_expert_weights",
  "mlp.hook_pre",
  "mlp.hook_pre_linear",
  "mlp.hook_post",
  "mlp.hook_proj",
  "ln2_post.hook_scale",
  "ln2_post.hook_normalized",
  "hook_mlp_out",
  "hook_resid_post",
] as const;

/** A hook's name inside its block. */
export type BlockSite = (typeof blockSites)[number];

/** Hooks before the first block. */
export const embedSites = ["hook_embed", "hook_pos_embed"] as const;
/** A hook before the first block. */
export type EmbedSite = (typeof embedSites)[number];

/** Hooks after the last block. */
export const finalSites = ["ln_final.hook_scale", "ln_final.hook_normalized"] as const;
/** A hook after the last block. */
export type FinalSite = (typeof finalSites)[number];

/** Any hook's name without its layer. */
export type Site = BlockSite | EmbedSite | FinalSite;

/** A parsed hook name. */
export type Hook =
  | { readonly place: "embed"; readonly site: EmbedSite }
  | { readonly place: "block"; readonly layer: number; readonly site: BlockSite }
  | { readonly place: "final"; readonly site: FinalSite };

/** Codes of errors about hook names. */
export type HookErrorCode = "unknown-hook" | "absent-hook";

/** A hook name that no model has, or that this one lacks. */
export class HookError extends CodedError<HookErrorCode> {}

/** Full name of a block's hook. */
export function blockHook(layer: number, site: BlockSite): string {
  return `blocks.${layer}.${site}`;
}

/**
 * The parts of a hook name.
 * @throws {HookError} "unknown-hook" when it is none; the message names the nearest that exists
 */
export function parseHook(name: string): Hook {
  const block = /^blocks\.(0|[1-9]\d{0,4})\.(.+)$/.exec(name);
  if (block) {
    const site = blockSites.find((known) => known === block[2]);
    if (site) return { place: "block", layer: Number(block[1]), site };
  }
  const embed = embedSites.find((known) => known === name);
  if (embed) return { place: "embed", site: embed };
  const final = finalSites.find((known) => known === name);
  if (final) return { place: "final", site: final };
  const layer = block?.[1] ?? "0";
  const known = [...embedSites, ...blockSites.map((site) => `blocks.${layer}.${site}`), ...finalSites];
  const near = known.reduce((best, one) => (distance(one, name) < distance(best, name) ? one : best));
  throw new HookError("unknown-hook", `There is no hook named "${name.slice(0, 80)}".`, {
    next: `The nearest name is "${near}".`,
    details: { name, near },
  });
}

/** Axes of what a hook holds, without a batch axis. */
export function hookAxes(site: Site): readonly Axis[] {
  switch (site) {
    case "attn.hook_q":
    case "attn.hook_k":
    case "attn.hook_v":
    case "attn.hook_rot_q":
    case "attn.hook_rot_k":
    case "attn.hook_z":
      return ["pos", "head", "dHead"];
    case "attn.hook_result":
      return ["pos", "head", "dModel"];
    case "attn.hook_attn_scores":
    case "attn.hook_pattern":
      return ["head", "queryPos", "keyPos"];
    case "mlp.hook_pre":
    case "mlp.hook_pre_linear":
    case "mlp.hook_post":
      return ["pos", "dMlp"];
    case "mlp.hook_expert_weights":
      return ["pos", "expert"];
    case "ln1.hook_scale":
    case "ln1_post.hook_scale":
    case "ln2.hook_scale":
    case "ln2_post.hook_scale":
    case "ln_final.hook_scale":
      return ["pos", "one"];
    default:
      return ["pos", "dModel"];
  }
}

/** Edit distance (Levenshtein), for naming the nearest hook. */
function distance(a: string, b: string): number {
  const short = b.slice(0, 80);
  let row = Array.from({ length: short.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= short.length; j++) {
      const change = row[j - 1] + (a[i - 1] === short[j - 1] ? 0 : 1);
      next.push(Math.min(change, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[short.length];
}
