/** Choosing the next token from logits. */
import type { Sampling } from "../../protocol/edit";
import { topK } from "../../tensor/topK";
import { EngineError } from "../engineError";

/** A token and its log-probability in nats under the model's own distribution (temperature 1, nothing left out). */
export interface Choice {
  readonly id: number;
  readonly logProb: number;
}

/** How one token is chosen; see `Sampling`. */
export type ChoiceRule = Pick<Sampling, "temperature" | "topK" | "topP" | "alternatives">;

/** A chosen token with the most likely ones beside it, best first; `alternatives` is empty where none were asked for. */
export interface ChosenToken extends Choice {
  readonly alternatives: readonly Choice[];
}

/** The error for logits that say nothing: NaN or infinite, from broken weights or an edit far out of range. */
export function notFinite(): EngineError {
  return new EngineError("not-finite", "The model's logits are not finite numbers.", {
    next: "Use a smaller edit; without an edit, the checkpoint itself holds broken weights.",
  });
}

/**
 * The most likely token at temperature 0 (ties: the lowest id), else one drawn: logits are divided by the temperature,
 * then all but the `topK` largest are left out, then all but the fewest whose probabilities reach `topP`, in the order
 * of Hugging Face's generation (Holtzman et al., 2020, for top-p).
 * @param random  uniform numbers in [0, 1); asked once per drawn token
 * @param forced  the token that is taken whatever the rule says
 * @throws {EngineError} "not-finite"
 */
export function chooseToken(
  logits: Float32Array,
  rule: ChoiceRule,
  random: () => number,
  forced?: number,
): ChosenToken {
  let largest = -Infinity;
  let best = 0;
  for (let i = 0; i < logits.length; i++) {
    if (logits[i] > largest) [largest, best] = [logits[i], i];
  }
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - largest);
  if (!Number.isFinite(largest) || !Number.isFinite(sum)) throw notFinite();
  const logProb = (id: number): number => logits[id] - largest - Math.log(sum);
  const id = forced ?? (rule.temperature === 0 ? best : draw(logits, largest, rule, random));
  const listed = topK(logits, rule.alternatives ?? 0);
  return {
    id,
    logProb: logProb(id),
    alternatives: listed.map((one) => ({ id: one, logProb: logProb(one) })),
  };
}

function draw(logits: Float32Array, largest: number, rule: ChoiceRule, random: () => number): number {
  const share = (i: number): number => Math.exp((logits[i] - largest) / rule.temperature);
  const kept = candidates(logits, share, rule);
  const n = kept?.length ?? logits.length;
  const at = (j: number): number => kept?.[j] ?? j;
  let sum = 0;
  for (let j = 0; j < n; j++) sum += share(at(j));
  let rest = random() * sum;
  let last = at(0);
  for (let j = 0; j < n; j++) {
    const own = share(at(j));
    if (own === 0) continue;
    last = at(j);
    rest -= own;
    if (rest < 0) return last;
  }
  return last;
}

/** Ids that may be drawn, best first; null for all of them. */
function candidates(
  logits: Float32Array,
  share: (i: number) => number,
  { topK: k = 0, topP = 1 }: ChoiceRule,
): readonly number[] | null {
  const isCut = k > 0 && k < logits.length;
  if (topP >= 1) return isCut ? topK(logits, k) : null;
  if (isCut) {
    const best = topK(logits, k);
    const total = best.reduce((sum, i) => sum + share(i), 0);
    return reaching(best, share, topP * total) ?? best;
  }
  let total = 0;
  for (let i = 0; i < logits.length; i++) total += share(i);
  for (let n = firstTried; ; n *= 16) {
    const best = topK(logits, n);
    const reached = reaching(best, share, topP * total);
    if (reached !== null || best.length === logits.length) return reached;
  }
}

/** How many of the best are looked at first when a share of the probability is asked for. */
const firstTried = 128;

/** The fewest of the best whose shares reach a sum; null when they do not. */
function reaching(best: readonly number[], share: (i: number) => number, wanted: number): number[] | null {
  let sum = 0;
  for (const [n, i] of best.entries()) {
    sum += share(i);
    if (sum >= wanted) return best.slice(0, n + 1);
  }
  return null;
}
