/** What makes a direction's numbers say less than they seem to. None of it is an error: the result is given, with these. */
import type { DirectionLayer, DirectionPosition } from "../../protocol/direction";
import type { Rows } from "../common/vectors";
import { fitDirection } from "./methods";
import { boundaryOf, hits, scoresAlong } from "./quality";
import type { DirectionText } from "./states";

/** A share from which something is said to separate the classes. */
const separates = 0.9;
const fewestJudged = 16;

/** Texts of pairs, as they are run, with the parts they belong to. */
export interface WarnedTexts {
  readonly texts: readonly DirectionText[];
  readonly position: DirectionPosition;
  /** Indices of texts. */
  readonly known: readonly number[];
  readonly test: readonly number[];
  /** Embedding of each text's last token; null where the model shows none. */
  readonly embedding: Rows | null;
}

/** Sentences about the texts; each begins with a word that names what it is about. */
export function textWarnings(given: WarnedTexts): string[] {
  const { texts, test } = given;
  const pairs = new Set(texts.map(({ pair }) => pair)).size;
  const said = [leakage(given), lengths(given), ...imbalance(texts), sink(given)];
  if (pairs === 1)
    said.push("One pair: the direction is a difference of two texts, and nothing is held out to judge it.");
  else if (test.length > 0 && test.length < fewestJudged)
    said.push(
      `Few texts: only ${test.length} are held out, so the accuracies are coarse; see their intervals.`,
    );
  return said.filter((one) => one !== null);
}

/** Whether what the last tokens are tells the classes apart, without what the model makes of them. */
function leakage(given: WarnedTexts): string | null {
  const { texts } = given;
  const share = Math.max(byIdentity(texts), byEmbedding(given));
  const only = onlyLastDiffers(texts);
  if (share < separates && !only) return null;
  const how = only
    ? "in nearly every pair the two texts differ in their last token alone"
    : `without the rest they tell ${Math.round(100 * share)}% of the texts apart`;
  return `Leakage: the last tokens alone separate the classes (${how}), so a direction may be of these tokens and not of the concept. Let both texts of a pair end alike.`;
}

/** How often a text's last token, as other pairs have it, tells its class; an unknown one half. */
function byIdentity(texts: readonly DirectionText[]): number {
  const seen = new Map<number, { pair: number; positive: boolean }[]>();
  for (const { ids, pair, positive } of texts) {
    const last = ids[ids.length - 1];
    seen.set(last, [...(seen.get(last) ?? []), { pair, positive }]);
  }
  const right = texts.reduce((sum, { ids, pair, positive }) => {
    const others = (seen.get(ids[ids.length - 1]) ?? []).filter((one) => one.pair !== pair);
    const votes = others.reduce((votes, one) => votes + (one.positive ? 1 : -1), 0);
    return sum + (votes === 0 ? 0.5 : votes > 0 === positive ? 1 : 0);
  }, 0);
  return texts.length === 0 ? 0 : right / texts.length;
}

/** How often a direction between the last tokens' embeddings tells the class of a held-out text. */
function byEmbedding({ texts, known, test, embedding }: WarnedTexts): number {
  if (embedding === null || test.length < fewestJudged / 2) return 0;
  const data = { rows: embedding, labels: texts, which: known };
  const scores = scoresAlong(embedding, fitDirection("mean-difference", data, 0));
  const boundary = boundaryOf(scores, data);
  return boundary === null
    ? 0
    : hits(scores, { labels: texts, which: test }, boundary.threshold) / test.length;
}

function onlyLastDiffers(texts: readonly DirectionText[]): boolean {
  const byPair = new Map<number, DirectionText[]>();
  for (const text of texts) byPair.set(text.pair, [...(byPair.get(text.pair) ?? []), text]);
  const whole = [...byPair.values()].filter((pair) => pair.length === 2);
  const alike = whole.filter(([a, b]) => {
    const same = a.ids.slice(0, -1).join() === b.ids.slice(0, -1).join();
    return same && a.ids.at(-1) !== b.ids.at(-1);
  });
  return whole.length > 0 && alike.length >= separates * whole.length;
}

/** Whether the numbers of tokens tell the classes apart: the share of couples in which one class is the longer, ties half. */
function lengths({ texts }: WarnedTexts): string | null {
  const of = (side: boolean): number[] =>
    texts.filter(({ positive }) => positive === side).map(({ ids }) => ids.length);
  const [plus, minus] = [of(true), of(false)];
  if (plus.length < 4 || minus.length < 4) return null;
  let longer = 0;
  for (const a of plus) for (const b of minus) longer += (1 + Math.sign(a - b)) / 2;
  const share = longer / (plus.length * minus.length);
  if (Math.max(share, 1 - share) < separates) return null;
  const which = share > 0.5 ? "positive" : "negative";
  return `Length: the ${which} texts are longer in ${Math.round(100 * Math.max(share, 1 - share))}% of all couples, so a direction may be of length.`;
}

function imbalance(texts: readonly DirectionText[]): string[] {
  const of = (side: boolean): DirectionText[] => texts.filter(({ positive }) => positive === side);
  const [plus, minus] = [of(true), of(false)];
  const different = (side: readonly DirectionText[]): number =>
    new Set(side.map(({ ids }) => ids.join())).size;
  const said: string[] = [];
  if (plus.length !== minus.length)
    said.push(
      `Imbalance: there are ${plus.length} positive and ${minus.length} negative texts; texts without a counterpart count for the means alone.`,
    );
  const [a, b] = [different(plus), different(minus)];
  if (Math.min(a, b) < 0.5 * Math.max(a, b))
    said.push(`Imbalance: there are ${a} different positive and ${b} different negative texts.`);
  return said;
}

/** How many texts are read at position 0; null where none is. */
export function sink({ texts, position }: Pick<WarnedTexts, "texts" | "position">): string | null {
  const n = texts.filter(({ ids, counted }) =>
    position === "last" ? ids.length === 1 : counted.length === 0,
  ).length;
  if (n === 0) return null;
  return `Position 0: ${n} of the texts are read at their first position, where attention gathers whatever the text is; give longer texts, or BOS before them.`;
}

/** What is said of the result. */
export function resultWarnings(best: DirectionLayer): string[] {
  const { accuracy, interval, nulls, percentile } = best;
  if (accuracy === null || nulls.shuffled.length === 0) return [];
  const said = `at the best layer the held-out accuracy of ${percent(accuracy)}`;
  if ((percentile.shuffled ?? 1) < above)
    return [
      `Chance: ${said} is not above what shuffled labels reach, so the model may not carry this along one direction.`,
    ];
  if (best.threshold !== null && (interval?.[0] ?? 1) <= 0.5)
    return [`Chance: ${said} may be that of a coin: its interval includes one half. Give more pairs.`];
  if ((percentile.isotropic ?? 1) < above)
    return [
      `Everywhere: ${said} is not above what random directions reach; the classes lie apart along most, so this one is not special.`,
    ];
  return [];
}

/** Share of a null's draws that a result must be above. */
const above = 0.95;

const percent = (share: number): string => `${Math.round(100 * share)}%`;
