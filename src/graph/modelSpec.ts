/**
 * A decoder as data: which parts it is made of and where their weights lie. Families are declarations of this kind.
 * Weights are named as the checkpoint names them, or as rows of such a tensor (`rowsOf`).
 */
import type { ModelSizes } from "../protocol/model";

/** A matrix product with an optional bias. */
export interface LinearSpec {
  readonly weight: string;
  /** "in-out": the tensor is [in, out] (GPT-2's Conv1D); "out-in": [out, in] (everyone else's Linear). */
  readonly layout: "in-out" | "out-in";
  readonly bias: string | null;
}

/** A normalisation over dModel: LayerNorm ("layer") or RMSNorm ("rms"). Gain and bias are null where it has none. */
export interface NormSpec {
  readonly kind: "layer" | "rms";
  readonly gain: string | null;
  /** The tensor holds the gain less 1 (Gemma, Nemotron). */
  readonly plusOne: boolean;
  readonly bias: string | null;
  readonly epsilon: number;
}

/** A normalisation of queries or keys before they are turned by their positions. */
export interface HeadNormSpec extends Omit<NormSpec, "gain"> {
  /** "head": each head by itself; "all": all heads' values together. */
  readonly over: "head" | "all";
  /** [dHead] for all heads, [head, dHead], or (over "all") [head · dHead]; a list has one tensor [dHead] per head. */
  readonly gain: string | readonly string[] | null;
}

/** Nonlinearities of an MLP. */
export type Activation =
  | "gelu"
  | "gelu-tanh"
  | "gelu-quick"
  | "gelu-clipped"
  | "relu"
  | "relu-squared"
  | "relu-clipped"
  | "relu-leaky"
  | "silu"
  | "mish"
  | "laplace"
  | "tanh"
  | "sigmoid"
  | "identity";

/**
 * Where queries, keys and values come from. "fused": one product whose outputs hold all queries, then keys, then
 * values. "grouped": its outputs are `groups` equal pieces, each with so many heads of `parts` one after the other
 * (GPT-NeoX: a piece per head with one of each; Falcon: a piece per key/value head with its queries).
 */
export type QkvSpec =
  | { readonly kind: "fused"; readonly linear: LinearSpec }
  | {
      readonly kind: "grouped";
      readonly linear: LinearSpec;
      readonly groups: number;
      readonly parts: readonly { readonly of: "q" | "k" | "v"; readonly heads: number }[];
    }
  | { readonly kind: "separate"; readonly q: LinearSpec; readonly k: LinearSpec; readonly v: LinearSpec };

/** Rotary settings: frequencies for a run over n positions, and a factor on cosine and sine. */
export interface RotarySpec {
  /** First so many of a head's dimensions are turned, the others kept. */
  readonly dRotary: number;
  /** "halves": dimension i is paired with i + dRotary / 2; "neighbours": 2i with 2i + 1. */
  readonly pairs: "halves" | "neighbours";
  /** Inverse frequencies, dRotary / 2 of them, for a run of `length` positions in all. */
  readonly inverseFrequencies: (length: number) => Float64Array;
  /** Multiplies cosine and sine (YaRN's attention factor; 1 elsewhere). */
  readonly factor: number;
  /** Frequencies depend on the run's length beyond this many positions: cached keys do not hold then. Null: never. */
  readonly dynamicBeyond: number | null;
}

/** Attention with linear biases: what is added to the scores of a key, for a run of `length` positions in all. */
export interface AlibiSpec {
  readonly bias: (head: number, key: number, length: number) => number;
}

/** Attention of one block, in the order: projections, clip, query and key norms, rotation, scores, softmax, output. */
export interface AttentionSpec {
  readonly qkv: QkvSpec;
  readonly out: LinearSpec;
  /** Queries, keys and values are clamped to ± this; queries and keys that are normed, after their norm. */
  readonly clip: number | null;
  readonly qNorm: HeadNormSpec | null;
  readonly kNorm: HeadNormSpec | null;
  readonly rotary: RotarySpec | null;
  /** What q·k is multiplied by before the softmax. */
  readonly scoreScale: number;
  /** Scores s become cap · tanh(s / cap). */
  readonly softCap: number | null;
  readonly alibi: AlibiSpec | null;
  /** A query sees its own key and the ones before it, so many in all; null: all of them. */
  readonly window: number | null;
}

