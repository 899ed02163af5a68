/** How well a direction tells the classes apart, on rows that it was not fitted to. */
import { dot, length, row, type Rows } from "../common/vectors";
import { classesOf, type Label, pairsOf } from "./methods";

/** Scores h·v/‖v‖ of all rows; zeros for a direction without length. */
export function scoresAlong(rows: Rows, direction: Float64Array): Float64Array {
  const long = length(direction) || 1;
  const n = rows.data.length / rows.width;
  return Float64Array.from({ length: n }, (_, i) => dot(row(rows, i), direction) / long);
}

/** Where the classes of some rows part along a direction. */
export interface Boundary {
  /** Midpoint of the classes' mean scores. */
  readonly threshold: number;
  /** Half the distance between them; negative where the positive class scores lower. */
  readonly spread: number;
}

/** The boundary of the rows that count; null where a class has none. */
export function boundaryOf(
  scores: Float64Array,
  of: { readonly labels: readonly Label[]; readonly which: readonly number[] },
): Boundary | null {
  const { positive, negative } = classesOf(of);
  if (positive.length === 0 || negative.length === 0) return null;
  const mean = (which: readonly number[]): number =>
    which.reduce((sum, i) => sum + scores[i], 0) / which.length;
  const [high, low] = [mean(positive), mean(negative)];
  return { threshold: (high + low) / 2, spread: (high - low) / 2 };
}

/** Number of rows on their class's side of a threshold; on it, half. */
export function hits(
  scores: Float64Array,
  of: { readonly labels: readonly Label[]; readonly which: readonly number[] },
  threshold: number,
): number {
  return of.which.reduce((sum, i) => {
    const over = Math.sign(scores[i] - threshold);
    return sum + (over === 0 ? 0.5 : over > 0 === of.labels[i].positive ? 1 : 0);
  }, 0);
}

/** Share of complete pairs whose positive row scores higher, ties half; null where there is none. */
export function pairAccuracy(
  scores: Float64Array,
  of: { readonly labels: readonly Label[]; readonly which: readonly number[] },
): number | null {
  const pairs = pairsOf(of);
  if (pairs.length === 0) return null;
  return (
    pairs.reduce((sum, [plus, minus]) => sum + (1 + Math.sign(scores[plus] - scores[minus])) / 2, 0) /
    pairs.length
  );
}

/** Distance of the class means in pooled deviations: what decides between layers that are equally accurate. */
export function separation(
  scores: Float64Array,
  of: { readonly labels: readonly Label[]; readonly which: readonly number[] },
): number {
  const boundary = boundaryOf(scores, of);
  if (boundary === null) return 0;
  const { threshold, spread } = boundary;
  const within = of.which.reduce((sum, i) => {
    const mean = of.labels[i].positive ? threshold + spread : threshold - spread;
    return sum + (scores[i] - mean) ** 2;
  }, 0);
  return (2 * spread) / Math.sqrt(within / of.which.length || Number.MIN_VALUE);
}
