/** Results about attention patterns. */
import type { About, RunWindow, ScoredToken } from "./model";

/** Most positions that one picture of a pattern shows. */
export const mostShown = 512;

/** One head's pattern over the shown positions: row-major, `rows[i]` is a query, `rows[i][j]` a key, and what a row lacks at its end is 0; a row and its `outside` sum to 1. */
export interface HeadPattern {
  readonly layer: number;
  readonly head: number;
  readonly rows: readonly Float32Array[];
  /** Per row, the share of its attention that lies on positions not shown, 0 … 1. */
  readonly outside: readonly number[];
  /** The same weights times the length of the key's value vector: a key that is attended to but has nothing to give is small. */
  readonly weighted?: readonly Float32Array[];
  /** Length of the value vector at each shown position. */
  readonly valueNorms?: Float32Array;
}

/** All heads' patterns made small: `size` × `size` cells each, row-major, in order of layer and head; a cell is the largest weight of what it stands for, 255 is all. */
export interface HeadThumbnails {
  readonly size: number;
  readonly data: Uint8Array;
}

/** One step of a continuation: the row of the last position, and the token that comes after it. */
export interface AttentionStep {
  /** Weights on the shown positions. */
  readonly row: Float32Array;
  readonly outside: number;
  readonly weighted?: Float32Array;
  /** Length of the value vector at the last position. */
  readonly valueNorm?: number;
  /** The most likely next token. */
  readonly next: ScoredToken;
}

/** Shares of attention by which heads are sorted: each is a mean over queries, in [0, 1]; null where a text has none to score. */
export interface HeadScores {
  readonly layer: number;
  readonly head: number;
  /** Mean pattern from each position to the one before it. */
  readonly previousToken: number | null;
  /** Mean pattern to earlier positions holding the same token. */
  readonly duplicate: number | null;
  /** Mean pattern to the positions that follow earlier copies of the query's token. */
  readonly induction: number | null;
  /** Mean pattern to position 0. */
  readonly firstToken: number | null;
  /** Mean entropy of the rows, in nats. */
  readonly entropy: number | null;
}

/** What heads are scored on. */
export type HeadsScoredOn = "text" | "repeated";

/** Both, the default first. */
export const headsScoredOn: readonly HeadsScoredOn[] = ["text", "repeated"];

/** What the attention panel shows: one head large, all heads by their scores. */
export interface AttentionView {
  /** A weight stands on its key, read where the model stood on the query. */
  readonly about: Extract<About, "this">;
  readonly window: RunWindow;
  /** Positions shown, ascending, for queries and keys alike: the selection's, behind those of a custom prefix. */
  readonly positions: readonly number[];
  /** Selected positions behind the last shown one, left out because a pattern of so many is no picture. */
  readonly unshown: number;
  /** Log-probabilities of the tokens that the model wrote behind the text, which are the window's last; none where it wrote none. */
  readonly written?: readonly number[];
  readonly pattern: HeadPattern;
  readonly heads: readonly HeadScores[];
  /** What the heads were scored on: the window, or repeated random tokens (their second copy). "text" where it is left out. */
  readonly scoredOn?: HeadsScoredOn;
  /** Of the shown positions, whatever heads were scored on. */
  readonly thumbnails?: HeadThumbnails;
  readonly engineMs: number;
}