/** An MLP of two matrices, and one whose gate's activation multiplies `in`. */
export interface DenseMlpSpec {
  readonly kind: "dense";
  readonly in: LinearSpec;
  readonly gate: LinearSpec | null;
  readonly out: LinearSpec;
  readonly activation: Activation;
}

/**
 * A mixture of experts: a token's `topK` experts by the softmax of the router, weighted by it, and perhaps one that
 * sees every token, weighted by the sigmoid of its own gate.
 */
export interface ExpertsMlpSpec {
  readonly kind: "experts";
  readonly router: LinearSpec;
  readonly topK: number;
  /** The chosen experts' weights are divided by their sum. */
  readonly normalised: boolean;
  readonly experts: readonly DenseMlpSpec[];
  readonly shared: { readonly mlp: DenseMlpSpec; readonly gate: LinearSpec | null } | null;
}

/** What a block has beside attention. */
export type MlpSpec = DenseMlpSpec | ExpertsMlpSpec;

/** One block. */
export interface BlockSpec {
  /**
   * "pre": attention and MLP in series, ln1 and ln2 before them; "post": in series, ln1 and ln2 on the stream after
   * each was added; "parallel": both read the block's input and are added together.
   */
  readonly order: "pre" | "post" | "parallel";
  /** What outputs are added to: the stream, or what ln1 and ln2 made of it (a setting of BLOOM). */
  readonly addedTo: "stream" | "normed";
  readonly ln1: NormSpec | null;
  readonly attention: AttentionSpec;
  /** A norm of attention's output before it is added. */
  readonly ln1Post: NormSpec | null;
  /** "ln1": the MLP of a parallel block reads what attention reads. */
  readonly ln2: NormSpec | "ln1" | null;
  /** Null: attention alone. */
  readonly mlp: MlpSpec | null;
  /** A norm of the MLP's output before it is added. */
  readonly ln2Post: NormSpec | null;
  /** Multiplies both outputs before they are added. */
  readonly residualScale: number;
}

/** What positions add to the embedding: rows of a table [nCtx, dModel], computed rows [dModel], or nothing. */
export type PositionSpec =
  | { readonly kind: "learned"; readonly weight: string }
  | { readonly kind: "sinusoidal"; readonly row: (position: number) => Float32Array }
  | { readonly kind: "none" };

/** From ids to the first residual stream: a row of `weight`, times `scale`, through `project`; positions added; normed. */
export interface EmbedSpec {
  /** Tensor [vocab, width]; width is dModel where there is no projection. */
  readonly weight: string;
  readonly scale: number;
  readonly project: LinearSpec | null;
  readonly norm: NormSpec | null;
}

/** From the final norm to logits: through `project`, `weight` and `bias`, times `scale`, then cap · tanh(x / cap). */
export interface UnembedSpec {
  /** Tensor [vocab, width]; the embedding's when tied. */
  readonly weight: string;
  readonly bias: string | null;
  readonly project: LinearSpec | null;
  readonly scale: number;
  readonly softCap: number | null;
}

/** A whole decoder. */
export interface ModelSpec extends ModelSizes {
  readonly embed: EmbedSpec;
  readonly positions: PositionSpec;
  /** False: every position sees every other. */
  readonly causal: boolean;
  readonly blocks: readonly BlockSpec[];
  readonly finalNorm: NormSpec | null;
  readonly unembed: UnembedSpec;
  /** What was odd about the checkpoint but has one plain reading, as sentences. */
  readonly warnings: readonly string[];
}

/**
 * True when a run of `length` positions must be computed in one piece, without cached keys: where positions see later
 * ones, and where the rotary frequencies of so long a run depend on its length.
 */
export function runsWhole(spec: ModelSpec, length: number): boolean {
  const dynamic = (beyond: number | null | undefined): boolean => length > (beyond ?? Infinity);
  return !spec.causal || spec.blocks.some(({ attention }) => dynamic(attention.rotary?.dynamicBeyond));
}
