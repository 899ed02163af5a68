/** Directions made orthonormal. */

/** A direction that keeps less than this share of its length beside the earlier ones adds nothing to their span. */
const leastShare = 1e-7;

/**
 * Orthonormal rows with the span that the given ones [k, width] have over some entries, in double precision; entries
 * that are not among them are 0. There are fewer rows where some lie in the span of others.
 * Source: Gram and Schmidt, each direction cleaned twice (Giraud et al., 2005).
 */
export function orthonormalRows(
  rows: readonly ArrayLike<number>[],
  entries: readonly number[],
): Float64Array[] {
  const basis: Float64Array[] = [];
  for (const row of rows) {
    const vector = new Float64Array(row.length);
    for (const entry of entries) vector[entry] = row[entry];
    const before = length(vector);
    for (let pass = 0; pass < 2; pass++) for (const one of basis) subtract(vector, one);
    const after = length(vector);
    if (after === 0 || after < leastShare * before) continue;
    basis.push(vector.map((x) => x / after));
  }
  return basis;
}

function length(vector: Float64Array): number {
  const largest = vector.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  return largest === 0 ? 0 : largest * Math.sqrt(vector.reduce((sum, x) => sum + (x / largest) ** 2, 0));
}

function subtract(vector: Float64Array, unit: Float64Array): void {
  const along = vector.reduce((sum, x, i) => sum + x * unit[i], 0);
  for (let i = 0; i < vector.length; i++) vector[i] -= along * unit[i];
}
