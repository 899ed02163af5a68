/**
 * Control vectors in GGUF, as llama.cpp reads them: float32 tensors `direction.N` of one dimension, N being the block
 * to whose output they are added. Its loader takes N from 1 on, so the first block, 0, has none.
 *
 * Sources: the GGUF specification, version 3; llama.cpp, the loader of `--control-vector`.
 */
import { FormatError } from "./formatError";

/** A control vector. */
export interface ControlVector {
  /** Name of the architecture that it is meant for, as llama.cpp calls it. */
  readonly modelHint: string;
  /** Per block, from 1 on. */
  readonly directions: ReadonlyMap<number, Float32Array>;
}

const magic = 0x46554747;
const version = 3;
const alignment = 32;
const float32 = 0;
const architecture = "controlvector";

/** Types of values, by their numbers; the sizes of those with one. */
const types = { string: 8, list: 9, int32: 5 } as const;
const sizes: Readonly<Record<number, number>> = {
  0: 1,
  1: 1,
  2: 2,
  3: 2,
  4: 4,
  5: 4,
  6: 4,
  7: 1,
  10: 8,
  11: 8,
  12: 8,
};

/** Longest text, list and number of entries that are read. */
const mostEntries = 1_000_000;

/**
 * The bytes of a file.
 * @throws {FormatError} "gguf-unsupported" for a direction of block 0, and where there is none
 */
export function writeControlVector({ modelHint, directions }: ControlVector): Uint8Array {
  const layers = [...directions.keys()].sort((a, b) => a - b);
  if (layers.length === 0 || layers[0] < 1) {
    const said =
      layers.length === 0 ? "There is no direction to write." : "A control vector has none for block 0.";
    throw new FormatError("gguf-unsupported", said, { next: "Write directions of later blocks." });
  }
  const out = new Writer();
  out.u32(magic);
  out.u32(version);
  out.u64(layers.length);
  out.u64(3);
  out.text("general.architecture");
  out.u32(types.string);
  out.text(architecture);
  out.text("controlvector.model_hint");
  out.u32(types.string);
  out.text(modelHint);
  out.text("controlvector.layer_count");
  out.u32(types.int32);
  out.u32(layers.length);
  let at = 0;
  for (const layer of layers) {
    const values = directions.get(layer)!;
    out.text(`direction.${layer}`);
    out.u32(1);
    out.u64(values.length);
    out.u32(float32);
    out.u64(at);
    at = aligned(at + 4 * values.length, alignment);
  }
  for (const layer of layers) {
    out.pad(alignment);
    out.floats(directions.get(layer)!);
  }
  return out.bytes();
}

/**
 * Reads a control vector.
 * @throws {FormatError} "gguf-malformed"; "gguf-unsupported" for other versions, contents and element types
 */
export function readControlVector(file: Uint8Array): ControlVector {
  try {
    return read(file);
  } catch (cause) {
    if (cause instanceof FormatError) throw cause;
    throw malformed("It ends before its contents do.", cause);
  }
}

function read(file: Uint8Array): ControlVector {
  const input = new Reader(file);
  if (file.length < 24 || input.u32() !== magic) throw malformed("It does not begin as a GGUF file.");
  const found = input.u32();
  if (found !== 2 && found !== version)
    throw new FormatError("gguf-unsupported", `GGUF files of version ${found} are not read.`);
  const nTensors = input.count();
  const nValues = input.count();
  const facts = new Map<string, unknown>();
  for (let i = 0; i < nValues; i++) facts.set(input.text(), input.value(input.u32()));
  if (facts.get("general.architecture") !== architecture) {
    const has = String(facts.get("general.architecture") ?? "nothing").slice(0, 40);
    throw new FormatError("gguf-unsupported", `The GGUF file holds ${has}, not a control vector.`, {
      next: "Choose a file that was made as a control vector.",
    });
  }
  const places: { layer: number; length: number; at: number }[] = [];
  for (let i = 0; i < nTensors; i++) places.push(...tensorOf(input));
  const grain = Number(facts.get("general.alignment") ?? alignment);
  if (!Number.isInteger(grain) || grain < 1 || grain > 65536) throw malformed("Its alignment is no size.");
  const start = aligned(input.at, grain);
  const directions = new Map<number, Float32Array>();
  for (const { layer, length, at } of places.sort((a, b) => a.layer - b.layer)) {
    if (directions.has(layer)) throw malformed(`It holds direction.${layer} twice.`);
    directions.set(layer, floatsAt(file, start + at, length));
  }
  if (directions.size === 0) throw malformed("It holds no direction.");
  return { modelHint: String(facts.get("controlvector.model_hint") ?? ""), directions };
}

