/** Edits of a run and experiment files, as `conventions` settle them. */
import type { BosPolicy } from "../base/bosPolicy";
import type { About, ScoredToken } from "./model";
import type { Expectation, ExpectationResult } from "./steeringMeasure";

/** What an edit does at its hook; see `Edit` for what each takes. */
export type EditOp =
  | "add"
  | "set"
  | "scale"
  | "zero"
  | "mean"
  | "resample"
  | "project-out"
  | "keep"
  | "clamp"
  | "interchange"
  | "edge-mask"
  | "edge-set"
  | "freeze";

/** Which positions an edit touches: the first n of the prompt, all of it, each step too, the last, or indices (negative from the prompt's end). At attention scores and patterns they are the queries. */
export type EditPositions = "prefill-front" | "prefill-all" | "every-step" | "last" | readonly number[];

/** Numbers of shape [D] or [n, D]. D is the width of the hook (protocol/editHook.ts): heads lie one after the other. */
export type EditRows = readonly number[] | readonly (readonly number[])[];

/** A file with one or more vectors: an npz with an array of that hook's name, or JSON `{hook, vector}`. */
export interface DirectionFile {
  readonly direction: string;
  /** The hook it was read at; by default the edit's own. */
  readonly hook?: string;
}

/**
 * Numbers (in a file, an edit with `heads` or `neurons` may give the chosen entries alone, in the order listed); or what
 * another run has at the same hook, less what a second one has: texts are tokenised with BOS, ids taken as they are; or
 * a file of directions.
 */
export type EditValue =
  | EditRows
  | { readonly text: string; readonly minus?: string }
  | { readonly ids: readonly number[]; readonly minus?: readonly number[] }
  | DirectionFile;

/**
 * One entry of an edit list; entries apply in order, also where several stand at one hook.
 *
 * | op | value | what becomes of the chosen entries at strength 1 |
 * | --- | --- | --- |
 * | add | numbers, text, ids, file | the value is added |
 * | set | the same | the value |
 * | scale | none | multiplied by `scale` |
 * | zero | none | 0 |
 * | mean | none, numbers, text, ids | the mean over the prompt's positions (or the other run's), the first left out |
 * | resample | text, ids | what a random position of the other run has, drawn by `seed`; never its first |
 * | project-out | directions [D] or [k, D], file | less their part in the directions' span |
 * | keep | the same | their part in the span alone |
 * | clamp | none | moved to `min` or `max` where beyond |
 * | interchange | text, ids | what the other run has; in the span of `subspace` alone where it is given |
 * | freeze | none, text, ids | what the unedited run of the same ids has (or the other run) |
 * | edge-mask | none | −∞ added to the scores before the softmax: rows renormalise |
 * | edge-set | none, one number | 0 or the number, after the softmax: rows do not renormalise |
 */
export interface Edit {
  /** Any hook that protocol/editHook.ts knows, by its full name. */
  readonly hook: string;
  readonly op: EditOp;
  readonly value?: EditValue;
  /**
   * Strength, 1 by default. For "add" it multiplies what is added; for "scale" it is the factor; for "edge-mask" the
   * share (0 … 1) of a key's weight that is taken before the row renormalises; else the share of the way a value moves.
   */
  readonly scale?: number;
  readonly positions: EditPositions;
  /** Only these sequences of a batch. */
  readonly batch?: readonly number[];
  /** At hooks with heads: only these. */
  readonly heads?: readonly number[];
  /** At hooks of the MLP's width: only these neurons. */
  readonly neurons?: readonly number[];
  /** At attention scores and patterns: only these keys, negative from the prompt's end. */
  readonly keys?: readonly number[];
  /** Afterwards each position's vector (each head's, where there are heads) gets back the length it had before this edit. */
  readonly preserveNorm?: true;
  /** For "clamp": least and largest value. */
  readonly min?: number;
  readonly max?: number;
  /** For "resample". */
  readonly seed?: number;
  /** For "interchange": which position of the other run goes to each chosen one, in order; one alone goes to all. By default the same position. */
  readonly from?: readonly number[];
  /** For "interchange": directions [k, D]; only the part in their span is exchanged. Rows of a rotation are such directions. */
  readonly subspace?: EditRows | DirectionFile;
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
  /** In an experiment: how many texts are drawn, with seeds from `seed` on; absent: one. */
  readonly samples?: number;
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
  /** Number of draws with shuffled labels, or of random prompt pairs where a direction's own are not known; as many as `isotropic` where it is left out. */
  readonly shuffled?: number;
  /** False leaves out the controls that are run once: positive part, embeddings, prompting, other layer. */
  readonly others?: boolean;
  /** What prompting puts before the prompt; the first text that is added where it is left out. */
  readonly prompting?: string;
  /** The other layer; left out, the one half the depth away. */
  readonly otherLayer?: number;
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
  /** Words that the edits should make likelier behind the prompt: the tokens with which they begin are told apart from the rest. */
  readonly aligned?: readonly string[];
  /** What the edits should come to; unmet, `introspect steer` ends with an error. */
  readonly expect?: readonly Expectation[];
  readonly result?: SteerResult;
}

