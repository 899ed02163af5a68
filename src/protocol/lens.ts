/** Results of the logit lens. */
import type { LensChoice } from "./lensFile";
import type { About, RunWindow, ScoredToken, TokenInfo } from "./model";

/** One cell: what the residual stream at a row and position decodes to, about the next token. Natural logarithms. */
export interface LensCell {
  readonly pos: number;
  /** Nats. */
  readonly entropy: number;
  /** KL(output ‖ this row) in nats: what this row lacks of the model's own output, 0 in the last row. */
  readonly kl: number;
  /** Rank here of the last row's top token; 1 is first. */
  readonly rank: number;
  /** −log p of the token that follows in the text, nats; null where none follows. */
  readonly surprisal: number | null;
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

/** How one token fares at every row of a column: rank (1 is first) and log-probability in nats. */
export interface LensTrajectory {
  readonly id: number;
  readonly text: string | null;
  readonly rank: readonly number[];
  readonly logProb: readonly number[];
  /** Somebody chose to follow it; the others are the column's final top tokens. */
  readonly chosen?: true;
}

/**
 * How well each row foretells the text: the mean surprisal of tokens that follow, over the positions that count (not
 * position 0, not added ones, not a prefix). exp of it is the perplexity.
 */
export interface LensPerplexity {
  /** The surprisals are those of these tokens themselves. */
  readonly about: Extract<About, "this">;
  /** How many tokens the means are over; 0 leaves no means. */
  readonly tokens: number;
  /** Per row, nats. */
  readonly surprisal: readonly number[];
}

/** The depth of each token of a text, which is that of the column to its left; null without such a column. */
export interface LensDepths {
  readonly about: Extract<About, "this">;
  /** Where the text begins that the model saw, and whether it was cut there: its first tokens lack what stands before. */
  readonly start: number;
  readonly truncated: boolean;
  /** Rows there are; a depth is 0 … rows − 1. */
  readonly rows: number;
  readonly tokens: readonly TokenInfo[];
  readonly depth: readonly (number | null)[];
  /** The trained lens there is, and whether depths are read through it; absent where nobody asked. */
  readonly lens?: LensChoice;
}

/** What the Lens view shows: the last positions of a window, every row, and tokens followed through each column. */
export interface LensView extends LensResult {
  readonly window: RunWindow;
  /** Positions shown, ascending; each row's cells are in this order. */
  readonly positions: readonly number[];
  /** Per shown position: its own final top tokens, the best first, then the tokens that somebody chose. */
  readonly trajectories: readonly (readonly LensTrajectory[])[];
  /** Over the shown positions. */
  readonly perplexity: LensPerplexity;
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
