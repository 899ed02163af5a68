/** Results of the logit lens. */
import type { LensChoice } from "./lensFile";
import type { About, RunWindow, ScoredToken } from "./model";

/** One cell: what the residual stream at a row and position decodes to, about the next token. Entropy in nats. */
export interface LensCell {
  readonly pos: number;
  readonly entropy: number;
  readonly top: readonly ScoredToken[];
}

/** One row: row l is `blocks.l.hook_resid_pre`, the last `blocks.{L-1}.hook_resid_post`. */
export interface LensRow {
  readonly layer: number;
  readonly positions: readonly LensCell[];
}

/** Answer of `introspect lens`. */
export interface LensResult {
  /** Cells, and what is made of a column of them, are about the token after the position. */
  readonly about: Extract<About, "next">;
  readonly layers: readonly LensRow[];
}

/** How the final top prediction of one position fares at every row: rank (1 is first) and log-probability in nats. */
export interface LensTrajectory {
  readonly id: number;
  readonly text: string | null;
  readonly rank: readonly number[];
  readonly logProb: readonly number[];
}

/** What the Lens view shows: the last positions of a window, every row, and the trajectory of the last position. */
export interface LensView extends LensResult {
  readonly window: RunWindow;
  /** Positions shown, ascending; each row's cells are in this order. */
  readonly positions: readonly number[];
  /** Of the last position's final top tokens, the best first. */
  readonly trajectories: readonly LensTrajectory[];
  /**
   * Per shown position: the lowest row of its column from which the top token no longer changes. Like the column, about
   * the next token: the depth of a token of the text is that of the column to its left.
   */
  readonly depth: readonly number[];
  /** The trained lens there is, and whether this is read through it; absent where nobody asked. */
  readonly lens?: LensChoice;
  /** Milliseconds the engine took, queueing excluded. */
  readonly engineMs: number;
  /** How many of the shown columns were computed anew for this answer. */
  readonly columnsComputed: number;
}
