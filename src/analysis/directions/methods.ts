/**
 * Directions from labelled rows: difference of means, first principal component of the pairs' differences, logistic
 * probe. All point to the positive side and are as long as the class means are apart along them.
 *
 * Source: Zou et al., "Representation engineering", 2023 (readers); methods as compared there.
 */
import { permutation, seededRandom } from "../../base/random";
import { logisticProbe } from "../common/logistic";
import { firstComponent } from "../common/principal";
import { dot, length, meanOf, minus, row, type Rows, scaledBy } from "../common/vectors";

/** Methods that fit a direction to rows. */
export type FittedMethod = "mean-difference" | "pca" | "logistic";

/** What a row is of. */
export interface Label {
  readonly positive: boolean;
  readonly pair: number;
}

/** Rows with their labels, and which of them count. */
export interface Labelled {
  readonly rows: Rows;
  readonly labels: readonly Label[];
  readonly which: readonly number[];
}

/** Indices of the rows of each class among those that count. */
export function classesOf({ labels, which }: Omit<Labelled, "rows">): {
  readonly positive: number[];
  readonly negative: number[];
} {
  return {
    positive: which.filter((i) => labels[i].positive),
    negative: which.filter((i) => !labels[i].positive),
  };
}

/** The direction; zeros where the rows show none. `seed` shuffles the order within pairs, for "pca" alone. */
export function fitDirection(method: FittedMethod, data: Labelled, seed: number): Float64Array {
  const { positive, negative } = classesOf(data);
  const apart = minus(meanOf(data.rows, positive), meanOf(data.rows, negative));
  if (positive.length === 0 || negative.length === 0) return new Float64Array(data.rows.width);
  if (method === "mean-difference") return apart;
  const found = method === "pca" ? pairComponent(data, seed) : probeOf(data);
  const long = found === null ? 0 : length(found);
  if (found === null || long === 0) return new Float64Array(data.rows.width);
  const unit = scaledBy(found, 1 / long);
  const along = dot(apart, unit);
  // A component's sign is by how many pairs it orders rightly, not by the means: one odd pair must not turn it.
  return scaledBy(unit, method === "pca" ? Math.abs(along) * signOf(data, unit) : along);
}

/**
 * First principal component of the differences of pairs, half of them turned round before they are centred: without
 * that, centring takes away the very difference that all pairs share.
 */
function pairComponent(data: Labelled, seed: number): Float64Array | null {
  const { rows } = data;
  const pairs = pairsOf(data);
  const turned = new Set(permutation(pairs.length, seededRandom(seed)).slice(0, pairs.length >> 1));
  const differences = new Float64Array(pairs.length * rows.width);
  pairs.forEach(([plus, minus], p) => {
    const sign = turned.has(p) ? -1 : 1;
    const [a, b] = [row(rows, plus), row(rows, minus)];
    for (let d = 0; d < rows.width; d++) differences[p * rows.width + d] = sign * (a[d] - b[d]);
  });
  const all = { data: differences, width: rows.width };
  if (pairs.length === 1) return firstComponent(all);
  return firstComponent(centred(all, pairs.length));
}

function centred(rows: Rows, n: number): Rows {
  const mean = meanOf(
    rows,
    Array.from({ length: n }, (_, i) => i),
  );
  const data = Float64Array.from(rows.data, (x, i) => x - mean[i % rows.width]);
  return { data, width: rows.width };
}

/** Rows of the complete pairs, positive first. */
export function pairsOf({
  labels,
  which,
}: Omit<Labelled, "rows">): (readonly [positive: number, negative: number])[] {
  const sides = new Map<number, { plus?: number; minus?: number }>();
  for (const i of which) {
    const { pair, positive } = labels[i];
    const known = sides.get(pair) ?? {};
    sides.set(pair, positive ? { ...known, plus: i } : { ...known, minus: i });
  }
  return [...sides.values()].flatMap(({ plus, minus }) =>
    plus === undefined || minus === undefined ? [] : [[plus, minus] as const],
  );
}

function signOf(data: Labelled, unit: Float64Array): 1 | -1 {
  const right = pairsOf(data).reduce(
    (sum, [plus, minus]) =>
      sum + Math.sign(dot(row(data.rows, plus), unit) - dot(row(data.rows, minus), unit)),
    0,
  );
  return right >= 0 ? 1 : -1;
}

function probeOf({ rows, labels, which }: Labelled): Float64Array {
  const data = new Float64Array(which.length * rows.width);
  which.forEach((i, at) => data.set(row(rows, i), at * rows.width));
  return logisticProbe(
    { data, width: rows.width },
    which.map((i) => labels[i].positive),
  ).weights;
}
