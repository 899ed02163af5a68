/** Directions of edits that lie in files, read into numbers. */
import { readFile, stat } from "node:fs/promises";
import { isAbsolute, resolve } from "node:path";
import { CodedError } from "../base/errors";
import { readNpz } from "../formats/npz";
import { asList, asNumber, asObject, asText, parseJson } from "../protocol/decode";
import type { DirectionFile, Edit, EditRows } from "../protocol/edit";
import { EngineError } from "./engineError";
import { hookAt, isDirectionHeader, readDirection, requireDigest } from "./store/directionStore";

/** A file of directions is read whole. */
const mostBytes = 256 * 1024 * 1024;

/**
 * The same edits with the numbers of their direction files: a direction's header (F.json with its npz beside it), an npz
 * with an array [D] or [n, D] (float32) of the hook's name, or JSON `{hook, vector}` with as many numbers. Widths are checked where the edits are applied.
 * @param base    folder from which relative paths start
 * @param digest  the model's, which a header must not name another than
 * @throws {EngineError} "bad-direction", "direction-of-another-model"
 */
export async function withDirections(
  edits: readonly Edit[],
  { base, digest }: { readonly base: string; readonly digest: string },
): Promise<Edit[]> {
  const read = async (edit: Edit): Promise<Edit> => {
    const { value, subspace } = edit;
    const file = (of: DirectionFile): Promise<EditRows> => directionsOf(of, edit.hook, { base, digest });
    return {
      ...edit,
      ...(value !== undefined && "direction" in value ? { value: await file(value) } : {}),
      ...(subspace !== undefined && "direction" in subspace ? { subspace: await file(subspace) } : {}),
    };
  };
  return Promise.all(edits.map(read));
}

async function directionsOf(
  { direction, hook: named }: DirectionFile,
  own: string,
  { base, digest }: { readonly base: string; readonly digest: string },
): Promise<EditRows> {
  const path = isAbsolute(direction) ? direction : resolve(base, direction);
  const hook = named ?? own;
  try {
    const found = await stat(path);
    if (!found.isFile() && !found.isDirectory()) throw bad(direction, "is no file");
    if (found.size > mostBytes) throw bad(direction, "is larger than 256 MiB");
    const bytes = await readFile(path);
    if (bytes[0] === 0x50) return npzRows(bytes, hook, direction);
    const value = parseJson(new TextDecoder("utf-8", { fatal: true }).decode(bytes), direction);
    return isDirectionHeader(value)
      ? await headerRow(path, hook, { file: direction, digest })
      : jsonRows(value, hook, direction);
  } catch (cause) {
    if (cause instanceof EngineError) throw cause;
    const code = (cause as NodeJS.ErrnoException).code;
    if (cause instanceof CodedError)
      throw bad(direction, `does not fit: ${cause.message.replace(/\.$/, "")}`, cause);
    const next = "Check the path: it starts from the folder of the file that names it.";
    const message = `The direction file ${direction} cannot be read: ${code ?? String(cause)}.`;
    throw new EngineError("bad-direction", message, { next, cause });
  }
}

/** A zip begins with PK. */
function npzRows(bytes: Uint8Array, hook: string, file: string): EditRows {
  const arrays = readNpz(bytes);
  const array = arrays.get(hook);
  if (array === undefined)
    throw bad(
      file,
      `holds no array named ${hook}, only ${[...arrays.keys()].slice(0, 5).join(", ") || "none"}`,
    );
  const { shape } = array;
  if (!(array.data instanceof Float32Array)) throw bad(file, "holds integers where directions are float32");
  if (shape.length < 1 || shape.length > 2 || array.data.length === 0)
    throw bad(file, `holds an array [${shape.join(", ")}] where [D] or [n, D] is needed`);
  if (!array.data.every(Number.isFinite)) throw bad(file, "holds values that are no finite numbers");
  const numbers = [...array.data];
  if (shape.length === 1) return numbers;
  return Array.from({ length: shape[0] }, (_, i) => numbers.slice(i * shape[1], (i + 1) * shape[1]));
}

/** The vector that a direction has at a hook. */
async function headerRow(
  path: string,
  hook: string,
  { file, digest }: { readonly file: string; readonly digest: string },
): Promise<EditRows> {
  const { header, vectors } = await readDirection(path);
  requireDigest(header, digest, path);
  const found = header.layers.find(({ layer }) => hookAt(layer, header.hook) === hook);
  if (found) return [...vectors.get(found.layer)!];
  const layers = header.layers.map(({ layer }) => layer).join(", ");
  throw bad(file, `has no vector at ${hook}, only at ${header.hook} of layers ${layers}`);
}

function jsonRows(value: unknown, hook: string, file: string): EditRows {
  const object = asObject(value, file);
  const found = asText(object["hook"], "hook");
  if (found !== hook) throw bad(file, `holds directions at ${found.slice(0, 80)}, not at ${hook}`);
  const list = asList(object["vector"], "vector");
  if (list.length === 0) throw bad(file, "holds an empty vector");
  const row = (value: unknown, path: string): number[] =>
    asList(value, path).map((entry, i) => asNumber(entry, `${path}[${i}]`));
  return Array.isArray(list[0]) ? list.map((one, i) => row(one, `vector[${i}]`)) : row(list, "vector");
}

function bad(file: string, why: string, cause?: unknown): EngineError {
  const next =
    "Name the hook the directions were read at with `hook`, or save them again: float32, not compressed.";
  return new EngineError("bad-direction", `The direction file ${file} ${why}.`, { next, cause });
}
