/** Which text the Lens reads. */
import type { RunContext } from "../../protocol/model";
import type { SeenRange } from "../documents/textTail";

/** A cursor and its selection as offsets in their document. */
export interface CursorOffsets {
  readonly start: number;
  readonly end: number;
  /** The end that moves: before the other one where the selection was made backwards. */
  readonly active: number;
  /** Where the cursor's line begins. */
  readonly lineStart: number;
}

/**
 * The text whose end the Lens shows: all up to the cursor; or, without the text before, the selection, else the
 * cursor's line up to the cursor. Before a cursor at the very beginning there is nothing: a selection made backwards
 * up to there is read to its end.
 */
export function lookedAt(
  { start, end, active, lineStart }: CursorOffsets,
  context: RunContext["kind"],
): SeenRange {
  if (context === "document") return { start: 0, end: active === 0 ? end : active };
  return start < end ? { start, end } : { start: lineStart, end: active };
}
