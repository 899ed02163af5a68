/** The scores by which heads are sorted, and their words. */
import type { HeadScores } from "../../../src/protocol/attention";
import { logs, percent } from "../../shared/format";

/** Name of one score. */
export type ScoreName = "previousToken" | "duplicate" | "induction" | "firstToken" | "entropy";

/** Each score with what it means; in the order of the dropdown. */
export const scoreNames: readonly {
  readonly name: ScoreName;
  readonly label: string;
  readonly what: string;
}[] = [
  {
    name: "induction",
    label: "induction",
    what: "mean attention to the tokens after earlier copies of the query’s token",
  },
  { name: "previousToken", label: "previous token", what: "mean attention to the position before" },
  { name: "duplicate", label: "duplicate token", what: "mean attention to earlier copies of the same token" },
  {
    name: "firstToken",
    label: "first token",
    what: "mean attention to position 0, where heads rest that have nothing to do",
  },
  {
    name: "entropy",
    label: "entropy",
    what: "mean entropy of the rows: low is sharp, high is spread out; full colour is the highest of these heads",
  },
];

/** The score of a name that came from outside; the first where there is none such. */
export function scoreByName(name: string | undefined): (typeof scoreNames)[number] {
  return scoreNames.find((score) => score.name === name) ?? scoreNames[0]!;
}

/** A score with its unit. */
export const scoreWords = (name: ScoreName, value: number | null): string =>
  name === "entropy" ? logs(value) : percent(value);

/** The value with the strongest colour: all of it for shares, so that little looks like little; the highest entropy. */
export const scaleEnd = (heads: readonly HeadScores[], name: ScoreName): number =>
  name === "entropy" ? heads.reduce((most, head) => Math.max(most, head.entropy ?? 0), 0) : 1;

/** What there is to know before the scores: what they are of, or that there are none. */
export const scoredWords = (heads: readonly HeadScores[], name: ScoreName): string =>
  heads.every((head) => head[name] === null)
    ? "no scores: they are of queries behind position 0, and this text has one token"
    : scoreByName(name).what;

/** Heads by a score, the highest first; equal ones in the model's order. */
export function sorted(heads: readonly HeadScores[], name: ScoreName): readonly HeadScores[] {
  return [...heads].sort((a, b) => (b[name] ?? 0) - (a[name] ?? 0) || a.layer - b.layer || a.head - b.head);
}
