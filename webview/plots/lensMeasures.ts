/** What the cells of a lens may be coloured by: each measure's value, words and scale. Pure. */
import { count, logs, number, percent } from "../shared/format";
import type { LensColumn, LensGridCell } from "./lensColumns";
import { inLogUnit, logUnit } from "../shared/logUnit";

/** Name of a measure. */
export type MeasureKey = "probability" | "rank" | "entropy" | "kl" | "surprisal";

/** A scale over one measure: from nothing (the background) to the most. */
export interface MeasureScale {
  readonly low: string;
  readonly high: string;
  /** Where a value lies, 0 … 1. */
  readonly place: (value: number) => number;
  /** Where a difference of two values lies, −1 … 1; the ends in words are `span` apart from zero. */
  readonly difference: (now: number, before: number) => number;
  readonly span: string;
  /** Equal for two scales exactly when they paint alike. */
  readonly key: string;
}

/** A measure. */
export interface Measure {
  readonly key: MeasureKey;
  /** In the list of choices. */
  readonly name: string;
  /** With its unit, for the legend. */
  readonly label: () => string;
  /** What it is, for the help. */
  readonly help: string;
  /** Null where there is none: drawn hatched. */
  readonly value: (cell: LensGridCell) => number | null;
  readonly words: (value: number | null) => string;
  /** The value as it stands in a table: in the unit in force. */
  readonly shown: (value: number | null) => number | null;
}

const measure = (
  key: MeasureKey,
  [name, label, help]: readonly [name: string, label: string, help: string],
  value: Measure["value"],
  words: Measure["words"],
): Measure => {
  const isLog = words === logs;
  return {
    key,
    name,
    label: () => (isLog ? `${label}, ${logUnit()}` : label),
    help,
    value,
    words,
    shown: (one) => (isLog ? inLogUnit(one) : one),
  };
};

/** All measures, the default first. */
export const measures: readonly Measure[] = [
  measure(
    "probability",
    ["Probability", "probability of the top token", "of the token that is drawn in the cell"],
    (cell) => cell.share,
    percent,
  ),
  measure(
    "rank",
    [
      "Rank of the final prediction",
      "rank of the final prediction (logarithmic)",
      "where the model’s own top token stands among all tokens in a row; 1 is first",
    ],
    (cell) => cell.rank,
    (value) => (value === null ? "–" : count(value)),
  ),
  measure(
    "entropy",
    ["Entropy", "entropy", "how spread out the distribution is; 0 is certain"],
    (cell) => cell.entropy,
    logs,
  ),
  measure(
    "kl",
    [
      "KL to the output",
      "KL(output ‖ row)",
      "forward divergence of the output from the row: what the row lacks of the output; 0 in the last row",
    ],
    (cell) => cell.kl,
    logs,
  ),
  measure(
    "surprisal",
    [
      "Surprisal of the next token",
      "surprisal of the token that follows",
      "−log p of the token that really follows in the text; the last column has none yet",
    ],
    (cell) => cell.surprisal,
    logs,
  ),
];

/** The measure of a name; the first where there is none of it. */
export const measureOf = (key: string | undefined): Measure =>
  measures.find((one) => one.key === key) ?? measures[0]!;

/**
 * The scale of a measure: fixed where it has natural ends, else up to the largest value of the columns that count.
 * @param vocabulary  tokens the model has; null where that is not known
 */
export function scaleOf(
  { key, value }: Measure,
  columns: readonly LensColumn[],
  vocabulary: number | null,
): MeasureScale {
  if (key === "probability") return linear(1, "0%", "100%", "100 points");
  if (key === "rank") {
    const worst = Math.max(2, vocabulary ?? largest(columns, value));
    const place = (rank: number): number => Math.log(Math.max(1, rank)) / Math.log(worst);
    return {
      low: "1",
      high: count(worst),
      place,
      difference: (now, before) => place(now) - place(before),
      span: `×${count(worst)}`,
      key: `rank ${worst}`,
    };
  }
  const natural = key === "entropy" && vocabulary !== null ? Math.log(vocabulary) : null;
  // Rounded in the unit in force, so that the legend's numbers are plain in either.
  const nat = inLogUnit(1);
  const most = natural ?? rounded(largest(columns, value) * nat) / nat;
  const end = number(inLogUnit(most));
  return linear(most, "0", end, end);
}

function linear(most: number, low: string, high: string, span: string): MeasureScale {
  return {
    low,
    high,
    place: (value) => value / most,
    difference: (now, before) => (now - before) / most,
    span,
    key: `linear ${most} ${high}`,
  };
}

/** Position 0, added tokens and a prefix never set a scale. */
function largest(columns: readonly LensColumn[], value: Measure["value"]): number {
  const counted = columns.filter((column) => !column.hatched && column.token.prefix !== true);
  return Math.max(0, ...counted.flatMap(({ cells }) => cells.map((cell) => value(cell) ?? 0)));
}

/** The next of 1, 2, 5, 10 …: so that a scale seldom moves while somebody types. */
function rounded(most: number): number {
  if (!(most > 0) || !Number.isFinite(most)) return 1;
  const unit = 10 ** Math.floor(Math.log10(most));
  return [1, 2, 5, 10].map((step) => step * unit).find((end) => most <= end * (1 + 1e-9)) ?? 10 * unit;
}
