/**
 * Direction files: a header F.json (protocol/direction.ts) and its vectors beside it, F.npz, float32 [D] by the hook's
 * full name. Both are written under temporary names first, the vectors before the header that names them.
 */
import { readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { CodedError } from "../../base/errors";
import { readNpz } from "../../formats/npz";
import { asObject, parseJson } from "../../protocol/decode";
import { decodeDirectionHeader } from "../../protocol/decodeDirectionHeader";
import type { DirectionHeader } from "../../protocol/direction";
import { EngineError } from "../engineError";
import { writeNpzFile } from "../npzFile";

/** A direction as its files have it: one vector per layer of the header. */
export interface DirectionContents {
  readonly header: DirectionHeader;
  readonly vectors: ReadonlyMap<number, Float32Array>;
}

/** What a direction must fit. */
export interface DirectionSubject {
  /** The model's digest; null where it is not asked about. */
  readonly digest: string | null;
  readonly hooks: readonly string[];
  /** Entries of a hook; null for one that has no directions. */
  width(hook: string): number | null;
}

/** A direction's files are read whole. */
const mostBytes = 512 * 1024 * 1024;

/** Name of a hook at a layer. */
export const hookAt = (layer: number, hook: string): string => `blocks.${layer}.${hook}`;

/** The file of the vectors that belongs to a header's file. */
export function vectorsPath(file: string): string {
  return join(dirname(file), vectorsName(file));
}

/** Its name. */
export function vectorsName(file: string): string {
  return `${basename(file, extname(file))}.npz`;
}

/** Whether JSON that was read is a direction's header, and not the plain form {hook, vector}. */
export function isDirectionHeader(value: unknown): boolean {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === "direction";
}

/**
 * A header from the bytes of F.json.
 * @throws {EngineError} "bad-direction"
 */
export function headerOf(bytes: Uint8Array, file: string): DirectionHeader {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return decodeDirectionHeader(asObject(parseJson(text, basename(file)), basename(file)));
  } catch (cause) {
    throw refused(file, cause instanceof CodedError ? cause.message.replace(/\.$/, "") : "is no text", cause);
  }
}

/**
 * Reads a direction.
 * @param subject  the model it is to be used with; left out, it is only looked at
 * @throws {EngineError} "bad-direction", "direction-of-another-model", "direction-width"
 */
export async function readDirection(file: string, subject?: DirectionSubject): Promise<DirectionContents> {
  const header = headerOf(await bytesOf(file), file);
  if (subject) requireModel(header, subject, file);
  const npz = join(dirname(file), header.vectors);
  const arrays = await arraysOf(npz);
  const vectors = new Map<number, Float32Array>();
  for (const { layer } of header.layers) {
    const hook = hookAt(layer, header.hook);
    const array = arrays.get(hook);
    if (array === undefined || !(array.data instanceof Float32Array) || array.shape.length !== 1)
      throw refused(npz, `holds no float32 vector named ${hook}`);
    if (!array.data.every(Number.isFinite))
      throw refused(npz, `holds values at ${hook} that are no finite numbers`);
    if (subject) requireWidth(array.data.length, hook, subject, file);
    vectors.set(layer, array.data);
  }
  return { header, vectors };
}

/**
 * Returns at once unless a direction was made with another model.
 * @param digest  the model's; null where it is not asked about
 * @throws {EngineError} "direction-of-another-model"
 */
export function requireDigest({ model }: DirectionHeader, digest: string | null, file: string): void {
  if (model.digest !== null && digest !== null && model.digest !== digest)
    throw another(file, `it was made with a model of the digest ${model.digest.slice(0, 12)}`);
}

/** Writes a direction; rejects with {EngineError} "file-not-written". */
export async function writeDirection(
  file: string,
  header: Omit<DirectionHeader, "vectors">,
  vectors: ReadonlyMap<number, Float32Array>,
): Promise<DirectionHeader> {
  if (vectorsPath(file) === join(dirname(file), basename(file))) {
    const next = "Name the header F.json; F.npz is written beside it.";
    throw new EngineError("file-not-written", `${file} is the name of the vectors, not of the header.`, {
      next,
    });
  }
  const arrays = [...vectors].map(
    ([layer, data]) => [hookAt(layer, header.hook), { shape: [data.length], data }] as const,
  );
  await writeNpzFile(vectorsPath(file), new Map(arrays));
  const whole = { ...header, vectors: vectorsName(file) };
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    await writeFile(temporary, `${JSON.stringify(whole, null, 1)}\n`);
    await rename(temporary, file);
  } catch (cause) {
    await rm(temporary, { force: true });
    const why = (cause as NodeJS.ErrnoException).code ?? String(cause);
    const next = "Choose a folder that exists and that you may write to.";
    throw new EngineError("file-not-written", `${file} cannot be written: ${why}.`, { next, cause });
  }
  return whole;
}

function requireModel(header: DirectionHeader, subject: DirectionSubject, file: string): void {
  const { hook, layers } = header;
  requireDigest(header, subject.digest, file);
  const missing = layers.find(({ layer }) => !subject.hooks.includes(hookAt(layer, hook)));
  if (missing) throw another(file, `the model has no ${hookAt(missing.layer, hook)}`);
}

function another(file: string, why: string): EngineError {
  const next = "Make the direction again with this model, or choose the model it was made with.";
  return new EngineError(
    "direction-of-another-model",
    `${basename(file)} belongs to another model: ${why}.`,
    {
      next,
      details: { file },
    },
  );
}

/**
 * Returns at once when a vector is as wide as its hook.
 * @throws {EngineError} "direction-width"
 */
export function requireWidth(width: number, hook: string, subject: DirectionSubject, file: string): void {
  const wanted = subject.width(hook);
  if (wanted === width) return;
  const next = "Choose a direction that was made with a model of this width.";
  const said = `${basename(file)} holds ${width} numbers at ${hook}; the model has ${wanted ?? "none"} there.`;
  throw new EngineError("direction-width", said, { next, details: { file, width, wanted } });
}

/**
 * The arrays of an npz file.
 * @throws {EngineError} "bad-direction"
 */
export async function arraysOf(file: string): Promise<ReturnType<typeof readNpz>> {
  const bytes = await bytesOf(file);
  try {
    return readNpz(bytes);
  } catch (cause) {
    throw refused(
      file,
      cause instanceof CodedError ? cause.message.replace(/\.$/, "") : String(cause),
      cause,
    );
  }
}

/**
 * The bytes of a file that belongs to a direction.
 * @throws {EngineError} "bad-direction"
 */
export async function bytesOf(file: string): Promise<Uint8Array> {
  try {
    const found = await stat(file);
    if (!found.isFile()) throw refused(file, "is no file");
    if (found.size > mostBytes) throw refused(file, "is larger than 512 MiB");
    return await readFile(file);
  } catch (cause) {
    if (cause instanceof EngineError) throw cause;
    throw refused(file, `cannot be read: ${(cause as NodeJS.ErrnoException).code ?? String(cause)}`, cause);
  }
}

/** The refusal of a file. */
export function refused(file: string, why: string, cause?: unknown): EngineError {
  const next = "Make it again with `introspect direction make`, or choose another file.";
  const said = /^(is|holds|cannot|lacks)/.test(why) ? why : `cannot be used as a direction: ${why}`;
  return new EngineError("bad-direction", `${basename(file)} ${said}.`, { next, cause });
}
