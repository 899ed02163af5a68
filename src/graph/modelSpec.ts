/** A decoder as data: which parts it is made of and where their weights lie. Families are declarations of this kind. */
import type { ModelSizes } from "../protocol/model";

/** A matrix product with an optional bias, by the checkpoint's tensor names. */
export interface LinearSpec {
  readonly weight: string;
  /** "in-out": the tensor is [in, out] (GPT-2's Conv1D); "out-in": [out, in] (everyone else's Linear). */
  readonly layout: "in-out" | "out-in";
  readonly bias: string | null;
}

/** A normalisation over dModel. Gain and bias are null where the family has none. */
export interface NormSpec {
  readonly kind: "layer" | "rms";
  readonly gain: string | null;
  readonly bias: string | null;
  readonly epsilon: number;
}

/** Nonlinearities of an MLP. */
export type Activation =
  "gelu" | "gelu-tanh" | "gelu-quick" | "relu" | "silu" | "tanh" | "relu-squared" | "identity";

/** Where queries, keys and values come from. A fused projection holds q, k, v one after the other. */
export type QkvSpec =
  | { readonly kind: "fused"; readonly linear: LinearSpec }
  | { readonly kind: "separate"; readonly q: LinearSpec; readonly k: LinearSpec; readonly v: LinearSpec };

/** One block: attention and MLP in series, each behind its norm. */
export interface BlockSpec {
  readonly ln1: NormSpec;
  readonly qkv: QkvSpec;
  readonly out: LinearSpec;
  /** What q·k is multiplied by before the softmax. */
  readonly scoreScale: number;
  readonly ln2: NormSpec;
  readonly mlpIn: LinearSpec;
  /** For gated MLPs the gate, whose activation multiplies `mlpIn`. */
  readonly mlpGate: LinearSpec | null;
  readonly mlpOut: LinearSpec;
  readonly activation: Activation;
}

/** Rotary settings: frequencies for a run over n positions, and a factor on cosine and sine. */
export interface RotarySpec {
  readonly kind: "rotary";
  /** Inverse frequencies, dHead / 2 of them, for a run of `length` positions in all. */
  readonly inverseFrequencies: (length: number) => Float64Array;
  /** Multiplies cosine and sine (YaRN's attention factor; 1 elsewhere). */
  readonly factor: number;
  /** True when frequencies depend on the run's length beyond this many positions: cached keys do not hold then. */
  readonly dynamicBeyond: number | null;
}

/** How positions enter: a learned table added to the embedding, or a rotation of queries and keys. */
export type PositionSpec = { readonly kind: "learned"; readonly weight: string } | RotarySpec;

/** A whole decoder. */
export interface ModelSpec extends ModelSizes {
  readonly positions: PositionSpec;
  /** Tensor [vocab, dModel]. */
  readonly embed: string;
  readonly blocks: readonly BlockSpec[];
  readonly finalNorm: NormSpec;
  /** Tensor [vocab, dModel]; the embedding's when tied. */
  readonly unembed: string;
  /** What was odd about the checkpoint but has one plain reading, as sentences. */
  readonly warnings: readonly string[];
}
