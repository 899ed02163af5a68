/** What an analysis needs of a model: runs with reads and edits, decoding, a few weights, token texts. */
import type { WorkOptions } from "../base/cancel";
import type { Edit, Sampling } from "../protocol/edit";
import type { ModelInfo } from "../protocol/model";
import type { Explanation } from "../protocol/neurons";
import type { Tensor } from "../tensor/tensor";
import type { HeadReading } from "./headReading";

/**
 * What a read leaves of a hook's value, computed before anything leaves the graph:
 * - "norm": the l2 norm per (query) position over all other axes, [pos]; masked scores count as 0;
 * - "top": the k largest along the last axis, the largest first, [.., k], with their indices (−1 where there are fewer);
 * - "mean": the mean over the read positions, the other axes as they are;
 * - "statistics": mean, deviation (of the whole, not of a sample), least and most over the read positions,
 *   [statistic, other axes];
 * - "projection": products with directions [n, D], D being the entries read at a position: [pos, direction].
 * "mean", "statistics" and "projection" are not for attention scores and patterns.
 */
export type ReadReduction =
  | { readonly kind: "norm" }
  | { readonly kind: "top"; readonly k: number }
  | { readonly kind: "mean" }
  | { readonly kind: "statistics" }
  | { readonly kind: "projection"; readonly directions: readonly ArrayLike<number>[] };

/** A hook to read. Left-out lists mean all; `positions` are ascending indices into the run's ids. */
export interface ReadSpec {
  readonly hook: string;
  readonly positions?: readonly number[];
  readonly heads?: readonly number[];
  readonly neurons?: readonly number[];
  readonly reduce?: ReadReduction;
  /** Name under which the run brings it, where one hook is read several times; the hook's own by default. */
  readonly as?: string;
}

/**
 * One run over ids. Edits are numeric and full width, or name another run by its ids (analysis/common/editValue.ts makes
 * them so): `value` is [D] or [n, D] with D the hook's whole width (see protocol/edit.ts), or `{ids}`; the runner
 * refuses texts, differences and files.
 */
export interface RunPlan {
  readonly ids: readonly number[];
  readonly reads: readonly ReadSpec[];
  readonly edits?: readonly Edit[];
  /** "prefix" (default) reuses cached keys and values of the same tokens; "none" computes every position anew. */
  readonly cache?: "prefix" | "none";
  /** Most positions computed at once; left out, 256. Where it changes anything, it is the order in which sums are made. */
  readonly chunk?: number;
}

/**
 * What was read, by the hook's name (or `as`), without a batch axis: residual [pos, dModel]; q, k, v, z
 * [pos, head, dHead]; head results [pos, head, dModel]; pattern and scores [head, queryPos, keyPos]; mlp [pos, dMlp];
 * norm scales [pos, one]; or what `ReadReduction` makes of them.
 */
export interface RunReads {
  readonly reads: ReadonlyMap<string, Tensor>;
  /** For reads of kind "top", the indices along the last axis, shaped as the values. */
  readonly indices?: ReadonlyMap<string, Tensor>;
}

/** How rows of a residual stream decode: through final norm, unembedding, scale and soft cap. Natural logarithms. */
export interface Decoded {
  /** Per row, the k most likely tokens, best first: ids, logits. */
  readonly ids: readonly (readonly number[])[];
  readonly logits: readonly (readonly number[])[];
  /** Per row, log Σ exp(logit); a log-probability is a logit less this. */
  readonly logSumExp: readonly number[];
  /** Per row, entropy of the distribution in nats. */
  readonly entropy: readonly number[];
  /** Per row, for each tracked id: logit and rank (1 is first). Empty when nothing is tracked. */
  readonly tracked: readonly (readonly { readonly logit: number; readonly rank: number }[])[];
  /** Per row, KL(row it is compared with ‖ row) in nats; empty where nothing is compared. */
  readonly divergence: readonly number[];
}

/**
 * Rows compared with others of the same request: `to` names one for each, and a few of that one's most likely tokens
 * (`follow`) are tracked in each row, behind the ids of `track` (as many in every row).
 */
