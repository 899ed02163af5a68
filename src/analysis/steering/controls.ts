/** The edits of an experiment's controls. */
import type { WorkOptions } from "../../base/cancel";
import type { Runner } from "../../graph/runner";
import type { Edit, ExperimentControls, SteerResult } from "../../protocol/edit";
import type { PairEncoder } from "../common/editValue";
import { hasDirection, isotropicNulls, type PairDraws, shuffledNulls } from "../common/steering/nulls";
import { type BothEdits, embeddingOnly, otherLayer, positiveOnly } from "../common/steering/variants";

/** Edits per control; those run once are null where an experiment has no such control. */
export interface ControlEdits {
  readonly isotropic: readonly (readonly Edit[])[];
  readonly shuffled: readonly (readonly Edit[])[];
  /** What `shuffled` is made of; null where there is none. */
  readonly shuffledKind: NonNullable<SteerResult["controlFacts"]>["shuffled"] | null;
  readonly positiveOnly: readonly Edit[] | null;
  readonly embeddingOnly: readonly Edit[] | null;
  readonly otherLayer: { readonly layer: number; readonly edits: readonly Edit[] } | null;
}

/** Makes them. What they are compared with are the experiment's own edits, at the same strengths. */
export async function controlEdits(
  runner: Runner,
  edits: BothEdits,
  {
    controls,
    encoder,
    labels,
  }: {
    readonly controls: ExperimentControls;
    readonly encoder: PairEncoder | null;
    readonly labels?: PairDraws["labels"];
  },
  options: WorkOptions,
): Promise<ControlEdits> {
  const { isotropic, seed, shuffled = isotropic, others = true } = controls;
  const pairs = { given: edits.given, encoder, draws: shuffled, seed, labels };
  return {
    isotropic: isotropicNulls(runner, edits.numeric, { draws: isotropic, seed }),
    shuffled: await shuffledNulls(runner, edits.numeric, pairs, options),
    shuffledKind: kindOf(edits.numeric, labels),
    positiveOnly: others ? await positiveOnly(runner, edits, encoder, options) : null,
    embeddingOnly: others ? await embeddingOnly(runner, edits, encoder, options) : null,
    otherLayer: others
      ? await otherLayer(runner, edits, { layer: controls.otherLayer, encoder }, options)
      : null,
  };
}

function kindOf(edits: readonly Edit[], labels: PairDraws["labels"]): ControlEdits["shuffledKind"] {
  const known = edits.flatMap((edit, i) => (hasDirection(edit) ? [Boolean(labels?.[i])] : []));
  if (known.length === 0) return null;
  if (known.every(Boolean)) return "labels";
  return known.some(Boolean) ? "both" : "pairs";
}
