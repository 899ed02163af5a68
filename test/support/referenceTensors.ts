/** Reads the tensors of a reference file: float32 by name. */
import { readFileSync, writeFileSync } from "node:fs";
import { headerLength, parseHeader, prefixLength } from "../../src/formats/safetensors";

/** A float32 tensor of a file. */
export interface ReferenceTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** All float32 tensors of a safetensors file. */
export function readReferenceTensors(file: string): Map<string, ReferenceTensor> {
  const bytes = readFileSync(file);
  const length = headerLength(bytes.subarray(0, prefixLength), bytes.length);
  const header = parseHeader(bytes.subarray(prefixLength, prefixLength + length), bytes.length);
  const tensors = new Map<string, ReferenceTensor>();
  for (const { name, dtype, shape, start, end } of header.tensors.values()) {
    if (dtype !== "F32") continue;
    tensors.set(name, {
      shape,
      data: new Float32Array(bytes.buffer.slice(bytes.byteOffset + start, bytes.byteOffset + end)),
    });
  }
  return tensors;
}

/** Writes float32 tensors as a safetensors file. */
export function writeReferenceTensors(file: string, tensors: ReadonlyMap<string, ReferenceTensor>): void {
  const header: Record<string, unknown> = {};
  let offset = 0;
  for (const [name, { shape, data }] of tensors) {
    header[name] = { dtype: "F32", shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(prefixLength);
  length.writeBigUInt64LE(BigInt(json.length));
  const bodies = [...tensors.values()].map(({ data }) =>
    Buffer.from(data.buffer, data.byteOffset, data.byteLength),
  );
  writeFileSync(file, Buffer.concat([length, json, ...bodies]));
}
