/** Distributions over the vocabulary, and how far one is from another. */

/** Log-probabilities, in nats, of logits. */
export function logSoftmax(logits: Float32Array): Float64Array {
  let max = -Infinity;
  for (const x of logits) max = Math.max(max, x);
  let sum = 0;
  for (const x of logits) sum += Math.exp(x - max);
  const total = max + Math.log(sum);
  return Float64Array.from(logits, (x) => x - total);
}

/** KL(p ‖ q) of two lists of log-probabilities, nats; never below 0. */
export function divergence(p: Float64Array, q: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < p.length; i++) if (p[i] > -Infinity) sum += Math.exp(p[i]) * (p[i] - q[i]);
  return Math.max(0, sum);
}
