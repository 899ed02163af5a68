/** Results about attention patterns. */
import type { About, RunWindow } from "./model";

/** One head's pattern over the shown positions: row-major, `rows[i]` is a query, `rows[i][j]` a key; a row and its `outside` sum to 1. */
export interface HeadPattern {
  readonly layer: number;
  readonly head: number;
  readonly rows: readonly (readonly number[])[];
  /** Per row, the share of its attention that lies on positions not shown, 0 … 1. */
  readonly outside: readonly number[];
  /** The same weights times the length of the key's value vector: a key that is attended to but has nothing to give is small. */
  readonly weighted?: readonly (readonly number[])[];
}

/** Shares of attention by which heads are sorted: each is a mean over queries, in [0, 1]. */
export interface HeadScores {
  readonly layer: number;
  readonly head: number;
  /** Mean pattern from each position to the one before it. */
  readonly previousToken: number;
  /** Mean pattern to earlier positions holding the same token. */
  readonly duplicate: number;
  /** Mean pattern to the positions that follow earlier copies of the query's token. */
  readonly induction: number;
  /** Mean pattern to position 0. */
  readonly firstToken: number;
  /** Mean entropy of the rows, in nats. */
  readonly entropy: number;
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
  readonly pattern: HeadPattern;
  readonly heads: readonly HeadScores[];
  /** What the heads were scored on: the window, or repeated random tokens (their second copy). "text" where it is left out. */
  readonly scoredOn?: HeadsScoredOn;
  readonly engineMs: number;
}
