/** Reads the tensors of a reference file: float32 by name. */
import { readFileSync } from "node:fs";
import { headerLength, parseHeader, prefixLength } from "../../src/formats/safetensors";

export interface ReferenceTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

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
