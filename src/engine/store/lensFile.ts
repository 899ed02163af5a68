/**
 * Lens files: translators of one model's residual stream, with how they were made and how good they are. The format is
 * in models/README.md; `kind` is open, so that later kinds of lenses are files of the same form.
 */
import { access, constants, open, rename, rm, writeFile, type FileHandle } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { CodedError } from "../../base/errors";
import type { SafetensorsEntry, SafetensorsHeader } from "../../formats/safetensors";
import { writeSafetensors } from "../../formats/safetensorsWriter";
import type { Translator } from "../../graph/lensMath";
import { asInteger, asList, asNumber, asObject, asOneOf, asText, parseJson } from "../../protocol/decode";
import type { HeldOutLayer, LensFacts, LensFit } from "../../protocol/lensFile";
import { f16ToF32 } from "../../tensor/dtypes";
import { EngineError } from "../engineError";
import { readSafetensorsHeader } from "./safetensorsFile";

/** What the header's `format` must say. */
export const lensFormat = "introspect-lens";
/** The version that is written and read. */
export const lensVersion = "1";
/** The kind of the lenses that `lens-fit` makes: affine translators. */
export const tunedKind = "tuned";

/** A lens as its file has it. */
export interface LensContents {
  readonly facts: Omit<LensFacts, "file" | "warning">;
  readonly translators: readonly Translator[];
}

/** Sizes that a lens must have. */
export interface LensShape {
  readonly nLayers: number;
  readonly dModel: number;
}

/**
 * Reads a lens file for a model of these sizes.
 * @throws {EngineError} "bad-lens", "lens-of-another-model"
 */
export async function readLensFile(path: string, shape: LensShape): Promise<LensContents> {
  try {
    const header = await readSafetensorsHeader(path);
    const facts = factsOf(header, path);
    requireShape(header, shape, path);
    const handle = await open(path, "r");
    try {
      const translators: Translator[] = [];
      for (let l = 0; l < shape.nLayers; l++)
        translators.push(await translatorOf(handle, header, { path, l, ...shape }));
      return { facts, translators };
    } finally {
      await handle.close();
    }
  } catch (cause) {
    if (cause instanceof EngineError) throw cause;
    throw bad(path, whyUnread(cause), cause);
  }
}

/** Why a file was not read. What a header claims of its length is of no use to who chose another kind of file. */
function whyUnread(cause: unknown): string {
  for (let at: unknown = cause; at instanceof CodedError; at = at.cause)
    if (at.code.startsWith("safetensors-")) return "it is no safetensors file, or not whole";
  return cause instanceof CodedError ? cause.message.replace(/\.$/, "") : String(cause);
}

function factsOf({ metadata }: SafetensorsHeader, path: string): LensContents["facts"] {
  if (metadata["format"] !== lensFormat) throw bad(path, `its format is not ${lensFormat}`);
  if (metadata["version"] !== lensVersion)
    throw bad(path, `its version is ${metadata["version"] ?? "missing"}, and ${lensVersion} is read here`);
  const kind = asText(metadata["kind"], "kind");
  if (kind !== tunedKind) throw bad(path, `lenses of the kind "${kind.slice(0, 40)}" are not read here`);
  return {
    kind,
    modelDigest: asText(metadata["modelDigest"], "modelDigest"),
    unembedDigest: asText(metadata["unembedDigest"], "unembedDigest"),
    ...decodeFit(parseJson(asText(metadata["fit"], "fit"), "fit")),
  };
}

const origins: readonly HeldOutLayer["from"][] = ["least squares", "KL steps", "none"];

function decodeFit(value: unknown): LensFit {
  const fit = asObject(value, "fit");
  const count = (name: string): number => asInteger(fit[name], `fit.${name}`, { min: 0 });
  const heldOut = asObject(fit["heldOut"], "fit.heldOut");
  const layers = asList(heldOut["layers"], "fit.heldOut.layers").map((one, layer): HeldOutLayer => {
    const path = `fit.heldOut.layers[${layer}]`;
    const object = asObject(one, path);
    const kl = (name: string): number => asNumber(object[name], `${path}.${name}`, { min: 0 });
    return {
      layer,
      logit: kl("logit"),
      trained: kl("trained"),
      random: kl("random"),
      from: asOneOf(object["from"], `${path}.from`, origins),
      ...(object["worse"] === true ? { worse: true as const } : {}),
    };
  });
  return {
    positions: count("positions"),
    window: count("window"),
    steps: count("steps"),
    seed: count("seed"),
    textDigest: asText(fit["textDigest"], "fit.textDigest"),
    text: asText(fit["text"], "fit.text"),
    heldOut: { positions: asInteger(heldOut["positions"], "fit.heldOut.positions", { min: 0 }), layers },
  };
}

