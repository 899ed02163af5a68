/** Page ↔ extension host: the Direction panel. */
import type { ErrorData } from "../base/errors";
import type {
  DirectionHeader,
  DirectionReading,
  DirectionsCompared,
  DirectionsCorrelated,
} from "./direction";
import type { RunWindow } from "./model";

/** A direction of the workspace as the page lists it; a page knows its place in the list, never its address. */
export interface DirectionListed {
  readonly name: string;
  /** Path from the workspace's folder, as shown to the reader. */
  readonly file: string;
  readonly method: DirectionHeader["method"];
  readonly bestLayer: number;
  /** Held out, at the best layer. */
  readonly accuracy: number | null;
}

/** The text read along directions: the chosen one first. */
export interface ConceptReading {
  readonly window: RunWindow;
  /** Positions of the window that the scores are of. */
  readonly positions: readonly number[];
  readonly directions: readonly DirectionReading[];
}

/**
 * How many more tokens may be written behind a reading. Where text of the document comes before, its window moves on by
 * up to half of what the model sees to make room.
 */
export function roomBehind({ window: { ids, tokens, context } }: ConceptReading, nCtx: number): number {
  const written = tokens.filter(({ generated }) => generated).length;
  const movable = context === "document" ? Math.floor(nCtx / 2) - written : 0;
  return Math.max(0, nCtx - ids.length, movable);
}

/** Data of the Direction panel. */
export interface DirectionPanelData {
  readonly listed: readonly DirectionListed[];
  /** Which of the list is looked at. */
  readonly chosen: number;
  readonly header: DirectionHeader;
  /** Which are read beside it. */
  readonly also: readonly number[];
  /** Layers whose mean is painted; null: each direction's best one. */
  readonly layers: readonly number[] | null;
  /** Null where there is no text to read, or it could not be read. */
  readonly reading: ConceptReading | null;
  /** Why there is no reading. */
  readonly problem?: ErrorData;
  readonly compared: {
    readonly with: number;
    readonly cosines: DirectionsCompared;
    /** How their scores go together over a document, once that was asked for. */
    readonly correlated?: DirectionsCorrelated & { readonly document: string };
  } | null;
  /** Whether the editor has this direction's colours now. */
  readonly coloured: boolean;
}

/** What the Direction page asks of the host. Directions are named by their place in the list. */
export interface DirectionHostApi {
  "direction/choose": { params: { direction: number }; result: null };
  /** Paints the mean over these layers; null: each direction's best one. */
  "direction/layers": { params: { layers: readonly number[] | null }; result: null };
  /** Reads another direction beside the chosen one, or no longer. */
  "direction/also": { params: { direction: number; on: boolean }; result: null };
  /** Shows the cosines with another direction; null: with none. */
  "direction/compare": { params: { direction: number | null }; result: null };
  /** Correlates the two that are compared over the document. */
  "direction/correlate": { params: Record<string, never>; result: null };
  /** Has the model write so many tokens behind the text, each read as it comes. */
  "direction/continue": { params: { tokens: number }; result: null };
  /** Colours the editor by the chosen direction at the chosen layers. */
  "direction/colour": { params: Record<string, never>; result: null };
}
