/** Systems of equations with a symmetric positive definite matrix, in float64. Matrices are row after row. */

/**
 * Factors S = L Lᵀ in place: the lower triangle of `s` [d, d] becomes L, the rest is left as it was.
 * Gives false, with `s` spoilt, where S is not positive definite.
 */
export function cholesky(s: Float64Array, d: number): boolean {
  for (let i = 0; i < d; i++) {
    const row = i * d;
    for (let j = 0; j <= i; j++) {
      const other = j * d;
      let sum = s[row + j];
      for (let k = 0; k < j; k++) sum -= s[row + k] * s[other + k];
      if (j < i) s[row + j] = sum / s[other + j];
      else if (sum > 0) s[row + i] = Math.sqrt(sum);
      else return false;
    }
  }
  return true;
}

/** Solves L Lᵀ x = y in place, with what `cholesky` left in `l`. */
export function solveCholesky(l: Float64Array, d: number, x: Float64Array): void {
  for (let i = 0; i < d; i++) {
    const row = i * d;
    let sum = x[i];
    for (let k = 0; k < i; k++) sum -= l[row + k] * x[k];
    x[i] = sum / l[row + i];
  }
  // Row by row, so that memory is read in order.
  for (let i = d - 1; i >= 0; i--) {
    const row = i * d;
    const value = x[i] / l[row + i];
    x[i] = value;
    for (let k = 0; k < i; k++) x[k] -= l[row + k] * value;
  }
}
