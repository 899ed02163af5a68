/** What the neurons page says in words. */
import type { Explanation, NeuronsResult } from "../../../src/protocol/neurons";
import { correlation } from "../../shared/format";
import { inLogUnit } from "../../shared/logUnit";

/** Below this correlation a reading explains too little to be shown as one. */
export const EXPLAINS = 0.3;

/** True when the reading is worth showing. */
export const isExplained = (explanation: Explanation): boolean =>
  explanation.kind !== "none" && explanation.score >= EXPLAINS;

/** The reading, or that there is none. */
export const explanationText = (explanation: Explanation): string =>
  isExplained(explanation) ? explanation.text : "no simple explanation found";

/** True where too little text was held back to score a reading: both correlations are then 0 to the last bit. */
const isUnscored = ({ kind, score, control }: Explanation): boolean =>
  kind === "none" && score === 0 && control === 0;

/** Said once of a list in which no neuron could be read, in place of on each row; empty for another list. */
export const unreadSentence = (explanations: readonly Explanation[]): string =>
  explanations.length > 1 && explanations.every(isUnscored)
    ? "No neuron’s activity is put into words here: there are no records of this model, and this text is too short to score a reading."
    : "";

/** The reading's score beside its control; zeros that nobody measured are no scores. */
export const scoreText = (explanation: Explanation): string =>
  isUnscored(explanation)
    ? "not scored: too little text"
    : `r ${correlation(explanation.score)} · control ${correlation(explanation.control)}`;

/** What the score and its control are. */
export const scoreSentence = (explanation: Explanation): string =>
  `r: correlation of what this reading predicts with what the neuron did on held-back text (${explanation.basis}); ` +
  "control: the same for another neuron’s explanation.";

/** A score as it is shown: log-probabilities in the unit in force. */
export const shownScore = (
  { effect }: Pick<NeuronsResult, "effect">,
  score: number | undefined,
): number | undefined => (effect?.measure === "logProb" ? inLogUnit(score) : score);

/** What the number is called that neurons are ranked by. */
export const scoreName = ({ baseline, by }: Pick<NeuronsResult, "baseline" | "by">): string => {
  if (by === "z") return baseline === "none" ? "score" : "z";
  return by === "write" ? "writes" : "direct";
};

/** What the z-score compares with. */
export function baselineSentence({ baseline, signed }: Pick<NeuronsResult, "baseline" | "signed">): string {
  const gated = signed
    ? " Neurons behind a gate are signed: those that are negative here are ranked by how far below, and their score is negative."
    : "";
  return baselineWords(baseline) + gated;
}

function baselineWords(baseline: NeuronsResult["baseline"]): string {
  if (baseline === "records") {
    return "z: mean activation on the selection against the neuron’s record on held-out text, in its standard deviations.";
  }
  if (baseline === "window") {
    return "z: mean activation on the selection against the rest of this text, in its standard deviations; this model has no records of its neurons.";
  }
  return "Score: mean activation on the selection over the root mean square of its layer; there are no records and no other text to compare with.";
}