/** Controls that are run once, by name. */
export const singleControls = ["positiveOnly", "embeddingOnly", "prompting", "otherLayer"] as const;

/** What the second null is made of: "labels" wherever the pairs of a direction are known, "pairs" where none are, "both" where they are of some edits alone. */
export const shuffledKinds = ["labels", "pairs", "both"] as const;

/** A control that is run once. */
export type SingleControl = (typeof singleControls)[number];

/** Several continuations of one prompt, drawn with these seeds; index by index they have the seed in common. */
export interface SteerSamples {
  readonly seeds: readonly number[];
  readonly default: readonly GenerateResult[];
  readonly steered: readonly GenerateResult[];
  /** Per pair, the first new token in which they differ; null when they do not. */
  readonly partsAt: readonly (number | null)[];
}

/** A token whose probability behind the prompt the edits moved. */
export interface MovedToken {
  readonly id: number;
  readonly text: string | null;
  /** Log-probabilities, nats. */
  readonly default: number;
  readonly steered: number;
}

/**
 * How far the next token's distribution moved, split into the tokens that steering should favour and the rest; nats.
 * Turner et al., 2023. KL(steered ‖ default) is the KL of the two sets' probabilities plus the disruption.
 */
export interface AlignedParts {
  /** By how much the log-probability rises that the next token is an aligned one. */
  readonly effectiveness: number;
  /** KL(steered ‖ default) within the two sets, each weighted by its steered probability. */
  readonly disruption: number;
  /** What aligned tokens and the rest add to KL(default ‖ steered), which is `kl`. Either alone may be negative. */
  readonly kl: { readonly aligned: number; readonly rest: number };
}

/** Answer of `introspect steer`. */
export interface SteerResult {
  readonly default: GenerateResult;
  readonly steered: GenerateResult;
  readonly controls: {
    /** The same edits at strength zero: executed, and equal to `default` to the last bit. */
    readonly zero: GenerateResult;
    readonly isotropic: readonly GenerateResult[];
    /** Shuffled labels or random prompt pairs (`controlFacts.shuffled`) through the same pipeline, brought to the same norms. */
    readonly shuffled?: readonly GenerateResult[];
    /** What is added without what is taken off; absent where nothing is. */
    readonly positiveOnly?: GenerateResult;
    /** The difference of the texts' token embeddings, added at the same layer. */
    readonly embeddingOnly?: GenerateResult;
    /** No edit: the text stands before the prompt. */
    readonly prompting?: GenerateResult;
    /** The same edits at `controlFacts.otherLayer`. */
    readonly otherLayer?: GenerateResult;
  };
  /** How far the first step's distribution moved: KL(default ‖ steered) at the prompt's end, nats; the same per control. */
  readonly kl: {
    readonly steered: number;
    readonly isotropic: readonly number[];
    readonly shuffled?: readonly number[];
  } & { readonly [control in SingleControl]?: number };
  /** Share of random directions whose KL is below the steered one, 0 … 1; equal ones count half; null where none were run. */
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
  /** Share of each null's draws whose KL is below the steered one; null where none were run. */
  readonly percentiles?: { readonly isotropic: number | null; readonly shuffled: number | null };
  /** What the controls that are run once were made of, and their edits' sizes as in `relativeNorm`. */
  readonly controlFacts?: {
    /** What the draws of "shuffled" are: directions made anew of their own pairs under shuffled labels, or differences of random prompt pairs. */
    readonly shuffled?: (typeof shuffledKinds)[number];
    readonly prompting?: string;
    readonly otherLayer?: number;
    readonly relativeNorm: { readonly [control in SingleControl]?: readonly (number | null)[] };
  };
  /** Where several texts were asked for; the first of each are `default` and `steered`. */
  readonly samples?: SteerSamples;
  /** What each model thinks of the other one's words: log-probabilities of the steered tokens without the edits, and of the default ones with them. */
  readonly crossed?: { readonly steered: readonly number[]; readonly default: readonly number[] };
  /** Tokens whose probability behind the prompt rose and fell most. */
  readonly moved?: { readonly up: readonly MovedToken[]; readonly down: readonly MovedToken[] };
  /** Where the experiment names aligned words: the tokens with which they begin, and the parts, of each null's draws too. */
  readonly aligned?: {
    readonly tokens: readonly MovedToken[];
    readonly steered: AlignedParts;
    readonly isotropic: readonly AlignedParts[];
    readonly shuffled?: readonly AlignedParts[];
  };
  readonly expectations?: readonly ExpectationResult[];
  /** Whether all expectations were met; absent where there are none. */
  readonly met?: boolean;
  readonly warnings?: readonly string[];
}

/** One position of the strength slider: answered from what is kept of the prompt, without controls. */
export interface SteerStep {
  readonly default: GenerateResult;
  readonly steered: GenerateResult;
  readonly partsAt: number | null;
  /** KL(default ‖ steered) behind the prompt, nats. */
  readonly kl: number;
  readonly relativeNorm: readonly (number | null)[];
}
