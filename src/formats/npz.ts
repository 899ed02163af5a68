/** NumPy's .npz format: .npy files in a zip, stored without compression. Source: PKWARE APPNOTE 6.3, numpy.savez. */
import { crc32 } from "../base/crc32";
import { FormatError } from "./formatError";
import { readNpy, writeNpy, type NpyArray, type WrittenArray } from "./npy";

const localSignature = 0x04034b50;
const centralSignature = 0x02014b50;
const endSignature = 0x06054b50;
const localLength = 30;
const centralLength = 46;
const endLength = 22;

/** Largest file that can be written without zip64: sizes and places are 32-bit numbers. */
const maxLength = 0xffffffff;

/** The first day a zip can name, 1 January 1980, so that equal arrays give equal files. */
const date = (1 << 5) | 1;

/** Names in UTF-8. */
const utf8Flag = 0x800;

const tooLarge = (): FormatError =>
  new FormatError("npz-unsupported", "More than 4 GiB do not fit one .npz file.", {
    next: "Read fewer hooks or positions at a time.",
  });

/**
 * The parts of a .npz file, in order: written one after the other they are the file. Keys become `KEY.npy`.
 * @throws {FormatError} "npz-unsupported" beyond 4 GiB or 65 534 arrays; "npy-shape-mismatch"
 */
export function npzParts(arrays: ReadonlyMap<string, WrittenArray>): Uint8Array[] {
  if (arrays.size > 0xfffe) {
    throw new FormatError("npz-unsupported", `${arrays.size} arrays are too many for one .npz file.`);
  }
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let at = 0;
  for (const [key, array] of arrays) {
    const name = new TextEncoder().encode(`${key}.npy`);
    const file = writeNpy(array);
    const shared = sharedFields(name, file);
    parts.push(fields([4, localSignature], ...shared), name, file);
    directory.push(
      fields([4, centralSignature], [2, 20], ...shared, [2, 0], [2, 0], [2, 0], [4, 0], [4, at]),
      name,
    );
    at += localLength + name.length + file.length;
    if (at > maxLength) throw tooLarge();
  }
  const length = directory.reduce((sum, part) => sum + part.length, 0);
  if (at + length > maxLength) throw tooLarge();
  const n = arrays.size;
  const end = fields([4, endSignature], [2, 0], [2, 0], [2, n], [2, n], [4, length], [4, at], [2, 0]);
  return [...parts, ...directory, end];
}

/** A whole .npz file in memory. Throws as `npzParts`. */
export function writeNpz(arrays: ReadonlyMap<string, WrittenArray>): Uint8Array {
  const parts = npzParts(arrays);
  const file = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    file.set(part, at);
    at += part.length;
  }
  return file;
}

/**
 * Reads a .npz file whose members are stored, not compressed.
 * @throws {FormatError} "npz-malformed"; "npz-unsupported" when compressed; what `readNpy` throws
 */
export function readNpz(file: Uint8Array): Map<string, NpyArray> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const end = findEnd(view);
  const n = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  const arrays = new Map<string, NpyArray>();
  for (let i = 0; i < n; i++) {
    if (at + centralLength > file.length || view.getUint32(at, true) !== centralSignature) throw bad();
    const nameLength = view.getUint16(at + 28, true);
    const name = new TextDecoder().decode(file.subarray(at + centralLength, at + centralLength + nameLength));
    arrays.set(name.replace(/\.npy$/, ""), readNpy(readMember(file, view, at)));
    at += centralLength + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return arrays;
}

/** Bytes of the member whose entry in the directory is at `entry`. */
function readMember(file: Uint8Array, view: DataView, entry: number): Uint8Array {
  const method = view.getUint16(entry + 10, true);
  if (method !== 0) throw new FormatError("npz-unsupported", "Compressed .npz files are not read.");
  const size = view.getUint32(entry + 24, true);
  const local = view.getUint32(entry + 42, true);
  if (local + localLength > file.length || view.getUint32(local, true) !== localSignature) throw bad();
  const start = local + localLength + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
  const bytes = file.subarray(start, start + size);
  if (bytes.length !== size || crc32(bytes) !== view.getUint32(entry + 16, true)) throw bad();
  return bytes;
}

/** The end record is the last thing in the file; a comment of up to 65 535 bytes may follow it. */
function findEnd(view: DataView): number {
  const first = Math.max(0, view.byteLength - endLength - 0xffff);
  for (let at = view.byteLength - endLength; at >= first; at--) {
    if (view.getUint32(at, true) === endSignature) return at;
  }
  throw bad();
}

type Field = readonly [width: 2 | 4, value: number];

/** Fields that a member's own header and its entry in the directory share. */
function sharedFields(name: Uint8Array, file: Uint8Array): Field[] {
  return [
    [2, 20],
    [2, utf8Flag],
    [2, 0],
    [2, 0],
    [2, date],
    [4, crc32(file)],
    [4, file.length],
    [4, file.length],
    [2, name.length],
    [2, 0],
  ];
}

function fields(...list: readonly Field[]): Uint8Array {
  const bytes = new Uint8Array(list.reduce((sum, [width]) => sum + width, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [width, value] of list) {
    if (width === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += width;
  }
  return bytes;
}

const bad = (): FormatError =>
  new FormatError("npz-malformed", "This is not a whole .npz file.", { next: "Save the arrays again." });
