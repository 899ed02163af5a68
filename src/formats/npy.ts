/** NumPy's .npy format: one array with its element type and shape. Source: numpy.lib.format, version 1.0. */
import { FormatError } from "./formatError";

/** An array in C order. int64 values are kept as BigInt64Array, as NumPy's default integers need. */
export interface NpyArray {
  readonly shape: readonly number[];
  readonly data: Float32Array | BigInt64Array;
}

/** An array as it is written: also numbers as they were computed, and bytes. */
export interface WrittenArray {
  readonly shape: readonly number[];
  readonly data: NpyArray["data"] | Float64Array | Uint8Array;
}

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/** Longest header that is read, in bytes; those in use have a few hundred. */
const maxHeaderLength = 65536;

/**
 * The bytes of a .npy file, version 1.0, little-endian.
 * @throws {FormatError} "npy-shape-mismatch" when shape and data do not agree
 */
export function writeNpy({ shape, data }: WrittenArray): Uint8Array {
  if (countOf(shape) !== data.length) {
    throw new FormatError(
      "npy-shape-mismatch",
      `An array [${shape.join(", ")}] cannot hold ${data.length} values.`,
    );
  }
  const descr = descrOf(data);
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${tuple}, }`;
  // The array begins at a multiple of 64 bytes; the header ends with a newline.
  const start = Math.ceil((10 + header.length + 1) / 64) * 64;
  const file = new Uint8Array(start + data.byteLength).fill(0x20, 0, start);
  file.set([...magic, 1, 0, (start - 10) & 0xff, (start - 10) >> 8]);
  file.set(new TextEncoder().encode(header), 10);
  file[start - 1] = 0x0a;
  file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), start);
  return file;
}

/**
 * Reads a .npy file of float32 or int64 in C order, little-endian.
 * @throws {FormatError} "npy-malformed"; "npy-unsupported" for other element types and orders
 */
export function readNpy(file: Uint8Array): NpyArray {
  if (file.length < 10 || magic.some((byte, i) => file[i] !== byte))
    throw bad("It does not begin as a .npy file.");
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const wide = file[6] >= 2;
  if (wide && file.length < 12) throw bad("It ends inside its header.");
  const length = wide ? view.getUint32(8, true) : view.getUint16(8, true);
  const start = (wide ? 12 : 10) + length;
  if (length > maxHeaderLength || start > file.length) throw bad("It ends inside its header.");
  const header = new TextDecoder().decode(file.subarray(start - length, start));
  const shape = readShape(header);
  const descr = /'descr'\s*:\s*'([^']*)'/.exec(header)?.[1];
  if (descr !== "<f4" && descr !== "<i8") {
    throw new FormatError(
      "npy-unsupported",
      `Arrays of the type ${JSON.stringify(descr ?? "?")} are not read.`,
    );
  }
  if (!/'fortran_order'\s*:\s*False/.test(header)) {
    throw new FormatError("npy-unsupported", "Arrays in Fortran order are not read.");
  }
  const bytes = countOf(shape) * (descr === "<f4" ? 4 : 8);
  if (bytes !== file.length - start)
    throw bad(`It should hold ${bytes} bytes of values, not ${file.length - start}.`);
  // A copy, because the place in the file need not be aligned; `slice` of Node's Buffer would make none.
  const { buffer } = new Uint8Array(file.subarray(start));
  return { shape, data: descr === "<f4" ? new Float32Array(buffer) : new BigInt64Array(buffer) };
}

function descrOf(data: WrittenArray["data"]): string {
  if (data instanceof BigInt64Array) return "<i8";
  if (data instanceof Uint8Array) return "|u1";
  return data instanceof Float64Array ? "<f8" : "<f4";
}

function readShape(header: string): number[] {
  const inside = /'shape'\s*:\s*\(([\d\s,]*)\)/.exec(header)?.[1];
  if (inside === undefined) throw bad("Its header has no shape.");
  const shape = inside
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .map(Number);
  if (!Number.isSafeInteger(countOf(shape) * 8)) throw bad("Its shape is too large.");
  return shape;
}

const countOf = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

const bad = (problem: string): FormatError =>
  new FormatError("npy-malformed", `This is not a whole .npy file. ${problem}`, {
    next: "Save the array again.",
  });
