/** Two directions over one text: how their scores go together, beside what shifting one against the other gives. */
import { seededRandom } from "../../base/random";
import { pearson } from "../common/pearson";
import { percentileOf } from "../common/percentile";

/** What two lists of scores have in common. */
export interface Correlation {
  readonly n: number;
  readonly r: number;
  /**
   * The same with the second list turned round by random amounts: neighbours stay neighbours, so that what lists that
   * change slowly have in common by chance is seen.
   */
  readonly shifted: readonly number[];
  /** Share of them that are smaller in size. */
  readonly percentile: number | null;
  /** Evenly taken pairs, at most as many as asked. */
  readonly points: readonly (readonly [number, number])[];
}

/** How the null is drawn, and how many pairs are given. */
export interface CorrelationOptions {
  readonly draws: number;
  readonly seed: number;
  readonly points: number;
}

/** Correlates lists of one length; fewer than 20 values have nothing to be shifted by. */
export function correlationOf(
  a: readonly number[],
  b: readonly number[],
  { draws, seed, points }: CorrelationOptions,
): Correlation {
  const n = a.length;
  const r = pearson(a, b);
  const random = seededRandom(seed);
  // Not by so little that the lists still lie on each other.
  const least = Math.ceil(n / 20);
  const shifted = Array.from({ length: n < 20 ? 0 : draws }, () => {
    const by = least + Math.floor(random() * (n - 2 * least + 1));
    return pearson(a, [...b.slice(by), ...b.slice(0, by)]);
  });
  const step = Math.max(1, Math.ceil(n / points));
  const taken = a.flatMap((x, i) => (i % step === 0 ? [[x, b[i]] as const] : []));
  return { n, r, shifted, percentile: percentileOf(Math.abs(r), shifted.map(Math.abs)), points: taken };
}
