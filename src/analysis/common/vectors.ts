/** Arithmetic on vectors in float64. */

/** What the functions here take. */
export type Numbers = ArrayLike<number>;

/** Rows of equal width, one after the other. */
export interface Rows {
  readonly data: Float32Array | Float64Array;
  readonly width: number;
}

/** The scalar product. */
export function dot(a: Numbers, b: Numbers): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** The euclidean length. */
export function length(a: Numbers): number {
  return Math.sqrt(dot(a, a));
}

/** The cosine of two vectors; 0 where one has no length. */
export function cosine(a: Numbers, b: Numbers): number {
  const lengths = length(a) * length(b);
  return lengths === 0 ? 0 : Math.max(-1, Math.min(1, dot(a, b) / lengths));
}

/** A vector times a number. */
export function scaledBy(a: Numbers, factor: number): Float64Array {
  return Float64Array.from(a, (x) => x * factor);
}

/** How many rows there are. */
export function countRows({ data, width }: Rows): number {
  return data.length / width;
}

/** Row i, not copied. */
export function row({ data, width }: Rows, i: number): Float32Array | Float64Array {
  return data.subarray(i * width, (i + 1) * width);
}

/** The mean of some rows; zeros where there are none. */
export function meanOf(rows: Rows, which: readonly number[]): Float64Array {
  const mean = new Float64Array(rows.width);
  for (const i of which) {
    const at = i * rows.width;
    for (let d = 0; d < mean.length; d++) mean[d] += rows.data[at + d];
  }
  for (let d = 0; d < mean.length; d++) mean[d] /= Math.max(1, which.length);
  return mean;
}

/** a − b. */
export function minus(a: Numbers, b: Numbers): Float64Array {
  return Float64Array.from(a, (x, i) => x - b[i]);
}