/** Tensors of other names are passed over, as llama.cpp does. */
function tensorOf(input: Reader): { layer: number; length: number; at: number }[] {
  const name = input.text();
  const nDims = input.u32();
  if (nDims > 4) throw malformed(`${name.slice(0, 40)} has ${nDims} dimensions.`);
  const shape = Array.from({ length: nDims }, () => input.count());
  const type = input.u32();
  const at = input.count();
  const layer = /^direction\.(\d{1,6})$/.exec(name)?.[1];
  if (layer === undefined) return [];
  if (type !== float32 || nDims !== 1) {
    const said = `${name} is no float32 vector.`;
    throw new FormatError("gguf-unsupported", said, { next: "Save the control vector as float32." });
  }
  return [{ layer: Number(layer), length: shape[0], at }];
}

/** A copy: the place in the file need not be aligned. */
function floatsAt(file: Uint8Array, at: number, length: number): Float32Array {
  if (at + 4 * length > file.length) throw malformed("It ends before its contents do.");
  const values = new Float32Array(length);
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  for (let i = 0; i < length; i++) values[i] = view.getFloat32(at + 4 * i, true);
  return values;
}

const aligned = (at: number, grain: number): number => Math.ceil(at / grain) * grain;

class Writer {
  private readonly parts: Uint8Array[] = [];
  private length = 0;

  u32(value: number): void {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, value, true);
    this.put(bytes);
  }

  u64(value: number): void {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(value), true);
    this.put(bytes);
  }

  text(value: string): void {
    const bytes = new TextEncoder().encode(value);
    this.u64(bytes.length);
    this.put(bytes);
  }

  floats(values: Float32Array): void {
    const bytes = new Uint8Array(4 * values.length);
    const view = new DataView(bytes.buffer);
    values.forEach((value, i) => view.setFloat32(4 * i, value, true));
    this.put(bytes);
  }

  pad(grain: number): void {
    this.put(new Uint8Array(aligned(this.length, grain) - this.length));
  }

  bytes(): Uint8Array {
    const file = new Uint8Array(this.length);
    let at = 0;
    for (const part of this.parts) {
      file.set(part, at);
      at += part.length;
    }
    return file;
  }

  private put(bytes: Uint8Array): void {
    this.parts.push(bytes);
    this.length += bytes.length;
  }
}

class Reader {
  at = 0;
  private readonly view: DataView;

  constructor(private readonly file: Uint8Array) {
    this.view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  }

  u32(): number {
    return this.view.getUint32(this.step(4), true);
  }

  /** A 64-bit number that must be one of something in the file. */
  count(): number {
    const value = Number(this.view.getBigUint64(this.step(8), true));
    if (!Number.isSafeInteger(value) || value > this.file.length)
      throw malformed("It names more than it holds.");
    return value;
  }

  text(): string {
    const length = this.count();
    const from = this.step(length);
    return new TextDecoder().decode(this.file.subarray(from, from + length));
  }

  /** Texts and numbers as they are; lists are passed over. */
  value(type: number): unknown {
    if (type === types.string) return this.text();
    if (type === types.list) return this.list();
    const size = sizes[type];
    if (size === undefined) throw malformed(`It holds a value of the unknown type ${type}.`);
    const from = this.step(size);
    if (type === 6) return this.view.getFloat32(from, true);
    if (type === 12) return this.view.getFloat64(from, true);
    if (size === 8) return Number(this.view.getBigUint64(from, true));
    if (size === 4)
      return type === types.int32 ? this.view.getInt32(from, true) : this.view.getUint32(from, true);
    return size === 2 ? this.view.getUint16(from, true) : this.view.getUint8(from);
  }

  private list(): null {
    const type = this.u32();
    const n = this.count();
    if (type === types.list || n > mostEntries) throw malformed("It holds a list that is not read.");
    for (let i = 0; i < n; i++) this.value(type);
    return null;
  }

  private step(size: number): number {
    const from = this.at;
    if (from + size > this.file.length) throw malformed("It ends before its contents do.");
    this.at += size;
    return from;
  }
}

function malformed(problem: string, cause?: unknown): FormatError {
  const next = "Download or export it again.";
  return new FormatError("gguf-malformed", `This is not a whole GGUF file. ${problem}`, { next, cause });
}
