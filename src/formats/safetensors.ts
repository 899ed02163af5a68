/**
 * The safetensors format: eight bytes of header length, a JSON header, then the tensors' bytes without holes.
 * Everything a header claims is checked before it is believed. Source: huggingface/safetensors, README "Format".
 */
import { duplicateTopLevelKey } from "./jsonKeys";
import { FormatError, type SafetensorsErrorCode } from "./formatError";

/** Bits per element of each element type the format knows. */
export const dtypeBits = {
  BOOL: 8,
  U8: 8,
  I8: 8,
  F8_E5M2: 8,
  F8_E4M3: 8,
  F8_E8M0: 8,
  F8_E4M3FNUZ: 8,
  F8_E5M2FNUZ: 8,
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
  I16: 16,
  U16: 16,
  F16: 16,
  BF16: 16,
  I32: 32,
  U32: 32,
  F32: 32,
  F64: 64,
  I64: 64,
  U64: 64,
  C64: 64,
} as const;

/** An element type of a safetensors file. */
export type SafetensorsDtype = keyof typeof dtypeBits;

/** One tensor: `start` and `end` (exclusive) are bytes from the beginning of the file. */
export interface SafetensorsEntry {
  readonly name: string;
  readonly dtype: SafetensorsDtype;
  readonly shape: readonly number[];
  readonly start: number;
  readonly end: number;
}

/** A checked header: the tensors in the order of their bytes, and the file's own notes. */
export interface SafetensorsHeader {
  readonly tensors: ReadonlyMap<string, SafetensorsEntry>;
  readonly metadata: Readonly<Record<string, string>>;
  /** Byte of the file at which the tensors' bytes begin. */
  readonly dataStart: number;
}

/** Bytes before the JSON header: its length as a little-endian 64-bit number. */
export const prefixLength = 8;

/** Longest JSON header that is read, in bytes; the reference implementation has the same limit. */
export const maxHeaderLength = 100_000_000;

const again = "Download or save the file again.";

function refuse(code: SafetensorsErrorCode, message: string, details: Record<string, unknown> = {}): never {
  throw new FormatError(code, message, { next: again, details });
}

/**
 * The length in bytes of the JSON header, from the file's first eight bytes. Nothing is allocated by its claim.
 * @throws {FormatError} "safetensors-too-short", "safetensors-header-too-large", "safetensors-header-truncated"
 */
export function headerLength(prefix: Uint8Array, fileSize: number): number {
  if (prefix.length < prefixLength || fileSize < prefixLength) {
    refuse("safetensors-too-short", `A file of ${fileSize} bytes is too short to be a safetensors file.`);
  }
  const view = new DataView(prefix.buffer, prefix.byteOffset, prefixLength);
  const length = view.getBigUint64(0, true);
  if (length > BigInt(maxHeaderLength)) {
    refuse(
      "safetensors-header-too-large",
      `The header claims ${length} bytes; at most ${maxHeaderLength} are read.`,
    );
  }
  if (Number(length) > fileSize - prefixLength) {
    const message = `The header claims ${length} bytes, but the file has only ${fileSize - prefixLength} after its first 8.`;
    refuse("safetensors-header-truncated", message);
  }
  return Number(length);
}

/**
 * Reads a header and checks it against the size of its file.
 * @param json the header's bytes, as long as `headerLength` said
 * @throws {FormatError} a "safetensors-…" code for each way in which a header can be wrong
 */
export function parseHeader(json: Uint8Array, fileSize: number): SafetensorsHeader {
  const raw = parseJson(json);
  const dataStart = prefixLength + json.length;
  const entries: SafetensorsEntry[] = [];
  let metadata: Readonly<Record<string, string>> = {};
  for (const [name, value] of Object.entries(raw)) {
    if (name === "__metadata__") metadata = readMetadata(value);
    else entries.push(readEntry(name, value, dataStart, fileSize));
  }
  entries.sort((a, b) => a.start - b.start || a.end - b.end);
  checkCoverage(entries, dataStart, fileSize);
  return { tensors: new Map(entries.map((entry) => [entry.name, entry])), metadata, dataStart };
}

/** Number of elements of a checked entry. */
export function elementCount(entry: { readonly shape: readonly number[] }): number {
  return entry.shape.reduce((product, n) => product * n, 1);
}

