/** `introspect lens-fit`: fits a trained lens to a model on some text, judges it on other text, and writes it to a file. */
import { createHash } from "node:crypto";
import { basename } from "node:path";
import { fitLens } from "../../analysis/lens/fit";
import { type FitState, newFitState } from "../../analysis/lens/fit/state";
import { cutWindows, windowLength } from "../../analysis/lens/fit/windows";
import { CancelledError } from "../../base/errors";
import { EngineError } from "../../engine/engineError";
import { memoryBudget, requireMemory } from "../../engine/memory";
import {
  checkpointPath,
  readCheckpoint,
  removeCheckpoint,
  writeCheckpoint,
} from "../../engine/store/lensCheckpoint";
import { requireWritable, tunedKind, writeLensFile } from "../../engine/store/lensFile";
import { encodeWhole, type WholeText } from "../../engine/window";
import type { LensFacts } from "../../protocol/lensFile";
import { usageError } from "../cliError";
import type { Command, ModelWork } from "../command";
import { bosOf, type ParsedArguments, wholeNumber } from "../options";
import { type Session, withModel } from "../session";
import { readText } from "../textFile";

/** What was given, checked. */
interface Given {
  readonly out: string;
  readonly text: string;
  readonly name: string;
  readonly tokens: number;
  readonly steps: number;
  readonly seed: number;
  readonly heldOut: number | { readonly text: string; readonly name: string };
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
  const tokens = wholeNumber("tokens", values.tokens ?? "20000", 1, 100_000_000);
  const heldOut = await readHeldOut(values["held-out"] ?? "0.2");
  return { out, text: await readText(file), name: nameOf(file), tokens, steps, seed, heldOut };
}

async function readHeldOut(given: string): Promise<Given["heldOut"]> {
  const share = given.trim() === "" ? NaN : Number(given);
  if (Number.isNaN(share)) return { text: await readText(given), name: nameOf(given) };
  if (share > 0 && share < 1) return share;
  throw usageError(`--held-out takes a number between 0 and 1, or a file, not ${given.slice(0, 40)}.`);
}

const nameOf = (file: string): string => (file === "-" ? "standard input" : basename(file));

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
  const encode = (text: string): Promise<WholeText> => encodeWhole(tokenizerOf(session), text, work);
  const { out, tokens, steps, seed, heldOut } = given;
  const windows = cutWindows({
    nCtx: info.nCtx,
    tokens,
    text: await encode(given.text),
    heldOut: typeof heldOut === "number" ? heldOut : await encode(heldOut.text),
  });
  const modelDigest = await open.digest(work);
  const textDigest = digestOf(given);
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
    text: textName(given),
    heldOut: fitted.heldOut,
  };
  await writeLensFile(out, { facts, translators: fitted.translators });
  await removeCheckpoint(out);
  return { file: out, ...facts };
}

/** Two matrices of sums in float64 per layer; later translator, momentum and the best one in float32 are fewer bytes. */
function fitBytes({ nLayers, dModel }: Session["info"]): number {
  return 2 * 8 * nLayers * dModel ** 2;
}

function tokenizerOf({ open }: Session): NonNullable<Session["open"]["tokenizer"]> {
  if (open.tokenizer !== null) return open.tokenizer;
  throw new EngineError("no-tokenizer", "This model has no tokenizer.json, so it cannot read text.", {
    next: "Put the model's tokenizer.json beside its config.json.",
  });
}

function digestOf({ text, heldOut }: Given): string {
  const hash = createHash("sha256").update(text);
  if (typeof heldOut !== "number") hash.update("\0").update(heldOut.text);
  return hash.digest("hex");
}

function textName({ name, heldOut }: Given): string {
  return typeof heldOut === "number"
    ? `${name}, ${Math.round(100 * heldOut)} % from its end held out`
    : `${name}, judged on ${heldOut.name}`;
}
