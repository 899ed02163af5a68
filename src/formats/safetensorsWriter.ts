/** Lays out a safetensors file: where each tensor goes, and the bytes before the first. */
import { dtypeBits, prefixLength, type SafetensorsDtype, type SafetensorsEntry } from "./safetensors";

/** A tensor to be written. */
export interface TensorToWrite {
  readonly name: string;
  readonly dtype: SafetensorsDtype;
  readonly shape: readonly number[];
}

/** The places of tensors in a file, in the given order, and everything before them. */
export interface SafetensorsLayout {
  /** The file's bytes up to the first tensor's. */
  readonly head: Uint8Array;
  readonly entries: readonly SafetensorsEntry[];
  readonly fileSize: number;
}

/** Plans a file. The header is padded with spaces to a multiple of eight bytes, as the reference implementation does. */
export function layOutSafetensors(
  tensors: readonly TensorToWrite[],
  metadata: Readonly<Record<string, string>> = {},
): SafetensorsLayout {
  const header: [string, unknown][] = Object.keys(metadata).length > 0 ? [["__metadata__", metadata]] : [];
  const relative: { readonly begin: number; readonly end: number }[] = [];
  let at = 0;
  for (const { name, dtype, shape } of tensors) {
    const begin = at;
    at += (shape.reduce((product, n) => product * n, 1) * dtypeBits[dtype]) / 8;
    relative.push({ begin, end: at });
    header.push([name, { dtype, shape, data_offsets: [begin, at] }]);
  }
  const text = `{${header.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(",")}}`;
  const json = new TextEncoder().encode(text);
  const length = Math.ceil(json.length / 8) * 8;
  const head = new Uint8Array(prefixLength + length).fill(0x20);
  new DataView(head.buffer).setBigUint64(0, BigInt(length), true);
  head.set(json, prefixLength);
  const entries = tensors.map(({ name, dtype, shape }, i) => {
    return { name, dtype, shape, start: head.length + relative[i].begin, end: head.length + relative[i].end };
  });
  return { head, entries, fileSize: head.length + at };
}

/** A whole small file in memory: `data[i]` are the bytes of `tensors[i]`. */
export function writeSafetensors(
  tensors: readonly TensorToWrite[],
  data: readonly Uint8Array[],
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const { head, entries, fileSize } = layOutSafetensors(tensors, metadata);
  const file = new Uint8Array(fileSize);
  file.set(head);
  entries.forEach(({ start }, i) => file.set(data[i], start));
  return file;
}
