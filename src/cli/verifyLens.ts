/** The checks of a trained lens that `introspect verify --lens` makes beside those of its model. */
import { heldOutDifference, zeroLensDifference } from "../analysis/lens/checks";
import { checked, notApplicable } from "../analysis/verify/difference";
import type { FitWindows } from "../analysis/lens/fit/windows";
import { openLens } from "../engine/lenses";
import { type LensContents, readLensFile } from "../engine/store/lensFile";
import type { VerifyCheck } from "../protocol/verify";
import { CliError, usageError } from "./cliError";
import type { ModelWork } from "./command";
import { lensTextDigest, lensWindows, readLensText } from "./lensText";
import { bosOf, type ParsedArguments } from "./options";
import type { Session } from "./session";

/** A lens to be verified. */
export interface LensToVerify {
  readonly lens: LensContents;
  /** Of its text, the windows that its figures are of; null where no text was given. */
  readonly windows: FitWindows["report"] | null;
}

/**
 * Reads the lens, and the text where one is given; null where no lens is asked for.
 * @throws {EngineError} "bad-lens", "lens-of-another-model"
 * @throws {CliError} "usage"; "other-text" where the text is not the lens's
 */
export async function lensToVerify(
  session: Session,
  args: ParsedArguments,
  work: ModelWork,
): Promise<LensToVerify | null> {
  const { lens: path, file } = args.values;
  if (path === undefined) {
    const alone = (["file", "held-out", "tokens"] as const).find((name) => args.values[name] !== undefined);
    if (alone !== undefined) throw usageError(`--${alone} is the text of a lens.`, "Give --lens LENS too.");
    return null;
  }
  await openLens(session.open, path, work);
  const lens = await readLensFile(path, session.info);
  if (file === undefined) return { lens, windows: null };
  const given = await readLensText(file, args.values);
  const { textDigest, text, positions, heldOut } = lens.facts;
  const next = `It was fitted on: ${text}. Give --file, --held-out, --tokens and --bos as in the call of lens-fit.`;
  if (lensTextDigest(given) !== textDigest)
    throw new CliError("other-text", "This is not the text that the lens was fitted on.", { next });
  const windows = await lensWindows(session, given, { ...work, bos: bosOf(args) });
  if (count(windows.report) !== heldOut.positions || count(windows.fit) !== positions)
    throw new CliError("other-text", "The text is cut in another way than when the lens was fitted.", {
      next,
    });
  return { lens, windows: windows.report };
}

const count = (windows: readonly (readonly number[])[]): number =>
  windows.reduce((sum, ids) => sum + ids.length - 1, 0);

/** The checks one after the other, each as soon as it is made. */
export async function* verifyLens(
  { open }: Session,
  { lens, windows }: LensToVerify,
  ids: readonly number[],
  work: ModelWork,
): AsyncGenerator<VerifyCheck> {
  const subject = { runner: open.runner, math: open.lensMath };
  const isOwn = lens.facts.modelDigest === (await open.digest(work));
  yield checked({ ...checks.belongs, worst: isOwn ? 0 : 1 });
  yield checked({ ...checks.zeros, worst: await zeroLensDifference(subject, ids, { signal: work.signal }) });
  if (windows !== null) {
    yield checked({ ...checks.heldOut, worst: await heldOutDifference(subject, lens, windows, work) });
    return;
  }
  const note = `Not measured: it needs the text (${lens.facts.text}). Give it by --file, and --held-out, --tokens and --bos as in the call of lens-fit.`;
  yield notApplicable(checks.heldOut, note);
}

const checks = {
  belongs: {
    check: "lens belongs to the model",
    what: "The digest of the model that the lens was fitted to, as its file has it, and the model's own.",
    bound: 0,
    unit: "values",
  },
  zeros: {
    check: "lens of zeros = logit lens",
    what: "Logits of the 5 most likely tokens, normaliser and entropy of every row but the last, through translators of zeros and without any.",
    bound: 0,
    unit: "values",
  },
  heldOut: {
    check: "lens's held-out figures",
    what: "KL to the output at every layer on the held-out text, of the logit lens and of the trained one, as its file has them and measured anew; the worst as a share of the file's own.",
    bound: 1e-3,
    unit: "relative",
  },
} as const;
