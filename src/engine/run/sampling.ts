/** Choosing the next token from logits. */

/** A chosen token and its log-probability in nats under the model's own distribution (temperature 1). */
export interface Choice {
  readonly id: number;
  readonly logProb: number;
}

/** The most likely token at temperature 0 (ties: the lowest id), else one drawn at that temperature. */
export function chooseToken(logits: Float32Array, temperature: number, random: () => number): Choice {
  let largest = -Infinity;
  let best = 0;
  for (let i = 0; i < logits.length; i++) {
    if (logits[i] > largest) [largest, best] = [logits[i], i];
  }
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - largest);
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
