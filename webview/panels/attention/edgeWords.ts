/** Sentences about one edge. */
import type { EdgeBlock, EdgeControls, BlockMode, WhyAttention } from "../../../src/protocol/attentionEdge";
import { number, percent } from "../../shared/format";

/** What each kind of block is. */
export const blockWords: Readonly<Record<BlockMode, string>> = {
  before: "The score becomes −∞: the row’s other weights grow until they sum to 1 again.",
  after: "The weight becomes 0 and the others stay as they are: the row sums to less than 1.",
};

/** The score, its mean and what the parts add up to. */
export function whySentence({
  uncapped,
  mean,
  nKeys,
  centred,
  sum,
  residual,
  weight,
  rotation,
}: WhyAttention): string {
  const keys = nKeys === 1 ? "1 key" : `${nKeys} keys`;
  const turned = rotation === null ? "" : ` The rotation by distance makes ${number(rotation)} of it.`;
  return `Weight ${percent(weight)}. Score ${number(uncapped)}, less the mean ${number(mean)} over ${keys}: ${number(centred)}. All parts add up to ${number(sum)} (off by ${number(Math.abs(residual))}).${turned}`;
}

/** What the edges are that one is compared with, as one chooses them. */
export const controlNames: Readonly<Record<EdgeControls, string>> = {
  matched: "edges of like weight",
  random: "random edges",
};

/** Where an effect stands among its controls, and how much these carry. */
export function blockSentence(
  percentile: number | null,
  { weight, compared, controls }: Pick<EdgeBlock, "weight" | "compared" | "controls">,
): string {
  if (percentile === null) return "There is no other edge of this query to compare with.";
  const weights = controls.map((one) => one.weight).sort((a, b) => a - b);
  const [least, median, most] = [weights[0], weights[Math.floor(weights.length / 2)], weights.at(-1)];
  const which =
    compared === "matched"
      ? `the ${controls.length} edges of the same query and layer, in any head, that are nearest in weight`
      : `${controls.length} random other edges of the same query and layer`;
  // Edges that carry nothing change nothing: without the weights the share would say more than it does.
  const carried = `These carry ${percent(least)} to ${percent(most)}, ${percent(median)} in the median; this one ${percent(weight)}.`;
  return `Larger in size than ${percent(percentile)} of ${which} (ticks), blocked the same way. ${carried}`;
}
