/** Which hooks an edit can change, what it can do there, and how wide they are. */
import type { EditOp } from "./edit";
import type { ModelInfo } from "./model";

/** A hook that can be edited: what its entries are, and how many. */
export interface EditHook {
  /** "edges" are attention scores and patterns; "scale" is what a norm divides by. */
  readonly part: "residual" | "heads" | "neurons" | "scale" | "edges";
  /** Entries per position: dModel; heads·dHead, head after head; dMlp; 1. At edges one number stands for all keys. */
  readonly width: number;
  /** Entries per head or neuron; the whole width where there are neither. */
  readonly unit: number;
  /** Heads or neurons that can be chosen; 0 where there are none. */
  readonly units: number;
}

const patterns: readonly (readonly [EditHook["part"], RegExp])[] = [
  ["residual", /^hook_(pos_)?embed$/],
  [
    "residual",
    /^blocks\.\d+\.(hook_(resid_pre|resid_mid|resid_post|attn_out|mlp_out)|(attn|mlp)\.hook_proj)$/,
  ],
  ["residual", /^(blocks\.\d+\.ln[12](_post)?|ln_final)\.hook_normalized$/],
  ["scale", /^(blocks\.\d+\.ln[12](_post)?|ln_final)\.hook_scale$/],
  ["heads", /^blocks\.\d+\.attn\.hook_(q|k|v|z|rot_q|rot_k)$/],
  ["edges", /^blocks\.\d+\.attn\.hook_(attn_scores|pattern)$/],
  ["neurons", /^blocks\.\d+\.mlp\.hook_(pre|pre_linear|post)$/],
];

/** What a hook's entries are by its name alone; null for hooks that cannot be edited. */
export function editPart(hook: string): EditHook["part"] | null {
  return patterns.find(([, pattern]) => pattern.test(hook))?.[0] ?? null;
}

/** The hook as an edit of this model sees it; null for hooks that cannot be edited. */
export function editHook(hook: string, info: ModelInfo): EditHook | null {
  const part = editPart(hook);
  switch (part) {
    case "residual":
      return { part, width: info.dModel, unit: info.dModel, units: 0 };
    case "heads": {
      const units = /hook_(rot_)?[kv]$/.test(hook) ? info.nKvHeads : info.nHeads;
      return { part, width: units * info.dHead, unit: info.dHead, units };
    }
    case "neurons":
      return { part, width: info.dMlp, unit: 1, units: info.dMlp };
    case "edges":
      return { part, width: 1, unit: 1, units: info.nHeads };
    case "scale":
      return { part, width: 1, unit: 1, units: 0 };
    case null:
      return null;
  }
}

const anywhere = ["add", "scale", "clamp", "interchange", "freeze"] as const;
const atVectors = ["set", "zero", "mean", "resample"] as const;

/** What can be done at a hook, by its name alone. Setting edges of a pattern is "edge-set", masking them "edge-mask". */
export function editOps(hook: string): readonly EditOp[] {
  switch (editPart(hook)) {
    case "residual":
    case "heads":
    case "neurons":
      return [...anywhere, ...atVectors, "project-out", "keep"];
    case "scale":
      return [...anywhere, ...atVectors];
    case "edges":
      return hook.endsWith("hook_pattern")
        ? [...anywhere, "edge-set"]
        : [...anywhere, "set", "zero", "edge-mask"];
    case null:
      return [];
  }
}
