/** Which hooks an edit can change, and how wide they are. */
import type { ModelInfo } from "./model";

/** A hook that can be edited: what its entries are, and how many. */
export interface EditHook {
  readonly part: "residual" | "heads" | "neurons";
  /** Entries per position: dModel; nHeads·dHead, head after head; dMlp. */
  readonly width: number;
  /** Entries per head or neuron; dModel at a residual hook. */
  readonly unit: number;
}

const residual = /^(hook_embed|blocks\.\d+\.hook_(resid_pre|resid_mid|resid_post|attn_out|mlp_out))$/;
const heads = /^blocks\.\d+\.attn\.hook_z$/;
const neurons = /^blocks\.\d+\.mlp\.hook_post$/;

/** What a hook's entries are by its name alone; null for hooks that cannot be edited. */
export function editPart(hook: string): EditHook["part"] | null {
  if (residual.test(hook)) return "residual";
  if (heads.test(hook)) return "heads";
  return neurons.test(hook) ? "neurons" : null;
}

/** The hook as an edit of this model sees it; null for hooks that cannot be edited. */
export function editHook(hook: string, info: ModelInfo): EditHook | null {
  const part = editPart(hook);
  if (part === "residual") return { part, width: info.dModel, unit: info.dModel };
  if (part === "heads") return { part, width: info.nHeads * info.dHead, unit: info.dHead };
  return part === "neurons" ? { part, width: info.dMlp, unit: 1 } : null;
}
