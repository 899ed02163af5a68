/** Measures as they are shown: their names, units and scales, on which the plain model is the background. */
import {
  isInNats,
  type MeasureKind,
  type SteeringMeasure,
  type TextSet,
} from "../../../src/protocol/steeringMeasure";
import type { SweepCells } from "../../../src/protocol/steeringSweep";
import { number, percent } from "../../shared/format";
import { inLogUnit, logUnit } from "../../shared/logUnit";

/** One measure's numbers on a scale. */
export interface Scaled {
  /** With its unit. */
  readonly name: string;
  readonly log: boolean;
  /** What the plain model has, as it is shown; null before that is known. */
  readonly zero: number | null;
  /** A number in the unit that is shown. */
  readonly shown: (value: number) => number;
  /** The way back. */
  readonly fromShown: (value: number) => number;
  /** The same in words. */
  readonly says: (value: number | null) => string;
  /** How far a number is from the plain model's, on a logarithmic scale where `log` says so. */
  readonly away: (value: number) => number;
  /** Where a number stands, −1 … 1: zero is the plain model, and small distances are drawn larger than they are. */
  readonly shade: (value: number) => number;
  /** The numbers at the scale's ends, in words. */
  readonly ends: readonly [low: string, high: string];
}

/** What a measure is of, in a few words with its unit. */
export function measureName(measure: SteeringMeasure): string {
  switch (measure.of) {
    case "logProb":
      return `rise of log-probability of “${short(measure.text)}”, ${logUnit()}`;
    case "probability":
      return `probability of ${wordList(measure.words)}`;
    case "perplexityRatio":
      return `perplexity ratio on ${textsName(measure.on)}${measure.pad ? " behind spaces" : ""}`;
    case "choiceAccuracy":
      return `share of ${measure.items.length} questions answered right`;
    case "score":
      return `rise of the score along ${measure.direction}`;
    case "kl":
      return `KL to the default, ${logUnit()}`;
    case "effectiveness":
      return `effectiveness for ${wordList(measure.words)}, ${logUnit()}`;
    case "disruption":
      return `disruption beside ${wordList(measure.words)}, ${logUnit()}`;
    case "words":
      return `share of texts with ${wordList(measure.words)}`;
    case "pattern":
      return `share of texts that match /${short(measure.pattern)}/`;
    case "count":
      return `${wordList(measure.words)} per text`;
  }
}

/** Texts in a few words. */
export function textsName(on: TextSet): string {
  if ("file" in on) return on.file;
  const [first = ""] = on.texts;
  return on.texts.length === 1 ? `“${short(first)}”` : `${on.texts.length} texts`;
}

const short = (text: string): string => (text.length > 24 ? `${text.slice(0, 23)}…` : text);

function wordList(words: readonly string[]): string {
  const shown = words.slice(0, 2).map((word) => `“${short(word)}”`);
  return words.length > 2 ? `${shown.join(", ")} and ${words.length - 2} more` : shown.join(", ");
}

const isShare = (of: MeasureKind): boolean =>
  of === "probability" || of === "choiceAccuracy" || of === "words" || of === "pattern";

/** The scale of a measure over its cells. */
export function scaled(
  measure: SteeringMeasure,
  rows: SweepCells["effect"],
  baseline: number | null,
): Scaled {
  const { of } = measure;
  const log = of === "perplexityRatio";
  const shown = (value: number): number => (isInNats(of) ? inLogUnit(value) : value);
  const says = (value: number | null): string => {
    if (value === null) return "not measured yet";
    return isShare(of) ? percent(value) : number(shown(value));
  };
  // A ratio of perplexities says as much at 2 as at 1/2.
  const from = baseline ?? (log ? 1 : 0);
  const away = (value: number): number => (log ? Math.log(value / from) : value - from);
  const all = rows.flat().filter((value) => value !== null && Number.isFinite(value)) as number[];
  const max = all.reduce((most, value) => Math.max(most, Math.abs(away(value))), 0);
  const end = (side: 1 | -1): string => says(log ? from * Math.exp(side * max) : from + side * max);
  return {
    name: measureName(measure),
    log,
    zero: baseline === null ? null : shown(baseline),
    shown,
    fromShown: (value) => (isInNats(of) ? value / inLogUnit(1) : value),
    says,
    away,
    // Strong pushes do a hundred times what the useful ones do; their square roots are seen beside each other.
    shade: (value) => (max > 0 ? signedRoot(away(value) / max) : 0),
    ends: [end(-1), end(1)],
  };
}

/** The square root of a size, with its sign. */
export const signedRoot = (value: number): number => Math.sign(value) * Math.sqrt(Math.abs(value));
