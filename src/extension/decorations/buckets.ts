/** Which step of colour each token gets. Pure, so that it can be tested without an editor. */
import { colourLevels, type ColourSide, type ColourSign } from "../contributions";
import { isCounted, type TokenInfo } from "../../protocol/model";

/** A half-open range of offsets in the document. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/** A token that is coloured: its range in the document and the neuron's activation on it. */
export interface ColouredToken extends TextRange {
  readonly text: string | null;
  readonly activation: number;
}

/** Tokens by side and step: `positive[0]` is the weakest step above zero. A side that is left out has none. */
export type Buckets = Readonly<Partial<Record<ColourSide, readonly (readonly TextRange[])[]>>>;

/** A neuron's tokens by step. */
export type SignedBuckets = Readonly<Record<ColourSign, readonly (readonly ColouredToken[])[]>>;

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

/** Tokens that lie in some ranges of the document, sorted into their steps; positions that do not count are left out. */
export function bucketTokens(
  tokens: readonly TokenInfo[],
  activations: readonly number[],
  ranges: readonly TextRange[],
): SignedBuckets {
  const scale = scaleOf(tokens, activations);
  const buckets = { positive: emptySteps<ColouredToken>(), negative: emptySteps<ColouredToken>() };
  tokens.forEach((token, pos) => {
    const { start, end, text } = token;
    if (!isCounted(token, pos) || start >= end) return;
    if (!ranges.some((range) => start < range.end && end > range.start)) return;
    const activation = activations[pos] ?? 0;
    const level = levelOf(activation, scale);
    if (level > 0)
      buckets[activation > 0 ? "positive" : "negative"][level - 1]?.push({ start, end, text, activation });
  });
  return buckets;
}

/** A list for each step. */
export function emptySteps<Token>(): Token[][] {
  return Array.from({ length: colourLevels }, () => []);
}
