/** Confidence intervals of shares. */

/** The normal deviate of a 95% interval. */
const z95 = 1.959963984540054;

/**
 * Wilson's score interval of `hits` among `n`, 95% by default; all of [0, 1] where there is nothing.
 *
 * Source: Wilson, "Probable inference, the law of succession, and statistical inference", 1927.
 */
export function wilson(hits: number, n: number, z = z95): readonly [low: number, high: number] {
  if (n === 0) return [0, 1];
  const share = hits / n;
  const scale = 1 + (z * z) / n;
  const centre = (share + (z * z) / (2 * n)) / scale;
  const half = (z / scale) * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n));
  // At both ends the interval ends there exactly; rounding would leave it a hair inside.
  return [hits === 0 ? 0 : Math.max(0, centre - half), hits === n ? 1 : Math.min(1, centre + half)];
}
