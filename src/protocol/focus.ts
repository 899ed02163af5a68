/** What is looked at, in the words of the boundary to a page: shared by all panels and the editor. */
import type { OffsetRange } from "./engineApi";

/** The token that is pointed at, where the page's own document has it; complete each time, `seq` grows. */
export interface Pointed {
  readonly seq: number;
  /** UTF-16 offsets in the document the page shows; null while nothing of it is pointed at. */
  readonly range: OffsetRange | null;
}

/** A token that was chosen, and the layer where one was: the panels that are open follow it. */
export interface ChosenPlace extends OffsetRange {
  readonly layer: number | null;
}
