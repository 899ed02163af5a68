/** Principal components of rows, by the eigenvectors of their products: cheap where there are fewer rows than entries. */
import { countRows, dot, length, row, type Rows, scaledBy } from "./vectors";

const mostRounds = 1000;
const tolerance = 1e-12;

/**
 * The first principal component of rows as they are (whoever wants them centred centres them): the unit vector along
 * which they spread most. Null where all rows are zero. Its sign is arbitrary but always the same.
 */
export function firstComponent(rows: Rows): Float64Array | null {
  const n = countRows(rows);
  const products = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) products[i * n + j] = products[j * n + i] = dot(row(rows, i), row(rows, j));
  const weights = firstEigenvector(products, n);
  if (weights === null) return null;
  const found = new Float64Array(rows.width);
  weights.forEach((weight, i) => row(rows, i).forEach((x, d) => (found[d] += weight * x)));
  const long = length(found);
  return long === 0 ? null : scaledBy(found, 1 / long);
}

/** Of a symmetric matrix without negative eigenvalues. */
function firstEigenvector(matrix: Float64Array, n: number): Float64Array | null {
  let vector = startOf(matrix, n);
  if (vector === null) return null;
  for (let round = 0; round < mostRounds; round++) {
    const next = times(matrix, vector);
    const long = length(next);
    if (long === 0) return null;
    const unit = scaledBy(next, 1 / long);
    const moved = 1 - Math.abs(dot(unit, vector));
    vector = unit;
    if (moved < tolerance) break;
  }
  return vector;
}

/** The column of the largest row: it has a part along the first eigenvector unless that is very odd. */
function startOf(matrix: Float64Array, n: number): Float64Array | null {
  let largest = 0;
  for (let i = 1; i < n; i++) if (matrix[i * n + i] > matrix[largest * n + largest]) largest = i;
  const start = Float64Array.from({ length: n }, (_, j) => matrix[largest * n + j] + 1e-9 * (j + 1));
  const long = length(start);
  return matrix[largest * n + largest] > 0 && long > 0 ? scaledBy(start, 1 / long) : null;
}

function times(matrix: Float64Array, vector: Float64Array): Float64Array {
  const n = vector.length;
  return Float64Array.from({ length: n }, (_, i) => dot(matrix.subarray(i * n, (i + 1) * n), vector));
}
