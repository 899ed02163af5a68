/** `introspect lens-fit`: fits a trained lens to a model on some text, judges it on other text, and writes it to a file. */
import { fitLens } from "../../analysis/lens/fit";
import { type FitState, newFitState } from "../../analysis/lens/fit/state";
import { windowLength } from "../../analysis/lens/fit/windows";
import { CancelledError } from "../../base/errors";
import { memoryBudget, requireMemory } from "../../engine/memory";
import {
  checkpointPath,
  readCheckpoint,
  removeCheckpoint,
  writeCheckpoint,
} from "../../engine/store/lensCheckpoint";
import { requireWritable, tunedKind, writeLensFile } from "../../engine/store/lensFile";
import { fewHeldOut, type LensFacts } from "../../protocol/lensFile";
import { usageError } from "../cliError";
import type { Command, ModelWork } from "../command";
import { type LensText, lensTextDigest, lensTextName, lensWindows, readLensText } from "../lensText";
import { bosOf, type ParsedArguments, wholeNumber } from "../options";
import { type Session, withModel } from "../session";

/** What was given, checked. */
interface Given extends LensText {
  readonly out: string;
  readonly steps: number;
  readonly seed: number;
}

/** Fits and writes a lens; prints how it was made and how good it is. Stopped, it keeps a checkpoint to go on from. */
export const lensFitCommand: Command = {
  name: "lens-fit",
  summary: "fit a trained lens: an affine translator per layer, judged on held-out text",
  positionals: ["DIR"],
  options: ["file", "out", "tokens", "steps", "seed", "held-out", "bos"],
  async run({ args, out, work }) {
    const given = await readGiven(args);
    await requireWritable(given.out);
    await withModel(args.positionals[0], work, async (session) => {
      const facts = await fit(session, given, { ...work, bos: bosOf(args) });
      await out.value(facts);
    });
  },
};

async function readGiven({ values }: ParsedArguments): Promise<Given> {
  const { file, out } = values;
  if (file === undefined)
    throw usageError("There is no text.", "Give --file F, a text like those to be read.");
  if (out === undefined) throw usageError("There is no file to write.", "Give --out LENS.safetensors.");
  const seed = wholeNumber("seed", values.seed ?? "0", 0, 2 ** 31);
  const steps = wholeNumber("steps", values.steps ?? "250", 0, 100_000);
  return { out, steps, seed, ...(await readLensText(file, values)) };
}

async function fit(
  session: Session,
  given: Given,
  work: ModelWork & { readonly bos: ReturnType<typeof bosOf> },
): Promise<LensFacts> {
  const { open, info } = session;
  requireMemory(fitBytes(info), memoryBudget(work.memoryBudget), {
    said: "To fit a lens (sums of products for every layer)",
    next: "Choose a smaller model, or raise --memory-budget.",
  });
  const { out, tokens, steps, seed, heldOut } = given;
  const windows = await lensWindows(session, given, work);
  const modelDigest = await open.digest(work);
  const textDigest = lensTextDigest(given);
  const shares = {
    tokens,
    steps,
    seed,
    bos: work.bos,
    heldOut: typeof heldOut === "number" ? heldOut : "file",
  };
  const settings = JSON.stringify({ modelDigest, textDigest, ...shares });
  const state = (await readCheckpoint(out, settings, info.dModel)) ?? newFitState(info.nLayers, info.dModel);
  const keep = (kept: FitState): Promise<void> => writeCheckpoint(out, kept, settings);
  const subject = { runner: open.runner, math: open.lensMath };
  const fitted = await fitLens(subject, { windows, steps, seed, state, onState: keep }, work).catch(
    async (error: unknown) => {
      if (!(error instanceof CancelledError)) throw error;
      await keep(state);
      throw new CancelledError(`Stopped; ${checkpointPath(out)} is kept, and the same call goes on from it.`);
    },
  );
  const facts = {
    kind: tunedKind,
    modelDigest,
    unembedDigest: await open.unembedDigest(),
    positions: fitted.positions,
    window: windowLength(info.nCtx),
    steps,
    seed,
    textDigest,
    text: lensTextName(given),
    heldOut: fitted.heldOut,
  };
  await writeLensFile(out, { facts, translators: fitted.translators });
  await removeCheckpoint(out);
  const few = fewHeldOut(facts);
  return { file: out, ...facts, ...(few === null ? {} : { warning: few }) };
}

/** Two matrices of sums in float64 per layer; later translator, momentum and the best one in float32 are fewer bytes. */
function fitBytes({ nLayers, dModel }: Session["info"]): number {
  return 2 * 8 * nLayers * dModel ** 2;
}
