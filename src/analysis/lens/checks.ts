/** What checks of a trained lens measure: that its machinery does nothing when it should, and that its figures hold. */
import type { WorkOptions } from "../../base/cancel";
import type { Translator } from "../../graph/lensMath";
import type { Decoded } from "../../graph/runner";
import type { LensFacts } from "../../protocol/lensFile";
import { indices } from "../common/reads";
import { type LensSubject, meanDivergences, rowsOf, translated } from "./fit/evaluate";
import { noTranslator } from "./fit/state";

/** Tokens per row whose logits are compared. */
const compared = 5;
/** Divergences below it are compared as if they were as large. */
const smallest = 0.01;

/** How many decoded numbers of the rows differ in any bit between a lens of zeros and the logit lens. */
export async function zeroLensDifference(
  subject: LensSubject,
  ids: readonly number[],
  options: WorkOptions,
): Promise<number> {
  const { runner } = subject;
  const { nLayers, dModel } = runner.info;
  const { layers } = await rowsOf(subject, ids, options, indices(ids.length));
  const zeros = indices(nLayers).map(() => noTranslator(dModel));
  const lensed = await translated(subject, layers, zeros);
  let differing = 0;
  for (const [l, rows] of layers.entries()) {
    const raw = numbersOf(await runner.decode({ rows, k: compared }, options));
    const read = numbersOf(await runner.decode({ rows: lensed[l], k: compared }, options));
    differing += raw.filter((value, i) => !Object.is(value, read[i])).length;
  }
  return differing;
}

function numbersOf({ ids, logits, logSumExp, entropy }: Decoded): number[] {
  return [...ids, ...logits].flatMap((row) => [...row]).concat([...logSumExp], [...entropy]);
}

/** The worst difference between the held-out figures of a file and those measured anew, as a share of the file's. */
export async function heldOutDifference(
  subject: LensSubject,
  lens: { readonly translators: readonly Translator[]; readonly facts: Pick<LensFacts, "heldOut"> },
  windows: readonly (readonly number[])[],
  options: WorkOptions,
): Promise<number> {
  const { translators, facts } = lens;
  const lenses = [translators.map(() => null), translators];
  const message = "Measuring the held-out KL anew";
  const { kl } = await meanDivergences(subject, windows, lenses, { ...options, message });
  const apart = (value: number, said: number): number => Math.abs(value - said) / Math.max(said, smallest);
  const all = facts.heldOut.layers.flatMap(({ layer, logit, trained }) => [
    apart(kl[0][layer], logit),
    apart(kl[1][layer], trained),
  ]);
  return all.every(Number.isFinite) ? Math.max(...all) : Infinity;
}
