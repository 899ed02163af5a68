/** Reads a model's records of its neurons on held-out text (records.safetensors). */
import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { recordWindow } from "../../analysis/common/activations";
import { silentLogger, type Logger } from "../../base/log";
import { elementCount, headerLength, parseHeader, type SafetensorsHeader } from "../../formats/safetensors";
import type { ModelRecords } from "../../graph/runner";
import type { Explanation } from "../../protocol/neurons";

/** What the records must fit. */
export interface RecordsShape {
  readonly nLayers: number;
  readonly dMlp: number;
  readonly dVocab: number;
}

/** What the header's `format` must say. */
export const recordsFormat = "introspect-records-1";

/** Larger files are no records: a model of 32 layers with 11 008 neurons and 10 places has 32 MB. */
const maxLength = 512 * 1024 * 1024;

/**
 * The records of a model; null where there is no file (`path` null), and, with a logged reason, where it cannot be
 * read or does not fit the model.
 * Records only enrich what is shown, so a bad file never keeps a model from opening.
 */
export async function readModelRecords(
  path: string | null,
  shape: RecordsShape,
  log: Logger = silentLogger,
): Promise<ModelRecords | null> {
  if (path === null) return null;
  try {
    if ((await stat(path)).size > maxLength) throw new Error("the file is too large");
    const file = new Uint8Array(await readFile(path));
    const length = headerLength(file.subarray(0, 8), file.length);
    const header = parseHeader(file.subarray(8, 8 + length), file.length);
    await checkDigests(dirname(path), header.metadata);
    return toRecords(file, header, shape);
  } catch (thrown) {
    log.warn(
      `The records in ${path} are not used: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
    );
    return null;
  }
}

/** Files whose digests records may carry, so that those of an older state of the model are not believed. */
const digested = {
  configDigest: "config.json",
  tokenizerDigest: "tokenizer.json",
  weightsDigest: "model.safetensors",
};

/** Larger weights are not hashed only for their records. */
const mostHashed = 256 * 1024 * 1024;

async function checkDigests(folder: string, metadata: Readonly<Record<string, string>>): Promise<void> {
  for (const [key, name] of Object.entries(digested)) {
    const said = metadata[key];
    const file = join(folder, name);
    if (said === undefined || (await stat(file)).size > mostHashed) continue;
    const digest = createHash("sha256")
      .update(await readFile(file))
      .digest("hex");
    if (said !== `sha256:${digest}`) throw new Error(`they were made for another ${name}`);
  }
}

function toRecords(file: Uint8Array, header: SafetensorsHeader, shape: RecordsShape): ModelRecords {
  const { nLayers, dMlp, dVocab } = shape;
  if (header.metadata["format"] !== recordsFormat) throw new Error(`the format is not ${recordsFormat}`);
  const window = header.metadata["window"] ?? String(recordWindow);
  if (window !== String(recordWindow)) throw new Error(`windows are ${recordWindow} tokens, not ${window}`);
  const floats = (name: string) =>
    new Float32Array(bytesOf(file, header, { name, dtype: "F32", shape: [nLayers, dMlp] }));
  const nIds = header.tensors.get("ids")?.shape[0] ?? 0;
  const ids = new Int32Array(bytesOf(file, header, { name: "ids", dtype: "I32", shape: [nIds] }));
  checkRange(ids, dVocab, "an id outside the vocabulary");
  const nPlaces = header.tensors.get("mlp.top")?.shape[2] ?? 0;
  const places = (name: string) => {
    const values = new Int32Array(
      bytesOf(file, header, { name, dtype: "I32", shape: [nLayers, dMlp, nPlaces] }),
    );
    checkRange(values, nIds, "a place outside the text");
    return values;
  };
  const records = {
    mean: floats("mlp.mean"),
    deviation: floats("mlp.deviation"),
    max: floats("mlp.max"),
    ids,
    top: places("mlp.top"),
    random: places("mlp.random"),
    nPlaces,
    text: header.metadata["text"] ?? "",
    explanations: explanationsOf(file, header, shape),
  };
  const all = [records.mean, records.deviation, records.max];
  if (!all.every((values) => values.every(Number.isFinite))) throw new Error("a number is not finite");
  if (records.deviation.some((value) => value < 0)) throw new Error("a deviation is negative");
  return records;
}

const explanationKinds: readonly Explanation["kind"][] = ["token", "next-token", "ngram", "none"];

/** Explanations in the order of the neurons; null where the file has none. */
function explanationsOf(
  file: Uint8Array,
  header: SafetensorsHeader,
  { nLayers, dMlp }: RecordsShape,
): readonly Explanation[] | null {
  const length = header.tensors.get("mlp.explanations")?.shape[0];
  if (length === undefined) return null;
  const name = "mlp.explanationScores";
  const scores = new Float32Array(bytesOf(file, header, { name, dtype: "F32", shape: [nLayers, dMlp, 2] }));
  // Correlations in float32 may lie a rounding beyond 1.
  if (!scores.every((score) => Math.abs(score) <= 1.001)) throw new Error("a score is no correlation");
  const bytes = bytesOf(file, header, { name: "mlp.explanations", dtype: "U8", shape: [length] });
  const said = JSON.parse(new TextDecoder().decode(bytes)) as unknown;
  if (!Array.isArray(said) || said.length !== nLayers * dMlp) {
    throw new Error(`mlp.explanations is no list of ${nLayers * dMlp} explanations`);
  }
  const basis = header.metadata["explanationBasis"] ?? "";
  return said.map((one: unknown, i) => {
    const { kind, text } = (one ?? {}) as { readonly kind?: unknown; readonly text?: unknown };
    const known = explanationKinds.find((name) => name === kind);
    if (known === undefined || typeof text !== "string") throw new Error(`explanation ${i} cannot be read`);
    return { text, kind: known, score: scores[2 * i], control: scores[2 * i + 1], basis };
  });
}

interface Wanted {
  readonly name: string;
  readonly dtype: "F32" | "I32" | "U8";
  readonly shape: readonly number[];
}

/** A copy of a tensor's bytes, which is aligned where the file's is not. */
function bytesOf(file: Uint8Array, header: SafetensorsHeader, { name, dtype, shape }: Wanted): ArrayBuffer {
  const entry = header.tensors.get(name);
  if (entry === undefined) throw new Error(`${name} is missing`);
  const fits = entry.shape.length === shape.length && shape.every((n, i) => n === entry.shape[i]);
  if (entry.dtype !== dtype || !fits || elementCount(entry) === 0) {
    throw new Error(
      `${name} is ${entry.dtype} [${entry.shape.join(", ")}], not ${dtype} [${shape.join(", ")}]`,
    );
  }
  return file.slice(entry.start, entry.end).buffer;
}

function checkRange(values: Int32Array, limit: number, problem: string): void {
  if (values.some((value) => value < 0 || value >= limit)) throw new Error(problem);
}