export interface RowComparison {
  readonly to: readonly number[];
  readonly follow: number;
}

/** Rows to decode: float32 [n, dModel], row after row; `track` holds ids per row or one list for all rows. */
export interface DecodeRequest {
  readonly rows: Float32Array;
  readonly k: number;
  readonly track?: readonly (readonly number[])[];
  /** Not together with `run`: what is compared are no positions of one run. */
  readonly compare?: RowComparison;
  /**
   * The run whose residual stream the rows are, from position `first` (0) on: its edits at the final norm apply. The
   * same object for several requests is resolved once.
   */
  readonly run?: { readonly ids: readonly number[]; readonly edits: readonly Edit[] } | undefined;
  readonly first?: number;
}

/** One neuron's own weights, as the checkpoint has them. Vectors have dModel entries. */
export interface NeuronWeights {
  /** What it writes: row of W_out. */
  readonly out: Float32Array;
  /** What it reads: column of W_in (for gated MLPs: of the up projection), before the norm's gain. */
  readonly in: Float32Array;
  readonly inBias: number;
  /** For gated MLPs: column of the gate projection. */
  readonly gate?: Float32Array;
  readonly gateBias?: number;
}

/** A norm of a block: before attention or MLP (in post-norm blocks after them), or of what they add. */
export type BlockNorm = "ln1" | "ln1_post" | "ln2" | "ln2_post";

/** Gain and bias of a norm as they are applied; null where it has none. Kind "none": there is no norm at this place. */
export interface NormWeights {
  readonly kind: "layer" | "rms" | "none";
  readonly gain: Float32Array | null;
  readonly bias: Float32Array | null;
}

/** Full logits of one position under some edits, for measures that need the whole distribution; never leaves the process. */
export interface FullLogits {
  readonly logits: Float32Array;
}

/** A continuation: the new tokens, with log-probabilities in nats under the model's own distribution. */
export interface Generated {
  readonly ids: readonly number[];
  readonly logProbs: readonly number[];
  /** Per new token, the most likely ones at its place, best first; empty lists where `sampling.alternatives` asks for none. */
  readonly alternatives: readonly (readonly { readonly id: number; readonly logProb: number }[])[];
}

/**
 * A plain run that is kept with its residual streams, keys and values. An edited run from it starts at the first layer
 * and position that its edits touch, and agrees with a whole edited run but for the order in which sums are made.
 */
export interface BaseRun {
  readonly ids: readonly number[];
  /**
   * Rows of the residual stream after the last block at some positions, [positions, dModel], under edits. `exact` begins
   * at the first position whatever the edits touch, so that edits which change nothing give the plain run's very bits.
   */
  final(
    request: {
      readonly edits: readonly Edit[];
      readonly positions: readonly number[];
      readonly exact?: true;
    },
    options?: WorkOptions,
  ): Promise<Float32Array>;
}

/** What a layer's MLP reads: a place of the residual stream, behind a norm (null: as it is). */
export interface MlpInput {
  readonly stream: "hook_resid_pre" | "hook_resid_mid";
  readonly norm: "ln1" | "ln2" | null;
}

/** What stands between attention's projection and the stream: a norm ("ln1_post"), and a factor. */
export interface AttentionAdds {
  readonly hasNorm: boolean;
  readonly factor: number;
}

/** What each neuron of a layer writes: its products with some directions [n, dMlp], and its length [dMlp]. */
export interface NeuronOutputs {
  readonly products: Float32Array;
  readonly norms: Float32Array;
}

/** What direct attribution to logits and neurons has to know of a model. */
export interface Readout {
  /** Logits x become cap · tanh(x / cap) at the very end; null: they do not. */
  readonly softCap: number | null;
  /** True where the stream is the sum of what was added to it: no norm stands on the stream itself. */
  readonly addsUp: boolean;
  /** Per layer. */
  readonly mlpInputs: readonly MlpInput[];
  /** Per layer. */
  readonly attentionAdds: readonly AttentionAdds[];
  /** Per layer, what stands between the MLP's output and the stream: a norm ("ln2_post"), and a factor. */
  readonly mlpAdds: readonly AttentionAdds[];
}

