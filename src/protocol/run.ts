/** Results of plain runs and of scoring, as the command line prints them. */
import type { About } from "./model";

/** Answer of `introspect run`. `reads` holds, per hook, its axes, shape and the l2 norm per position over all other axes. */
export interface RunSummary {
  /** `top` holds predictions of the token after each position. */
  readonly about: Extract<About, "next">;
  readonly ids: readonly number[];
  readonly top: readonly (readonly {
    readonly id: number;
    readonly text: string | null;
    readonly logit: number;
    readonly logProb: number;
  }[])[];
  readonly reads: Readonly<
    Record<
      string,
      { readonly axes: readonly string[]; readonly shape: readonly number[]; readonly l2: readonly number[] }
    >
  >;
}

/** Answer of `introspect score`. The first token has no log-probability. Rank 1 is the most likely token. */
export interface ScoreResult {
  /** Log-probability and rank are those of the token they stand with, predicted from its left. */
  readonly about: Extract<About, "this">;
  readonly tokens: readonly {
    readonly id: number;
    readonly logProb: number | null;
    readonly rank: number | null;
  }[];
  /** −Σ log2 p / UTF-8 bytes of the scored text; null for ids without a tokenizer. */
  readonly bitsPerByte: number | null;
}
