/** Which step of colour each token of a neuron gets. Pure, so that it can be tested without an editor. */
import { colourLevels, type ColourSign } from "../contributions";
import { isCounted, type TokenInfo } from "../../protocol/model";

/** A token that is coloured: its range in the document and the neuron's activation on it. */
export interface ColouredToken {
  readonly start: number;
  readonly end: number;
  readonly text: string | null;
  readonly activation: number;
}

/** Tokens by step: `positive[0]` is the weakest step above zero. */
export type Buckets = Readonly<Record<ColourSign, readonly (readonly ColouredToken[])[]>>;

/** The largest |activation| that colours are measured against, among the positions that count. */
export function scaleOf(tokens: readonly TokenInfo[], activations: readonly number[]): number {
  let most = 0;
  for (let pos = 1; pos < tokens.length; pos++) {
    const size = Math.abs(activations[pos] ?? 0);
    if (tokens[pos] && isCounted(tokens[pos], pos) && Number.isFinite(size)) most = Math.max(most, size);
  }
  return most;
}

/** Step of an activation on a scale: 1 … `colourLevels`, or 0 for what is too near to zero to be shown. */
export function levelOf(activation: number, scale: number): number {
  if (!(scale > 0) || !Number.isFinite(activation)) return 0;
  return Math.min(colourLevels, Math.round((Math.abs(activation) / scale) * colourLevels));
}

/** Tokens that lie in [from, to) of the document, sorted into their steps; positions that do not count are left out. */
export function bucketTokens(
  tokens: readonly TokenInfo[],
  activations: readonly number[],
  ranges: readonly { readonly from: number; readonly to: number }[],
): Buckets {
  const scale = scaleOf(tokens, activations);
  const empty = (): ColouredToken[][] => Array.from({ length: colourLevels }, () => []);
  const buckets = { positive: empty(), negative: empty() };
  tokens.forEach((token, pos) => {
    const { start, end, text } = token;
    if (!isCounted(token, pos) || start >= end) return;
    if (!ranges.some(({ from, to }) => start < to && end > from)) return;
    const activation = activations[pos] ?? 0;
    const level = levelOf(activation, scale);
    if (level > 0)
      buckets[activation > 0 ? "positive" : "negative"][level - 1]?.push({ start, end, text, activation });
  });
  return buckets;
}
