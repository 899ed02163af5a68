/** Prediction depth. Source: Belrose et al., "Eliciting latent predictions from transformers with the tuned lens", 2023. */

/** The lowest row from which the top token no longer changes. Ids are one position's top tokens, from the first row up. */
export function depthOf(tops: readonly (number | undefined)[]): number {
  const final = tops[tops.length - 1];
  let depth = tops.length - 1;
  while (depth > 0 && tops[depth - 1] === final) depth--;
  return depth;
}
