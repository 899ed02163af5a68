/**
 * How far an edit moves the next token's distribution, split by which tokens it should favour (the aligned ones) and
 * which are the rest: effectiveness is the rise of the aligned ones as a whole, disruption what moves within the two
 * sets. KL(edited ‖ plain) is the KL of the sets' two probabilities plus the disruption.
 *
 * Source: activation additions, Turner et al., 2023 (their measures of effectiveness and disruption).
 */
import type { AlignedParts } from "../../../protocol/edit";

/** The parts of two distributions, given as log-probabilities of the whole vocabulary. */
export function alignedParts(
  plain: Float64Array,
  edited: Float64Array,
  aligned: readonly number[],
): AlignedParts {
  const chosen = new Set(aligned);
  const rest = Array.from(plain.keys()).filter((id) => !chosen.has(id));
  return {
    effectiveness: logSum(edited, aligned) - logSum(plain, aligned),
    disruption: within(edited, plain, aligned) + within(edited, plain, rest),
    kl: { aligned: terms(plain, edited, aligned), rest: terms(plain, edited, rest) },
  };
}

/** Log of the summed probabilities of some tokens. */
export function logSum(logProbs: Float64Array, ids: readonly number[]): number {
  const max = ids.reduce((most, id) => Math.max(most, logProbs[id]), -Infinity);
  if (max === -Infinity) return -Infinity;
  return max + Math.log(ids.reduce((sum, id) => sum + Math.exp(logProbs[id] - max), 0));
}

/** p(set) · KL(p ‖ q) of the tokens of a set, once it is known that the token is one of them. */
function within(p: Float64Array, q: Float64Array, ids: readonly number[]): number {
  const [ofP, ofQ] = [logSum(p, ids), logSum(q, ids)];
  if (ofP === -Infinity) return 0;
  return Math.max(0, terms(p, q, ids) - Math.exp(ofP) * (ofP - ofQ));
}

/** Σ p · log(p / q) over some tokens. */
function terms(p: Float64Array, q: Float64Array, ids: readonly number[]): number {
  return ids.reduce((sum, id) => (p[id] > -Infinity ? sum + Math.exp(p[id]) * (p[id] - q[id]) : sum), 0);
}
