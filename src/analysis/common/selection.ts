/** Which positions of a window a selection of the document stands for. */
import { isCounted, type RunWindow } from "../../protocol/model";
import { AnalysisError } from "./analysisError";

/** A half-open range in the units of the window's token offsets. */
export interface SelectionRange {
  readonly start: number;
  readonly end: number;
}

/** Positions whose token overlaps the range by one unit; tokens that the tokenizer added cover nothing. */
export function coveredPositions(window: Pick<RunWindow, "tokens">, range: SelectionRange): number[] {
  if (range.end <= range.start) return [];
  return window.tokens.flatMap((token, pos) =>
    token.end > token.start && token.start < range.end && token.end > range.start ? [pos] : [],
  );
}

/** True where a position may be ranked and averaged: not position 0, an added token (attention sinks) or a custom prefix. */
export function isRanked(window: Pick<RunWindow, "tokens">, pos: number): boolean {
  return isCounted(window.tokens[pos], pos);
}

/**
 * The selection's positions, without position 0 and special tokens.
 * @throws {AnalysisError} "empty-selection" when none is left
 */
export function selectedPositions(window: RunWindow, range: SelectionRange): number[] {
  const covered = coveredPositions(window, range);
  const selected = covered.filter((pos) => isRanked(window, pos));
  if (selected.length > 0) return selected;
  const why =
    covered.length > 0
      ? "The selection holds only the first token of the text, which is an attention sink and is never ranked."
      : "The selection covers no token of the text.";
  const next =
    window.context === "document"
      ? "Select a few words further on."
      : "Select more than one token, or let the model see the text before the selection.";
  throw new AnalysisError("empty-selection", why, { next });
}

/** The selected position with the highest activation; for gated neurons, the highest magnitude. */
export function strongestOf(selected: readonly number[], activations: Float32Array, gated: boolean): number {
  const strength = (pos: number) => (gated ? Math.abs(activations[pos]) : activations[pos]);
  return selected.reduce((best, pos) => (strength(pos) > strength(best) ? pos : best));
}
