/** A layer's direction, judged beside its two nulls. */
import { gaussian, permutation, seededRandom } from "../../base/random";
import { percentileOf } from "../common/percentile";
import type { Turns } from "../common/turns";
import { length, type Rows, scaledBy } from "../common/vectors";
import { wilson } from "../common/wilson";
import type { DirectionLayer } from "../../protocol/direction";
import type { Label } from "./methods";
import { boundaryOf, hits, pairAccuracy, scoresAlong, separation } from "./quality";

/** Makes a layer's direction of the rows that count, under some labels. */
export type Fit = (labels: readonly Label[], which: readonly number[], seed: number) => Float64Array;

/** Rows of one layer with what is fitted to them. `which` are indices of rows. */
export interface JudgedRows {
  readonly rows: Rows;
  readonly labels: readonly Label[];
  readonly train: readonly number[];
  readonly validation: readonly number[];
  readonly test: readonly number[];
  readonly fit: Fit;
  /** Whether labels decide on the direction's sign; random directions are then turned by them too. */
  readonly turned: boolean;
}

/** How much is drawn. */
export interface Draws {
  readonly draws: number;
  readonly seed: number;
}

/** What a layer is chosen by. */
export interface LayerChoice {
  readonly accuracy: number;
  readonly separation: number;
}

/** A judged direction: the layer's numbers, less what is not known from rows alone. */
export type Judged = Omit<DirectionLayer, "layer" | "nearest"> & {
  readonly vector: Float64Array;
  readonly choice: LayerChoice | null;
};

/**
 * Fits to the training part and chooses on the validation part; then fits to both and judges on the test part alone.
 * Each null is drawn as often as asked.
 */
export async function judge(data: JudgedRows, { draws, seed }: Draws, turns: Turns): Promise<Judged> {
  const { rows, labels, train, validation, test, fit } = data;
  const known = [...train, ...validation];
  const choice = choiceOf(data, seed);
  const vector = fit(labels, known, seed);
  const scores = scoresAlong(rows, vector);
  const boundary = boundaryOf(scores, { labels, which: known });
  const isJudged = boundary !== null && test.length > 0;
  const right = isJudged ? hits(scores, { labels, which: test }, boundary.threshold) : null;
  const accuracy = right === null ? null : right / test.length;
  const nulls = isJudged ? await nullsOf(data, { draws, seed }, turns) : { isotropic: [], shuffled: [] };
  return {
    vector,
    choice,
    accuracy,
    interval: right === null ? null : wilson(right, test.length),
    nulls,
    percentile: {
      isotropic: accuracy === null ? null : percentileOf(accuracy, nulls.isotropic),
      shuffled: accuracy === null ? null : percentileOf(accuracy, nulls.shuffled),
    },
    pairAccuracy: isJudged ? pairAccuracy(scores, { labels, which: test }) : null,
    validation: validation.length > 0 ? (choice?.accuracy ?? null) : null,
    norm: length(vector),
    residNorm: meanLength(rows, known),
    threshold: boundary?.threshold ?? null,
    spread: boundary?.spread ?? null,
  };
}

function meanLength(rows: Rows, which: readonly number[]): number | null {
  if (which.length === 0) return null;
  const long = (i: number): number => length(rows.data.subarray(i * rows.width, (i + 1) * rows.width));
  return which.reduce((sum, i) => sum + long(i), 0) / which.length;
}

/** By what this layer is compared with others: the validation part, else the training part; never the test part. */
function choiceOf({ rows, labels, train, validation, fit }: JudgedRows, seed: number): LayerChoice | null {
  const scores = scoresAlong(rows, fit(labels, train, seed));
  const boundary = boundaryOf(scores, { labels, which: train });
  if (boundary === null) return null;
  const which = validation.length > 0 ? validation : train;
  const of = { labels, which };
  return {
    accuracy: hits(scores, of, boundary.threshold) / which.length,
    separation: separation(scores, of),
  };
}

async function nullsOf(
  data: JudgedRows,
  { draws, seed }: Draws,
  turns: Turns,
): Promise<DirectionLayer["nulls"]> {
  const { rows, labels, train, validation, test, fit, turned } = data;
  const known = [...train, ...validation];
  const accuracyOf = (direction: Float64Array, under: readonly Label[], turn: boolean): number => {
    const scores = scoresAlong(rows, direction);
    const boundary = boundaryOf(scores, { labels: under, which: known });
    // Texts without counterparts may all have got one label.
    if (boundary === null) return 0.5;
    const right = hits(scores, { labels: under, which: test }, boundary.threshold);
    return (turn && boundary.spread < 0 ? test.length - right : right) / test.length;
  };
  const isotropic: number[] = [];
  const shuffled: number[] = [];
  const normal = gaussian(seededRandom(seed ^ 0x150));
  for (let i = 0; i < draws; i++) {
    await turns.pause();
    const drawn = Float64Array.from({ length: rows.width }, normal);
    isotropic.push(accuracyOf(scaledBy(drawn, 1 / length(drawn)), labels, turned));
    const other = shuffledLabels(labels, seed + i + 1);
    shuffled.push(accuracyOf(fit(other, known, seed + i + 1), other, false));
  }
  return { isotropic, shuffled };
}

/**
 * Labels with just half of the pairs that count turned round. What all pairs share is then taken off as often as it is
 * added, and the vector that is fitted has nothing of it but by chance: brought to the real one's length, a vector of
 * freely shuffled labels is often most of the real one.
 */
export function halvedLabels(labels: readonly Label[], which: readonly number[], seed: number): Label[] {
  const random = seededRandom(seed);
  const pairs = [...new Set(which.map((i) => labels[i].pair))];
  // Of an odd number one pair is left, which is turned as often as not.
  const half = Math.floor(pairs.length / 2 + (random() < 0.5 ? 0.5 : 0));
  const turned = new Set(
    permutation(pairs.length, random)
      .slice(0, half)
      .map((i) => pairs[i]),
  );
  return labels.map((label) => (turned.has(label.pair) ? { ...label, positive: !label.positive } : label));
}

/**
 * Labels shuffled within each pair: what the two texts of a pair share stays shared, and each is as often positive as
 * negative. Texts without a counterpart exchange labels among each other.
 */
export function shuffledLabels(labels: readonly Label[], seed: number): Label[] {
  const random = seededRandom(seed);
  const sizes = new Map<number, number>();
  labels.forEach(({ pair }) => sizes.set(pair, (sizes.get(pair) ?? 0) + 1));
  const turned = new Map([...sizes.keys()].map((pair) => [pair, random() < 0.5]));
  const alone = labels.filter(({ pair }) => sizes.get(pair) === 1).map(({ positive }) => positive);
  for (let i = alone.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [alone[i], alone[j]] = [alone[j], alone[i]];
  }
  return labels.map((label) => {
    if (sizes.get(label.pair) === 1) return { ...label, positive: alone.pop()! };
    return turned.get(label.pair) === true ? { ...label, positive: !label.positive } : label;
  });
}