function requireShape(
  { metadata, tensors }: SafetensorsHeader,
  { nLayers, dModel }: LensShape,
  path: string,
): void {
  const [layers, width] = [Number(metadata["nLayers"]), Number(metadata["dModel"])];
  if (layers !== nLayers || width !== dModel) {
    const has = `${metadata["nLayers"] ?? "?"} layers of width ${metadata["dModel"] ?? "?"}`;
    throw otherModel(path, `it has ${has}, the model ${nLayers} of width ${dModel}`);
  }
  if (tensors.size !== 2 * nLayers) throw bad(path, `it holds ${tensors.size} tensors, not ${2 * nLayers}`);
}

async function translatorOf(
  handle: FileHandle,
  header: SafetensorsHeader,
  { path, l, dModel }: { readonly path: string; readonly l: number } & LensShape,
): Promise<Translator> {
  const read = async (name: string, shape: readonly number[]): Promise<Float32Array> => {
    const entry = header.tensors.get(name);
    if (entry === undefined) throw bad(path, `it lacks ${name}`);
    if (entry.shape.join() !== shape.join() || (entry.dtype !== "F32" && entry.dtype !== "F16"))
      throw bad(path, `${name} is ${entry.dtype} [${entry.shape.join(", ")}], not F32 [${shape.join(", ")}]`);
    const values = await valuesOf(handle, entry);
    if (!values.every(Number.isFinite)) throw bad(path, `${name} holds values that are no finite numbers`);
    return values;
  };
  const name = `layers.${l}`;
  return { a: await read(`${name}.A`, [dModel, dModel]), b: await read(`${name}.b`, [dModel]) };
}

async function valuesOf(handle: FileHandle, { start, end, dtype }: SafetensorsEntry): Promise<Float32Array> {
  const bytes = new Uint8Array(end - start);
  for (let done = 0; done < bytes.length;) {
    const { bytesRead } = await handle.read(bytes, done, bytes.length - done, start + done);
    if (bytesRead === 0) throw new Error("the file became shorter while it was read");
    done += bytesRead;
  }
  if (dtype === "F32") return new Float32Array(bytes.buffer);
  const values = new Float32Array(bytes.length / 2);
  f16ToF32(new Uint16Array(bytes.buffer), values);
  return values;
}

/** Writes a lens file under a temporary name first, so that it is there whole or not at all. */
export async function writeLensFile(path: string, { facts, translators }: LensContents): Promise<void> {
  const d = translators[0].b.length;
  const { kind, modelDigest, unembedDigest, ...fit } = facts;
  const tensors = translators.flatMap((_, l) => [
    { name: `layers.${l}.A`, dtype: "F32" as const, shape: [d, d] },
    { name: `layers.${l}.b`, dtype: "F32" as const, shape: [d] },
  ]);
  const metadata = {
    format: lensFormat,
    version: lensVersion,
    kind,
    modelDigest,
    unembedDigest,
    nLayers: String(translators.length),
    dModel: String(d),
    fit: JSON.stringify(fit),
  };
  const data = translators.flatMap(({ a, b }) => [bytesOf(a), bytesOf(b)]);
  await writeWhole(path, writeSafetensors(tensors, data, metadata));
}

/** The bytes of an array, not copied. */
export function bytesOf({ buffer, byteOffset, byteLength }: Float32Array | Float64Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Puts a file in its place at once; rejects with {EngineError} "lens-not-written". */
export async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(temporary, bytes);
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw unwritten(path, cause);
  }
}

/** Returns when a file could be put there; rejects with {EngineError} "lens-not-written", before long work is lost. */
export async function requireWritable(path: string): Promise<void> {
  await access(dirname(resolve(path)), constants.W_OK).catch((cause: unknown) => {
    throw unwritten(path, cause);
  });
}

function unwritten(path: string, cause: unknown): EngineError {
  const why = (cause as NodeJS.ErrnoException).code ?? String(cause);
  const next = "Choose a folder that exists and that you may write to.";
  return new EngineError("lens-not-written", `${path} cannot be written: ${why}.`, { next, cause });
}

function bad(path: string, why: string, cause?: unknown): EngineError {
  const next = "Fit one with `introspect lens-fit`, or choose another file.";
  return new EngineError("bad-lens", `${basename(path)} cannot be used as a lens: ${why}.`, { next, cause });
}

/** The refusal of a lens that was fitted for something else. */
export function otherModel(path: string, why: string): EngineError {
  const next = "Fit a lens for this model with `introspect lens-fit`, or choose the model it was fitted for.";
  return new EngineError("lens-of-another-model", `${basename(path)} belongs to another model: ${why}.`, {
    next,
    details: { path },
  });
}
