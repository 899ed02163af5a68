/** Places of a text where a neuron is strong, with the text around them. */
import type { RunWindow } from "../../protocol/model";
import type { NeuronPlace } from "../../protocol/neurons";
import { indices } from "./reads";
import { isRanked } from "./selection";

/** Places listed. */
export const mostPlaces = 6;
/** Tokens shown on either side of a place. */
export const tokensAround = 8;

/** A neuron's activations over a window, and which way counts as strong: −1 where it is negative on the selection. */
export interface Strip {
  readonly activations: Float32Array;
  readonly sign: 1 | -1;
}

/** The strongest places of the window that are not selected, the strongest first. */
export function windowPlaces(
  window: RunWindow,
  { activations, sign }: Strip,
  selected: readonly number[],
): NeuronPlace[] {
  const taken = new Set(selected);
  const strong = indices(activations.length)
    .filter((pos) => isRanked(window, pos) && !taken.has(pos) && sign * activations[pos] > 0)
    .sort((a, b) => sign * (activations[b] - activations[a]) || a - b);
  return strong.slice(0, mostPlaces).map((pos) => ({
    pos,
    activation: activations[pos],
    token: window.tokens[pos],
    before: textOf(window, pos - tokensAround, pos),
    after: textOf(window, pos + 1, pos + 1 + tokensAround),
  }));
}

/** Text of a range of positions; tokens that share a character bring it once. */
function textOf(window: RunWindow, from: number, to: number): string {
  let text = "";
  let covered = from > 0 ? (window.tokens[from - 1]?.end ?? 0) : 0;
  for (const token of window.tokens.slice(Math.max(0, from), Math.max(0, to))) {
    if (token.prefix || (token.special && token.end === token.start)) continue;
    if (token.end > covered) text += token.text ?? ` ${token.id}`;
    covered = Math.max(covered, token.end);
  }
  return text;
}
