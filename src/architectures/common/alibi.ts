/** Slopes of attention with linear biases. */
import type { AlibiSpec } from "../../graph/modelSpec";

/**
 * A slope per head: powers of 2^(−8 / n) for n heads, a power of two; for other numbers those of the power below and,
 * between them, every other one of the power above.
 * @param steepest  the last head's slope is 2^−steepest, 8 in most models
 * Source: Press et al., "Train Short, Test Long", 2022.
 */
export function alibiSlopes(nHeads: number, steepest = 8): number[] {
  const below = 2 ** Math.floor(Math.log2(nHeads));
  const powers = (n: number): number[] =>
    Array.from({ length: n }, (_, i) => 2 ** ((-steepest * (i + 1)) / n));
  const between = powers(2 * below).filter((_, i) => i % 2 === 0);
  return [...powers(below), ...between].slice(0, nHeads);
}

/** Slope times the key's position, counted from the first. */
export function alibiFromFirst(nHeads: number): AlibiSpec {
  const slopes = alibiSlopes(nHeads);
  return { bias: (head, key) => slopes[head] * key };
}
