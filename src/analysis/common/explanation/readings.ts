/**
 * Three simple readings of a neuron: a table of current tokens, of next tokens, and of pairs of previous and current
 * token with back-off to the current one. Each predicts the mean activation of its entry, drawn towards the mean of
 * all (of the current token's entry, for pairs) as two extra observations would draw it.
 *
 * Source: token lookup and next-token tables as in Bills et al., "Language models can explain neurons in language
 * models", 2023; the pair table is the smallest rule with context.
 */
import { pearson } from "../pearson";
import { heldOut, nFolds, type ReadingText } from "./readingText";

/** Names of the readings, the simplest first. */
export const readingKinds = ["token", "next-token", "ngram"] as const;
/** Name of a reading. */
export type ReadingKind = (typeof readingKinds)[number];

/** Observations that the prior of an entry is worth. */
const priorWeight = 2;

/** Entries of one reading over a text: which entry each position belongs to, and how often each was seen. */
export interface Keys {
  readonly kind: ReadingKind;
  /** Entry of each position. */
  readonly index: Int32Array;
  /** Position at which each entry was first seen. */
  readonly example: Int32Array;
  /** Entry of the current token's table that backs an entry up; only for pairs. */
  readonly backup: Int32Array | null;
  /** Per fold, how often each entry was seen there. */
  readonly counts: readonly Int32Array[];
}

/** The entries of all three readings of a text, computed once for all neurons. */
export function readingKeys(text: ReadingText): Record<ReadingKind, Keys> {
  const token = keysOf("token", text, (i) => text.current[i]);
  const next = keysOf("next-token", text, (i) => text.next[i]);
  const pair = keysOf("ngram", text, (i) => text.previous[i] * 4294967296 + text.current[i]);
  const backup = pair.example.map((i) => token.index[i]);
  return { token, "next-token": next, ngram: { ...pair, backup } };
}

function keysOf(kind: ReadingKind, text: ReadingText, keyAt: (i: number) => number): Keys {
  const entries = new Map<number, number>();
  const example: number[] = [];
  const index = Int32Array.from(text.current, (_, i) => {
    const key = keyAt(i);
    let entry = entries.get(key);
    if (entry === undefined) {
      entry = entries.size;
      entries.set(key, entry);
      example.push(i);
    }
    return entry;
  });
  const counts = Array.from({ length: nFolds }, () => new Int32Array(entries.size));
  index.forEach((entry, i) => {
    if (text.part[i] !== heldOut) counts[text.part[i]][entry]++;
  });
  return { kind, index, example: Int32Array.from(example), backup: null, counts };
}

/** A fitted table: what it predicts for each entry, and how often each was seen where it was fitted. */
export interface Table {
  readonly keys: Keys;
  readonly predicted: Float64Array;
  readonly seen: Int32Array;
  readonly mean: number;
}

/** One neuron's activations at the counted positions of a text. */
export interface Fitting {
  readonly text: ReadingText;
  readonly keys: Record<ReadingKind, Keys>;
  readonly activations: Float32Array;
}

/** Fits a reading on the fitting half, without one fold where `without` names one. */
export function fitTable(kind: ReadingKind, fitting: Fitting, without = -1): Table {
  const { text, activations } = fitting;
  const keys = fitting.keys[kind];
  const sums = new Float64Array(keys.example.length);
  let total = 0;
  let n = 0;
  for (let i = 0; i < activations.length; i++) {
    if (text.part[i] === heldOut || text.part[i] === without) continue;
    sums[keys.index[i]] += activations[i];
    total += activations[i];
    n++;
  }
  const seen = new Int32Array(sums.length);
  keys.counts.forEach((count, fold) => {
    if (fold !== without) count.forEach((times, entry) => (seen[entry] += times));
  });
  const mean = n > 0 ? total / n : 0;
  const prior = keys.backup ? fitTable("token", fitting, without).predicted : null;
  const predicted = sums.map((sum, entry) => {
    const expected = prior && keys.backup ? prior[keys.backup[entry]] : mean;
    return (sum + priorWeight * expected) / (seen[entry] + priorWeight);
  });
  return { keys, predicted, seen, mean };
}

/** How well a reading does inside the fitting half: each fold predicted by a table fitted on the others. */
export function crossValidated(kind: ReadingKind, fitting: Fitting): number {
  const { text, activations } = fitting;
  const said: number[] = [];
  const real: number[] = [];
  for (let fold = 0; fold < nFolds; fold++) {
    const table = fitTable(kind, fitting, fold);
    for (let i = 0; i < activations.length; i++) {
      if (text.part[i] !== fold) continue;
      said.push(table.predicted[table.keys.index[i]]);
      real.push(activations[i]);
    }
  }
  return pearson(said, real);
}

/** What a table predicts on the text held back, in order of position. */
export function heldOutPredictions(table: Table, text: ReadingText): Float64Array {
  const said: number[] = [];
  text.part.forEach((part, i) => {
    if (part === heldOut) said.push(table.predicted[table.keys.index[i]]);
  });
  return Float64Array.from(said);
}

/** The activations on the text held back, in order of position. */
export function heldOutActivations({ text, activations }: Fitting): Float32Array {
  return activations.filter((_, i) => text.part[i] === heldOut);
}
