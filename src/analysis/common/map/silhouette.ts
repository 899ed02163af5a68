/** Silhouettes: how much nearer each row lies to those of its own label than to those of the nearest other one. */
import type { Square } from "./gram";

/**
 * (b − a) / max(a, b) of each row: a is its mean distance to the others of its label, b the least mean distance to
 * another label's rows. −1 … 1; 0 for a row that is alone with its label, and where all distances are 0.
 * @param labels  a number below `count` for each row
 */
export function silhouettes({ data, n }: Square, labels: ArrayLike<number>, count: number): Float64Array {
  const sizes = new Float64Array(count);
  for (let i = 0; i < n; i++) sizes[labels[i]]++;
  const sums = new Float64Array(count);
  return Float64Array.from({ length: n }, (_, i) => {
    sums.fill(0);
    for (let j = 0; j < n; j++) sums[labels[j]] += data[i * n + j];
    const own = labels[i];
    if (sizes[own] < 2) return 0;
    const a = sums[own] / (sizes[own] - 1);
    let b = Infinity;
    for (let k = 0; k < count; k++) if (k !== own && sizes[k] > 0) b = Math.min(b, sums[k] / sizes[k]);
    const most = Math.max(a, b);
    return most === 0 || b === Infinity ? 0 : (b - a) / most;
  });
}

/** The mean of some numbers; 0 where there are none. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return values.length === 0 ? 0 : sum / values.length;
}
