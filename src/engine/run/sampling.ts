/** Choosing the next token from logits. */
import { EngineError } from "../engineError";

/** A chosen token and its log-probability in nats under the model's own distribution (temperature 1). */
export interface Choice {
  readonly id: number;
  readonly logProb: number;
}

/** The error for logits that say nothing: NaN or infinite, from broken weights or an edit far out of range. */
export function notFinite(): EngineError {
  return new EngineError("not-finite", "The model's logits are not finite numbers.", {
    next: "Use a smaller edit; without an edit, the checkpoint itself holds broken weights.",
  });
}

/**
 * The most likely token at temperature 0 (ties: the lowest id), else one drawn at that temperature.
 * @throws {EngineError} "not-finite"
 */
export function chooseToken(logits: Float32Array, temperature: number, random: () => number): Choice {
  let largest = -Infinity;
  let best = 0;
  for (let i = 0; i < logits.length; i++) {
    if (logits[i] > largest) [largest, best] = [logits[i], i];
  }
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - largest);
  if (!Number.isFinite(largest) || !Number.isFinite(sum)) throw notFinite();
  const id = temperature === 0 ? best : draw(logits, { largest, temperature }, random);
  return { id, logProb: logits[id] - largest - Math.log(sum) };
}

function draw(
  logits: Float32Array,
  { largest, temperature }: { largest: number; temperature: number },
  random: () => number,
): number {
  let sum = 0;
  for (const logit of logits) sum += Math.exp((logit - largest) / temperature);
  let rest = random() * sum;
  let last = 0;
  for (let i = 0; i < logits.length; i++) {
    const share = Math.exp((logits[i] - largest) / temperature);
    if (share === 0) continue;
    last = i;
    rest -= share;
    if (rest < 0) return i;
  }
  return last;
}
