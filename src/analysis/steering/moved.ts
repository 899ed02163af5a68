/** Which tokens' probabilities the edits moved, behind the prompt. */
import type { Vocabulary } from "../../graph/runner";
import type { MovedToken, SteerResult } from "../../protocol/edit";
import { topK } from "../../tensor/topK";

/** Tokens listed each way. */
const listed = 10;

/** The tokens whose probability rose and fell most, from log-probabilities of the whole vocabulary. */
export function movedTokens(
  plain: Float64Array,
  steered: Float64Array,
  vocabulary: Vocabulary,
): NonNullable<SteerResult["moved"]> {
  const change = Float32Array.from(plain, (before, id) => Math.exp(steered[id]) - Math.exp(before));
  const named = (ids: readonly number[]): MovedToken[] =>
    ids.map((id) => ({ id, text: vocabulary.text(id), default: plain[id], steered: steered[id] }));
  return {
    up: named(topK(change, listed).filter((id) => change[id] > 0)),
    down: named(
      topK(
        change.map((x) => -x),
        listed,
      ).filter((id) => change[id] < 0),
    ),
  };
}
