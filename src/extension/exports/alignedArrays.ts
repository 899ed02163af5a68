/** Arrays of the split into the tokens that steering should favour and the rest. */
import type { ShownArray } from "../../protocol/arrays";
import type { AlignedParts, SteerResult } from "../../protocol/edit";
import { real, whole } from "./arrayParts";

/** Of the steered run, and of each null's draws; none where the experiment names no words. */
export function alignedArrays({ aligned }: SteerResult): ShownArray[] {
  if (!aligned) return [];
  const { tokens, steered, isotropic, shuffled = [] } = aligned;
  const rows = (all: readonly AlignedParts[]): number[][] =>
    all.map(({ effectiveness, disruption, kl }) => [effectiveness, disruption, kl.aligned, kl.rest]);
  const parts = "effectivenessDisruptionKlAlignedKlRest";
  const about = { unit: "nats", about: "next" } as const;
  const ids = tokens.map(({ id }) => id);
  return [
    whole("aligned_ids", ["token"], ids, { about: "next" }),
    real("aligned_parts", ["run", parts], rows([steered]), about),
    real("isotropic_aligned_parts", ["draw", parts], rows(isotropic), about),
    ...(shuffled.length > 0 ? [real("shuffled_aligned_parts", ["draw", parts], rows(shuffled), about)] : []),
  ];
}