function parseJson(json: Uint8Array): Record<string, unknown> {
  let text: string;
  let value: unknown;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(json);
    value = JSON.parse(text);
  } catch (cause) {
    throw new FormatError("safetensors-header-not-json", "The header is not JSON.", { next: again, cause });
  }
  if (!isRecord(value)) refuse("safetensors-header-malformed", "The header is not a JSON object.");
  const twice = duplicateTopLevelKey(text);
  if (twice !== null) refuse("safetensors-duplicate-name", `The header names ${quote(twice)} twice.`);
  return value;
}

function readMetadata(value: unknown): Readonly<Record<string, string>> {
  if (!isRecord(value) || Object.values(value).some((v) => typeof v !== "string")) {
    refuse("safetensors-header-malformed", "The header's __metadata__ is not an object of strings.");
  }
  return value as Record<string, string>;
}

function readEntry(name: string, value: unknown, dataStart: number, fileSize: number): SafetensorsEntry {
  if (!isRecord(value)) {
    refuse("safetensors-header-malformed", `The header's entry for ${quote(name)} is not an object.`);
  }
  const dtype = readDtype(name, value["dtype"]);
  const shape = readShape(name, value["shape"]);
  const [begin, end] = readOffsets(name, value["data_offsets"]);
  if (end > fileSize - dataStart) {
    const message = `The tensor ${quote(name)} ends at byte ${end} of the data, but the file has only ${fileSize - dataStart}.`;
    refuse("safetensors-past-end", message, { name });
  }
  const bits = elementCount({ shape }) * dtypeBits[dtype];
  if (!Number.isSafeInteger(bits)) {
    refuse("safetensors-bad-shape", `The tensor ${quote(name)} is too large: [${shape.join(", ")}].`, {
      name,
    });
  }
  if (bits !== (end - begin) * 8) {
    const message = `The tensor ${quote(name)} is ${dtype} [${shape.join(", ")}] and should have ${bits / 8} bytes, not ${end - begin}.`;
    refuse("safetensors-size-mismatch", message, { name });
  }
  return { name, dtype, shape, start: dataStart + begin, end: dataStart + end };
}

function readDtype(name: string, value: unknown): SafetensorsDtype {
  if (typeof value !== "string") {
    refuse("safetensors-header-malformed", `The tensor ${quote(name)} has no dtype.`, { name });
  }
  if (!Object.hasOwn(dtypeBits, value)) {
    refuse("safetensors-unknown-dtype", `The tensor ${quote(name)} has the unknown dtype ${quote(value)}.`, {
      name,
    });
  }
  return value as SafetensorsDtype;
}

function readShape(name: string, value: unknown): readonly number[] {
  if (!Array.isArray(value)) {
    refuse("safetensors-header-malformed", `The tensor ${quote(name)} has no shape.`, { name });
  }
  if (!value.every(isCount) || value.length > 64) {
    refuse("safetensors-bad-shape", `The shape of ${quote(name)} is not a list of sizes.`, { name });
  }
  return value;
}

function readOffsets(name: string, value: unknown): readonly [number, number] {
  if (!Array.isArray(value) || value.length !== 2) {
    refuse("safetensors-header-malformed", `The tensor ${quote(name)} has no data_offsets.`, { name });
  }
  const [begin, end] = value as unknown[];
  if (!isCount(begin) || !isCount(end) || end < begin) {
    refuse("safetensors-bad-offsets", `The data_offsets of ${quote(name)} are not a range of bytes.`, {
      name,
    });
  }
  return [begin, end];
}

/** Tensors must follow each other without overlap, hole or rest: as the reference implementation demands. */
function checkCoverage(sorted: readonly SafetensorsEntry[], dataStart: number, fileSize: number): void {
  let at = dataStart;
  for (const { name, start, end } of sorted) {
    if (start < at)
      refuse("safetensors-overlap", `The tensor ${quote(name)} overlaps the one before it.`, { name });
    if (start > at)
      refuse("safetensors-gap", `${start - at} bytes before ${quote(name)} belong to no tensor.`, { name });
    at = end;
  }
  if (at !== fileSize) {
    refuse("safetensors-trailing-bytes", `${fileSize - at} bytes at the file's end belong to no tensor.`);
  }
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A name from a file as it may stand in a sentence: quoted, at most 80 characters. */
function quote(name: string): string {
  return JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}…` : name);
}
