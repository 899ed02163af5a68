/** Checks of a trained lens: whose it is, that its machinery does nothing when it should, and that its figures hold. */
import type { WorkOptions } from "../../base/cancel";
import type { Translator } from "../../graph/lensMath";
import type { Decoded } from "../../graph/runner";
import type { LensFacts } from "../../protocol/lensFile";
import type { VerifyCheck } from "../../protocol/verify";
import { indices } from "../common/reads";
import { type LensSubject, meanDivergences, rowsOf, translated } from "../lens/fit/evaluate";
import { noTranslator } from "../lens/fit/state";
import { checked, notApplicable } from "./difference";

/** Tokens per row whose logits are compared. */
const compared = 5;
/** Divergences below it are compared as if they were as large. */
const smallest = 0.01;

/** Whether the lens was fitted to this very model. */
export function lensIsOfModel({ modelDigest }: Pick<LensFacts, "modelDigest">, digest: string): VerifyCheck {
  return checked({
    check: "lens belongs to the model",
    what: "The digest of the model that the lens was fitted to, as its file has it, and the model's own.",
    worst: modelDigest === digest ? 0 : 1,
    bound: 0,
    unit: "values",
  });
}

/** A lens of zeros decodes every row to what the logit lens does, to the last bit. */
export async function zeroLensIsLogitLens(
  subject: LensSubject,
  ids: readonly number[],
  options: WorkOptions,
): Promise<VerifyCheck> {
  const { runner } = subject;
  const { nLayers, dModel } = runner.info;
  const { layers } = await rowsOf(subject, ids, options, indices(ids.length));
  const zeros = indices(nLayers).map(() => noTranslator(dModel));
  const lensed = await translated(subject, layers, zeros);
  let worst = 0;
  for (const [l, rows] of layers.entries()) {
    const [raw, read] = [
      await runner.decode({ rows, k: compared }, options),
      await runner.decode({ rows: lensed[l], k: compared }, options),
    ];
    const [a, b] = [numbersOf(raw), numbersOf(read)];
    worst += a.filter((value, i) => !Object.is(value, b[i])).length;
  }
  return checked({
    check: "lens of zeros = logit lens",
    what: `Logits of the ${compared} most likely tokens, normaliser and entropy of every row but the last, through translators of zeros and without any.`,
    worst,
    bound: 0,
    unit: "values",
  });
}

function numbersOf({ ids, logits, logSumExp, entropy }: Decoded): number[] {
  return [...ids, ...logits].flatMap((row) => [...row]).concat([...logSumExp], [...entropy]);
}

const heldOutCheck = {
  check: "lens's held-out figures",
  what: "KL to the output at every layer on the held-out text, of the logit lens and of the trained one, as its file has them and measured anew; the worst as a share of the file's own.",
  bound: 1e-3,
  unit: "relative",
} as const;

/** The held-out figures of the file, measured anew on its text. */
export async function heldOutHolds(
  subject: LensSubject,
  lens: { readonly translators: readonly Translator[]; readonly facts: Pick<LensFacts, "heldOut"> },
  windows: readonly (readonly number[])[],
  options: WorkOptions,
): Promise<VerifyCheck> {
  const { translators, facts } = lens;
  const lenses = [translators.map(() => null), translators];
  const message = "Measuring the held-out KL anew";
  const { kl } = await meanDivergences(subject, windows, lenses, { ...options, message });
  const apart = (value: number, said: number): number => Math.abs(value - said) / Math.max(said, smallest);
  const worst = facts.heldOut.layers.flatMap(({ layer, logit, trained }) => [
    apart(kl[0][layer], logit),
    apart(kl[1][layer], trained),
  ]);
  return checked({ ...heldOutCheck, worst: worst.every(Number.isFinite) ? Math.max(...worst) : Infinity });
}

/** That they could not be measured, and what would be needed. */
export function heldOutUnknown({ text }: Pick<LensFacts, "text">): VerifyCheck {
  const note = `Not measured: it needs the text (${text}). Give it by --file, and --held-out, --tokens and --bos as in the call of lens-fit.`;
  return notApplicable(heldOutCheck, note);
}
