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
  /** exp of the mean negative log-probability of the scored tokens; null where there is none. */
  readonly perplexity: number | null;
}

/** Answer of `introspect score --choices`. Log-probabilities in nats, each of the token it stands with. */
export interface ChoicesResult {
  readonly about: Extract<About, "this">;
  readonly choices: readonly {
    readonly text: string;
    /** Its own tokens: those that the prompt alone does not have. */
    readonly ids: readonly number[];
    readonly logProbs: readonly number[];
    /** Sum over its tokens; the same by token and by UTF-8 byte (null for no bytes). */
    readonly logProb: number;
    readonly perToken: number;
    readonly perByte: number | null;
  }[];
  /** Index of the best choice by each score; of equal ones the first. */
  readonly best: { readonly total: number; readonly perToken: number; readonly perByte: number };
}
