/** Short ways to put arrays into graphs and to take them out. */
import type { Feed, Fetched } from "./ort";

/** Whole numbers as an int64 input; one axis unless dims say otherwise. */
export function int64Feed(values: readonly number[], dims: readonly number[] = [values.length]): Feed {
  return { type: "int64", data: BigInt64Array.from(values, BigInt), dims };
}

/** Numbers as a float32 input. */
export function floatFeed(data: Float32Array, dims: readonly number[]): Feed {
  return { type: "float32", data, dims };
}

/** A float32 output by its name. */
export function floatsOf(out: Readonly<Record<string, Fetched>>, name: string): Float32Array {
  const { data } = out[name];
  if (data instanceof Float32Array) return data;
  throw new TypeError(`The graph's output "${name}" is not float32.`);
}

/** A float64 output by its name. */
export function doublesOf(out: Readonly<Record<string, Fetched>>, name: string): Float64Array {
  const { data } = out[name];
  if (data instanceof Float64Array) return data;
  throw new TypeError(`The graph's output "${name}" is not float64.`);
}
