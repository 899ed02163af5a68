/** How a model's residual stream is read, for attributions over the direct path. */
import type { BlockSpec, ModelSpec } from "./modelSpec";
import type { MlpInput, Readout } from "./runner";

/** What direct attribution has to know of a model. */
export function readoutOf({ blocks, unembed }: ModelSpec): Readout {
  return {
    softCap: unembed.softCap,
    addsUp: blocks.every(({ order, addedTo }) => order !== "post" && addedTo === "stream"),
    mlpInputs: blocks.map(mlpInput),
    attentionAdds: blocks.map(({ ln1Post, residualScale }) => ({
      hasNorm: ln1Post !== null,
      factor: residualScale,
    })),
    mlpAdds: blocks.map(({ ln2Post, residualScale }) => ({
      hasNorm: ln2Post !== null,
      factor: residualScale,
    })),
  };
}

function mlpInput({ order, ln1, ln2 }: BlockSpec): MlpInput {
  const stream = order === "parallel" ? "hook_resid_pre" : "hook_resid_mid";
  if (order === "post") return { stream, norm: null };
  if (ln2 === "ln1") return { stream, norm: ln1 === null ? null : "ln1" };
  return { stream, norm: ln2 === null ? null : "ln2" };
}
