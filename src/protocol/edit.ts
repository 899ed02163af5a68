/** Edits of a run and experiment files, as `conventions` settle them. */
import type { BosPolicy } from "../base/bosPolicy";
import type { About } from "./model";
import type { ScoredToken } from "./model";

/** What an edit does at its hook. */
export type EditOp = "add" | "set" | "scale" | "zero" | "mean";

/** Which positions an edit touches: the first n of the prompt, all of it, each step too, the last, or indices (negative from the prompt's end). */
export type EditPositions = "prefill-front" | "prefill-all" | "every-step" | "last" | readonly number[];

/**
 * Numbers of shape [D] or [n, D]; or the difference of two texts' activations at the edit's hook. D is the width of
 * the hook: dModel at a residual hook, nHeads·dHead at `attn.hook_z` (head after head), dMlp at `mlp.hook_post`.
 * In a file, an edit with `heads` or `neurons` may give the chosen entries alone, in the order listed.
 */
export type EditValue =
  readonly number[] | readonly (readonly number[])[] | { readonly text: string; readonly minus?: string };

/** One entry of an edit list; entries apply in order. */
export interface Edit {
  /** A residual hook, `attn.hook_z` or `mlp.hook_post`, by its full name. */
  readonly hook: string;
  readonly op: EditOp;
  readonly value?: EditValue;
  /**
   * Strength, 1 by default: multiplies what is added; for op "scale" it is the factor; for "set", "zero" and "mean" the
   * share of the way a value is moved.
   */
  readonly scale?: number;
  readonly positions: EditPositions;
  /** For `attn.hook_z`: only these heads. */
  readonly heads?: readonly number[];
  /** For `mlp.hook_post`: only these neurons. */
  readonly neurons?: readonly number[];
}

/**
 * How new tokens are chosen. Temperature 0 is greedy: the most likely token, whatever the other fields say. The same
 * seed gives the same tokens.
 */
export interface Sampling {
  readonly maxTokens: number;
  readonly temperature: number;
  readonly seed: number;
  /** Only the k most likely tokens are drawn from; absent or 0: all. */
  readonly topK?: number;
  /** Only the fewest tokens whose probabilities (after temperature and topK) reach this are drawn from, 0 < p ≤ 1; absent: all. */
  readonly topP?: number;
  /** How many of the most likely tokens are listed beside each chosen one; absent: none. */
  readonly alternatives?: number;
}

/** Answer of `introspect generate`: the new tokens only; log-probabilities in nats. */
export interface GenerateResult {
  /** A log-probability is that of the token it stands with. */
  readonly about: Extract<About, "this">;
  readonly ids: readonly number[];
  readonly text: string | null;
  readonly logProbs: readonly number[];
  /** Text of each new token, as far as one token alone can be shown. */
  readonly tokens: readonly (string | null)[];
  /** Per new token, the most likely ones at its place, best first, under the model's own distribution; absent unless asked for. */
  readonly alternatives?: readonly (readonly ScoredToken[])[];
}

/** Which controls an experiment runs beside itself. */
export interface ExperimentControls {
  /** Number of isotropic random directions of equal norm. */
  readonly isotropic: number;
  readonly seed: number;
}

/** A steering experiment, as saved in NAME.introspect.json. Later versions only add fields. */
export interface Experiment {
  readonly version: 1;
  readonly model: { readonly path: string; readonly digest: string | null };
  readonly prompt: string;
  /** Whether BOS stands before the prompt; by the tokenizer's own policy where it is left out. The texts of an edit always have it. */
  readonly bos?: BosPolicy;
  readonly edits: readonly Edit[];
  readonly sampling: Sampling;
  readonly controls: ExperimentControls;
  readonly result?: SteerResult;
}

/** Answer of `introspect steer`. */
export interface SteerResult {
  readonly default: GenerateResult;
  readonly steered: GenerateResult;
  readonly controls: {
    /** The same edits at strength zero: executed, and equal to `default` to the last bit. */
    readonly zero: GenerateResult;
    readonly isotropic: readonly GenerateResult[];
  };
  /** How far the first step's distribution moved: KL(default ‖ steered) at the prompt's end, nats; the same per random direction. */
  readonly kl: { readonly steered: number; readonly isotropic: readonly number[] };
  /** Share of random directions whose KL is below the steered one, 0 … 1; null where none were run. */
  readonly percentile: number | null;
  /**
   * Per edit ‖what it changes‖ / ‖what was there‖, averaged over the edited prompt positions (without position 0 where
   * there are others); null for edits without a value.
   */
  readonly relativeNorm: readonly (number | null)[];
  /** Index of the first new token in which default and steered differ; null when they do not. */
  readonly partsAt: number | null;
  /** Whether a BOS token stood before the prompt. */
  readonly bos: boolean;
  readonly digest: string | null;
}