/** A model that can be run. The engine has the real one; tests may have a small one. */
export interface Runner {
  readonly info: ModelInfo;
  readonly readout: Readout;
  run(plan: RunPlan, options?: WorkOptions): Promise<RunReads>;
  decode(request: DecodeRequest, options?: WorkOptions): Promise<Decoded>;
  /** Logits of one row of the residual stream after the last block, [dModel]. */
  logitsOf(row: Float32Array): Promise<FullLogits>;
  /** The logit of one id in each row [n, dModel] of the residual stream of a plain run; costs no product with the vocabulary. */
  logitsOfIds(rows: Float32Array, ids: readonly number[]): Promise<Float32Array>;
  /** Logits of one position of a run (negative counts from the end), with edits applied as in a prefill. */
  logitsAt(
    plan: { ids: readonly number[]; edits?: readonly Edit[]; position: number },
    options?: WorkOptions,
  ): Promise<FullLogits>;
  /** With `forced`, those tokens are taken one by one instead of chosen ones, and none behind them (teacher forcing). */
  generate(
    request: {
      ids: readonly number[];
      edits?: readonly Edit[];
      sampling: Sampling;
      forced?: readonly number[];
    },
    options?: WorkOptions,
  ): Promise<Generated>;
  /** A plain run of some ids from which edited ones start. Holds (layers + 1) · ids · dModel floats, keys and values. */
  base(ids: readonly number[], options?: WorkOptions): Promise<BaseRun>;
  neuronWeights(layer: number, neurons: readonly number[]): Promise<readonly NeuronWeights[]>;
  /** What all neurons of a layer write (rows of W_out), seen along directions [n, dModel]. */
  neuronOutputs(layer: number, directions: Float32Array): Promise<NeuronOutputs>;
  /**
   * Weighted sums of logits, [n, dVocab], as directions [n, dModel] of the last residual stream: a small change of it
   * moves a sum by their product, divided by the final norm's scale. Gain and centring folded in, a soft cap left out.
   */
  logitDirections(sums: Float32Array): Promise<Float32Array>;
  /**
   * Rows of the unembedding as the checkpoint has them, one per id: nothing folded in.
   * @throws {GraphError} "bad-plan" for an id that there is not, and where a projection stands before the unembedding
   */
  unembedRows(ids: readonly number[]): Promise<readonly Float32Array[]>;
  /** Products of directions [n, dModel] with the unembedding, final norm's gain folded, centred where it is a LayerNorm: k largest and k smallest per row. */
  unembedDirections(
    rows: Float32Array,
    k: number,
  ): Promise<
    readonly {
      readonly top: readonly (readonly [number, number])[];
      readonly bottom: readonly (readonly [number, number])[];
    }[]
  >;
  /** How one head makes its scores in a run of `length` positions. */
  headReading(at: {
    readonly layer: number;
    readonly head: number;
    readonly length: number;
  }): Promise<HeadReading>;
  normWeights(name: "final" | { readonly layer: number; readonly norm: BlockNorm }): Promise<NormWeights>;
}

/** Token texts; analysis code depends on this, not on a tokenizer. */
export interface Vocabulary {
  /** How one id reads by itself: spaces as they are, bytes that are no character as <0xE2>. Null without a tokenizer. */
  text(id: number): string | null;
  /** Text of a sequence of ids. Null without a tokenizer. */
  decode(ids: readonly number[]): string | null;
}

/** The records a model carries about its neurons on held-out text; shapes are [nLayers, dMlp]. */
export interface ModelRecords {
  readonly mean: Float32Array;
  readonly deviation: Float32Array;
  readonly max: Float32Array;
  /** Held-out text as ids, and for each neuron positions in it: [nLayers, dMlp, n]. */
  readonly ids: Int32Array;
  readonly top: Int32Array;
  readonly random: Int32Array;
  readonly nPlaces: number;
  /** What the text is, in words. */
  readonly text: string;
  /** Each neuron's explanation, chosen and scored on this text alone, [nLayers, dMlp]; null where there are none. */
  readonly explanations: readonly Explanation[] | null;
}
