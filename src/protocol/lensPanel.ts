/** What the Lens page has beside the lens itself. */
import type { LensPerplexity, LensView } from "./lens";

/** A token that is followed through the rows, as its text reads. */
export interface FollowedToken {
  readonly id: number;
  readonly text: string | null;
}

/** Most tokens that are followed at once. */
export const mostFollowed = 5;

/** A lens that was kept to look at beside later ones. It stays as it was. */
export interface PinnedLens {
  readonly view: LensView;
  readonly document: string;
  /** Folder of the model it is of. */
  readonly model: string;
  /** What stood before the cursor, shortened to its end. */
  readonly text: string;
}

/** Marks in the editor that the page switches. */
export type LensMark = "depth" | "inline";

/** The lens at the cursor, and what somebody arranged around it. */
export interface LensPanelData extends LensView {
  readonly followed: readonly FollowedToken[];
  /** Over the selected text; null where nothing is selected. */
  readonly selected: LensPerplexity | null;
  readonly pinned: PinnedLens | null;
  readonly marks: Readonly<Record<LensMark, boolean>>;
}
