/** The text that a lens is fitted and judged on, as the command line is told of it. */
import { createHash } from "node:crypto";
import { basename } from "node:path";
import { cutWindows, type FitWindows } from "../analysis/lens/fit/windows";
import type { BosPolicy } from "../base/bosPolicy";
import { EngineError } from "../engine/engineError";
import { encodeWhole } from "../engine/window";
import { usageError } from "./cliError";
import type { ModelWork } from "./command";
import { type ParsedArguments, wholeNumber } from "./options";
import type { Session } from "./session";
import { readText } from "./textFile";

/** A text and how it is cut. */
export interface LensText {
  readonly text: string;
  readonly name: string;
  readonly tokens: number;
  /** A share of the text, from its end, or another text. */
  readonly heldOut: number | { readonly text: string; readonly name: string };
}

/** Reads --tokens, --held-out and the text of --file. */
export async function readLensText(file: string, values: ParsedArguments["values"]): Promise<LensText> {
  const tokens = wholeNumber("tokens", values.tokens ?? "20000", 1, 100_000_000);
  const heldOut = await readHeldOut(values["held-out"] ?? "0.2");
  return { text: await readText(file), name: nameOf(file), tokens, heldOut };
}

async function readHeldOut(given: string): Promise<LensText["heldOut"]> {
  const share = given.trim() === "" ? NaN : Number(given);
  if (Number.isNaN(share)) return { text: await readText(given), name: nameOf(given) };
  if (share > 0 && share < 1) return share;
  throw usageError(`--held-out takes a number between 0 and 1, or a file, not ${given.slice(0, 40)}.`);
}

const nameOf = (file: string): string => (file === "-" ? "standard input" : basename(file));

/**
 * The windows of a text for a model.
 * @throws {EngineError} "no-tokenizer"
 * @throws {AnalysisError} "too-little-text"
 */
export async function lensWindows(
  { open, info }: Session,
  { text, tokens, heldOut }: LensText,
  work: ModelWork & { readonly bos: BosPolicy | undefined },
): Promise<FitWindows> {
  const { tokenizer } = open;
  if (tokenizer === null) {
    throw new EngineError("no-tokenizer", "This model has no tokenizer.json, so it cannot read text.", {
      next: "Put the model's tokenizer.json beside its config.json.",
    });
  }
  return cutWindows({
    nCtx: info.nCtx,
    tokens,
    text: await encodeWhole(tokenizer, text, work),
    heldOut: typeof heldOut === "number" ? heldOut : await encodeWhole(tokenizer, heldOut.text, work),
  });
}

/** Digest of a text and of what is held out, where that is another one. */
export function lensTextDigest({ text, heldOut }: Pick<LensText, "text" | "heldOut">): string {
  const hash = createHash("sha256").update(text);
  if (typeof heldOut !== "number") hash.update("\0").update(heldOut.text);
  return hash.digest("hex");
}

/** What the text is, in words. */
export function lensTextName({ name, heldOut }: Pick<LensText, "name" | "heldOut">): string {
  return typeof heldOut === "number"
    ? `${name}, ${Math.round(100 * heldOut)}% from its end held out`
    : `${name}, judged on ${heldOut.name}`;
}
