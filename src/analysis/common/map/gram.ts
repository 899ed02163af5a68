/** Products of rows with each other, from which distances, angles and principal components all follow. */
import { countRows, dot, row, type Rows } from "../vectors";
import type { Turns } from "../turns";

/** A square matrix, row by row. */
export interface Square {
  readonly data: Float64Array;
  readonly n: number;
}

/** The scalar product of each row with each. Equal rows have equal products to the last bit. */
export async function gramOf(rows: Rows, turns: Turns): Promise<Square> {
  const n = countRows(rows);
  const data = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    await turns.pause();
    const one = row(rows, i);
    for (let j = 0; j <= i; j++) data[i * n + j] = data[j * n + i] = dot(one, row(rows, j));
  }
  return { data, n };
}

/** The products of the rows less their mean. */
export function centredGram({ data, n }: Square): Square {
  const means = Float64Array.from({ length: n }, (_, i) => sumOf(data.subarray(i * n, (i + 1) * n)) / n);
  const mean = sumOf(means) / n;
  return { data: data.map((value, at) => value - means[Math.floor(at / n)] - means[at % n] + mean), n };
}

/** Squared Euclidean distances of the rows. */
export function squaredDistances({ data, n }: Square): Square {
  const own = (i: number): number => data[i * n + i];
  const distances = data.map((value, at) => Math.max(0, own(Math.floor(at / n)) + own(at % n) - 2 * value));
  return { data: distances, n };
}

/** 1 − cosine of the rows; a row without length is at right angles to every other, and at 0 from itself. */
export function cosineDistances({ data, n }: Square): Square {
  const lengths = Float64Array.from({ length: n }, (_, i) => Math.sqrt(data[i * n + i]));
  const distances = data.map((value, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    const both = lengths[i] * lengths[j];
    return i === j ? 0 : both === 0 ? 1 : Math.max(0, 1 - value / both);
  });
  return { data: distances, n };
}

function sumOf(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}
