/** Where the rows of a lens are read. */
import type { ModelInfo } from "../../protocol/model";
import { indices } from "../common/reads";

/** Floats that one run may bring back, so that a long text does not fill the memory with residual streams. */
const readBudget = 16_777_216;

/** The hooks whose rows the lens shows, from the embedding up: nLayers + 1 of them. */
export function lensHooks(info: ModelInfo): string[] {
  const before = indices(info.nLayers).map((l) => `blocks.${l}.hook_resid_pre`);
  return [...before, `blocks.${info.nLayers - 1}.hook_resid_post`];
}

/** Rows that are read in one run of so many positions. */
export function layersTogether({ dModel }: ModelInfo, nPositions: number): number {
  return Math.max(1, Math.floor(readBudget / (nPositions * dModel)));
}
