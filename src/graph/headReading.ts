/** How one attention head makes scores of the stream: what is linear in it, and what a run must freeze. */

/** A norm of queries or keys before they are rotated, as it stands on one head. */
export interface HeadSideNorm {
  readonly kind: "layer" | "rms";
  /** "head": each head by itself; "all": all heads' values together. */
  readonly over: "head" | "all";
  /** [dHead]; null where it has none. */
  readonly gain: Float32Array | null;
  readonly bias: Float32Array | null;
  readonly epsilon: number;
}

/** From what attention reads to one head's queries or keys. */
export interface HeadSide {
  /** [dHead] vectors of dModel entries each: entry d of a query is `weight[d]` · x + `bias[d]`. */
  readonly weight: readonly Float32Array[];
  readonly bias: Float32Array;
  readonly norm: HeadSideNorm | null;
}

/** Rotation of a head's first entries, by position: tables [position, dRotary] with the factor in them. */
export interface HeadRotation {
  readonly dRotary: number;
  readonly pairs: "halves" | "neighbours";
  readonly cos: Float32Array;
  readonly sin: Float32Array;
  /** What cosine and sine are multiplied by (1 but for YaRN and its like). */
  readonly factor: number;
}

/** One head as its scores are made, for a run of some length. */
export interface HeadReading {
  /** The norm before attention; null where it reads the stream as it is. */
  readonly norm: "ln1" | null;
  readonly kvHead: number;
  readonly q: HeadSide;
  readonly k: HeadSide;
  /** Queries and keys are clamped to ± this after their norms; null: they are not. */
  readonly clip: number | null;
  readonly rotation: HeadRotation | null;
  readonly scoreScale: number;
  /** Scores s become cap · tanh(s / cap). */
  readonly softCap: number | null;
  /** What is added to the score of each key, [position]; null: nothing. */
  readonly bias: Float32Array | null;
}
