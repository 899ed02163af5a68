/** The first principal components of centred rows as the rows' scores along them, from the rows' products alone. */
import { gaussian, seededRandom } from "../../../base/random";
import { dot, length } from "../vectors";
import type { Turns } from "../turns";
import type { Square } from "./gram";

/** Scores along a component, and its share of the whole variance. */
export interface Component {
  readonly scores: Float64Array;
  readonly explained: number;
}

/** Vectors that are iterated beside those that are wanted: the more, the less close values slow it down. */
const spare = 8;
const mostRounds = 1000;
/** What is left of (matrix − value) · vector, as a share of the first value, once a component is found. */
const tolerance = 1e-11;

/**
 * The first components by subspace iteration, those of largest variance first. The score of largest size is positive,
 * so that a component is the same each time. A component without variance has scores 0.
 */
export async function leadingScores(gram: Square, count: number, turns: Turns): Promise<Component[]> {
  const { data, n } = gram;
  let total = 0;
  for (let i = 0; i < n; i++) total += data[i * n + i];
  if (!(total > 0)) return Array.from({ length: count }, () => nothing(n));
  const size = Math.min(n, count + spare);
  const draw = gaussian(seededRandom(0));
  let basis = orthonormal(Array.from({ length: size }, () => Float64Array.from({ length: n }, draw)));
  let values: Float64Array = new Float64Array(size);
  for (let round = 0; round < mostRounds; round++) {
    await turns.pause();
    const images = basis.map((vector) => times(gram, vector));
    const small = basis.map((vector) => Float64Array.from(images, (image) => dot(vector, image)));
    const found = eigenOf(small);
    values = found.values;
    basis = found.vectors.map((weights) => combined(basis, weights));
    const turned = found.vectors.map((weights) => combined(images, weights));
    const wanted = Math.min(count, size);
    const left = Math.max(...turned.slice(0, wanted).map((image, k) => distance(image, basis[k], values[k])));
    if (left <= tolerance * Math.abs(values[0])) break;
    basis = orthonormal(turned);
  }
  return Array.from({ length: count }, (_, k) => {
    const value = k < size ? values[k] : 0;
    if (!(value > 1e-14 * total)) return nothing(n);
    return { scores: scoresOf(basis[k], Math.sqrt(value)), explained: value / total };
  });
}

const nothing = (n: number): Component => ({ scores: new Float64Array(n), explained: 0 });

function scoresOf(vector: Float64Array, long: number): Float64Array {
  let largest = 0;
  for (const x of vector) if (Math.abs(x) > Math.abs(largest) + 1e-9) largest = x;
  return vector.map((x) => (largest < 0 ? -x : x) * long);
}

function times({ data, n }: Square, vector: Float64Array): Float64Array {
  return Float64Array.from({ length: n }, (_, i) => dot(data.subarray(i * n, (i + 1) * n), vector));
}

function combined(vectors: readonly Float64Array[], weights: Float64Array): Float64Array {
  const sum = new Float64Array(vectors[0].length);
  vectors.forEach((vector, k) => {
    for (let i = 0; i < sum.length; i++) sum[i] += weights[k] * vector[i];
  });
  return sum;
}

function distance(image: Float64Array, vector: Float64Array, value: number): number {
  return length(image.map((x, i) => x - value * vector[i]));
}

/** Gram and Schmidt, twice over; what lies in the span of those before becomes zero. */
function orthonormal(vectors: readonly Float64Array[]): Float64Array[] {
  const done: Float64Array[] = [];
  for (const vector of vectors) {
    const before = length(vector);
    let rest = Float64Array.from(vector);
    for (let again = 0; again < 2; again++)
      for (const other of done) {
        const along = dot(rest, other);
        rest = rest.map((x, i) => x - along * other[i]);
      }
    const long = length(rest);
    done.push(long > 1e-13 * before && long > 0 ? rest.map((x) => x / long) : new Float64Array(rest.length));
  }
  return done;
}

/** Eigenvectors of a small symmetric matrix by Jacobi's rotations, largest values first. */
function eigenOf(matrix: readonly Float64Array[]): { values: Float64Array; vectors: Float64Array[] } {
  const n = matrix.length;
  const a = matrix.map((one) => Float64Array.from(one));
  const v = Array.from({ length: n }, (_, i) =>
    Float64Array.from({ length: n }, (_, j) => (i === j ? 1 : 0)),
  );
  for (let sweep = 0; sweep < 60; sweep++) {
    let off = 0;
    for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) off += a[i][j] ** 2;
    if (off === 0) break;
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) rotate(a, v, p, q);
  }
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => a[j][j] - a[i][i]);
  return {
    values: Float64Array.from(order, (i) => a[i][i]),
    vectors: order.map((i) => Float64Array.from(v, (one) => one[i])),
  };
}

function rotate(a: readonly Float64Array[], v: readonly Float64Array[], p: number, q: number): void {
  if (a[p][q] === 0) return;
  const theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (const one of a) [one[p], one[q]] = [c * one[p] - s * one[q], s * one[p] + c * one[q]];
  const [first, second] = [Float64Array.from(a[p]), Float64Array.from(a[q])];
  for (let j = 0; j < a.length; j++) {
    a[p][j] = c * first[j] - s * second[j];
    a[q][j] = s * first[j] + c * second[j];
  }
  for (const one of v) [one[p], one[q]] = [c * one[p] - s * one[q], s * one[p] + c * one[q]];
}
