/** Sentences about one edge. */
import type { EdgeBlock, BlockMode, WhyAttention } from "../../../src/protocol/attentionEdge";
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

/** Where an effect stands among its controls. */
export function blockSentence(
  percentile: number | null,
  { weight, controls }: Pick<EdgeBlock, "weight" | "controls">,
): string {
  if (percentile === null) return "There is no other edge of this query to compare with.";
  const weights = controls.map((one) => one.weight).sort((a, b) => a - b);
  const [median, most] = [weights[Math.floor(weights.length / 2)], weights[weights.length - 1]];
  return (
    `Larger in size than ${percent(percentile)} of ${controls.length} random other edges of the same query and layer (ticks), blocked the same way. ` +
    // Edges that carry nothing change nothing: without the weights the share would say more than it does.
    `These carry a weight of ${percent(median)} in the median and ${percent(most)} at most, this one ${percent(weight)}.`
  );
}
