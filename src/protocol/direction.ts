/** Directions in a model's activations: how one is asked for, what its file says, and what is read along it. */
import type { BosPolicy } from "../base/bosPolicy";
import type { WeightedToken } from "./neurons";

/**
 * Where a direction comes from:
 * - "mean-difference", "pca", "logistic": fitted to pairs (difference of the class means; first principal component of
 *   the pairs' differences, their order shuffled before centring; a logistic probe's weights);
 * - "prompt-pair": one pair, behind BOS, the shorter padded with the space token;
 * - "task": the mean state at the arrow of prompts with demonstrations [input, output] and a dummy query;
 * - "unembed": the difference of two tokens' unembedding rows;
 * - "neurons": the sum of what some neurons write; "head": difference of the class means of what a head writes;
 * - "import": vectors of a file.
 */
export const directionMethods = [
  "mean-difference",
  "pca",
  "logistic",
  "prompt-pair",
  "task",
  "unembed",
  "neurons",
  "head",
  "import",
] as const;

/** One of `directionMethods`. */
export type DirectionMethod = (typeof directionMethods)[number];

/** Which position of a text is read: its last, or the mean over all but position 0 and added tokens. */
export const directionPositions = ["last", "mean"] as const;

/** One of `directionPositions`. */
export type DirectionPosition = (typeof directionPositions)[number];

/** A text of the positive side and its counterpart. Null where one lacks it: its class is then the smaller one. */
export type TextPair = readonly [positive: string | null, negative: string | null];

/** Pairs in a file: CSV, JSON lines, JSON or a markdown table; columns by name, else the first two. */
export interface PairsFile {
  readonly file: string;
  readonly positive?: string;
  readonly negative?: string;
}

/** What stands around the texts of a pair: `{}` in each side is where the pair's text of that side goes. */
export interface PairFrame {
  readonly positive: string;
  readonly negative: string;
}

/** What a small base model can be expected to carry of a template's concept. */
export const templateOdds = ["likely", "possible", "unlikely"] as const;

/** A shipped set of pairs (media/directions/templates.json). */
export interface DirectionTemplate {
  readonly name: string;
  /** What the positive side has and the negative has not. */
  readonly about: string;
  readonly smallModel: (typeof templateOdds)[number];
  readonly why: string;
  /** The default pairs go through it; null where pairs stand by themselves. */
  readonly frame: PairFrame | null;
  readonly pairs: readonly (readonly [string, string])[];
}

/** How a direction is to be made. */
export interface DirectionSpec {
  readonly method: DirectionMethod;
  /** By default the name of the file without its ending. */
  readonly name?: string;
  /** Left out: those of the template. For "task" they are [input, output]. */
  readonly pairs?: readonly TextPair[] | PairsFile;
  /** A shipped template's name, or a frame of one's own. */
  readonly template?: string | PairFrame;
  /** Name of a hook without its layer, "hook_resid_post" by default. */
  readonly hook: string;
  readonly layers: "all" | readonly number[];
  readonly position: DirectionPosition;
  /** BOS before each text; the tokenizer's own policy where it is left out ("prompt-pair": always). */
  readonly bos?: BosPolicy;
  /** Share of the pairs that is only judged on. */
  readonly testShare: number;
  readonly seed: number;
  /** Draws of each null, at least 20. */
  readonly draws: number;
  /** For "unembed": ids, or texts that are one token each. */
  readonly tokens?: readonly [string | number, string | number];
  /** For "unembed": the final norm's gain folded in, centred for a LayerNorm. */
  readonly fold?: boolean;
  /** For "neurons". */
  readonly neurons?: readonly { readonly layer: number; readonly neuron: number; readonly weight: number }[];
  /** For "head". */
  readonly head?: { readonly layer: number; readonly head: number };
  /** For "import": F.json, .npz or .gguf. */
  readonly file?: string;
  /** For "task": demonstrations in each prompt. */
  readonly demonstrations: number;
}

/** Each draw's held-out accuracy; empty where nothing is held out. */
export interface DirectionNulls {
  /** Random directions of equal norm, scored and turned as the direction is. */
  readonly isotropic: readonly number[];
  /** The whole way again with the labels within each pair shuffled. */
  readonly shuffled: readonly number[];
}

/** A direction at one layer. */
export interface DirectionLayer {
  /** Index of the block. */
  readonly layer: number;
  /** Share of the held-out texts on the right side of the threshold; null where there are none. */
  readonly accuracy: number | null;
  /** Wilson's 95% interval of it. */
  readonly interval: readonly [low: number, high: number] | null;
  readonly nulls: DirectionNulls;
  /** Share of each null's draws that are less accurate, ties half. */
  readonly percentile: { readonly isotropic: number | null; readonly shuffled: number | null };
  /** Share of held-out pairs whose positive text has the higher score, ties half. */
  readonly pairAccuracy: number | null;
  /** Accuracy on the validation part, by which the best layer was chosen. */
  readonly validation: number | null;
  readonly norm: number;
  /** Mean length of what was read at the hook; null where nothing was run. */
  readonly residNorm: number | null;
  /** Midpoint of the training classes' mean scores; null without classes. */
  readonly threshold: number | null;
  /** Half the distance of the classes' mean scores: threshold ± spread are the means. */
  readonly spread: number | null;
  /** Vocabulary nearest to the direction and to its opposite (direct path only); null where it has another width. */
  readonly nearest: {
    readonly promotes: readonly WeightedToken[];
    readonly suppresses: readonly WeightedToken[];
  } | null;
}

/** What chose the best layer: accuracy on the validation or (where that is empty) training part, never on the test part; or a rule. */
export const directionChoices = ["validation", "training", "rule"] as const;

/** What a direction was made of. */
export interface DirectionData {
  readonly pairs: number;
  /** SHA-256 of the pairs as they were run, as hex; null where there are none. */
  readonly digest: string | null;
  readonly testShare: number;
  readonly seed: number;
  /**
   * The pairs as they were run, so that a direction can be made again and its labels shuffled where it is used; absent
   * where they are those of the template, or too many for a header.
   */
  readonly kept?: readonly TextPair[];
  /** Texts of each part. */
  readonly texts: { readonly train: number; readonly validation: number; readonly test: number };
}

/** Task vectors: shares of held-out queries answered right. */
export interface TaskAccuracy {
  /** With demonstrations in the prompt. */
  readonly regular: number;
  /** With neither demonstrations nor the vector. */
  readonly zeroShot: number;
  /** Held-out queries whose answers are one token or begin with one. */
  readonly queries: number;
}

/** F.json: a direction's header. Later versions only add fields. */
export interface DirectionHeader {
  readonly version: 1;
  readonly kind: "direction";
  readonly name: string;
  readonly model: {
    readonly path: string | null;
    readonly digest: string | null;
    /** `model_type` of its config.json; absent where it is not known. */
    readonly family?: string;
  };
  /** Name of the hook without its layer. */
  readonly hook: string;
  readonly method: DirectionMethod | "combined";
  readonly template?: string;
  readonly position: DirectionPosition;
  /** Whether BOS stood before each text. */
  readonly bos: boolean;
  readonly layers: readonly DirectionLayer[];
  readonly bestLayer: number;
  readonly chosenOn: (typeof directionChoices)[number];
  readonly data: DirectionData;
  readonly task?: TaskAccuracy;
  /** For "combined": what was added. */
  readonly parts?: readonly { readonly name: string; readonly weight: number }[];
  /** What makes the numbers say less than they seem to, as sentences. */
  readonly warnings: readonly string[];
  /** Name of the npz beside the header: float32 [D] by the hook's full name. */
  readonly vectors: string;
}

/** A header with the path of its file. */
export interface DirectionMade extends DirectionHeader {
  readonly file: string;
}

/** Cosines of two directions: layer by layer, and of each layer with each. */
export interface DirectionsCompared {
  readonly names: readonly [string, string];
  readonly layers: readonly [readonly number[], readonly number[]];
  /** Layers that both have. */
  readonly same: readonly { readonly layer: number; readonly cosine: number }[];
  /** Rows: layers of the first; columns: layers of the second. */
  readonly across: readonly (readonly number[])[];
  /** Deviation of the cosine of random directions, 1/√D. */
  readonly random: number;
}

/** How the scores of a text's tokens along two directions go together. */
export interface DirectionsCorrelated {
  readonly directions: readonly {
    readonly name: string;
    readonly layers: readonly number[];
    readonly threshold: number | null;
  }[];
  /** Whether BOS stood before it. */
  readonly bos: boolean;
  /** Whether the text is longer than what was read of it. */
  readonly cut: boolean;
  /** Counted tokens. */
  readonly n: number;
  /** Pearson's. */
  readonly r: number;
  /** The same with the second list of scores turned round by random amounts. */
  readonly shifted: readonly number[];
  /** Share of them that are smaller in size. */
  readonly percentile: number | null;
  /** Evenly taken pairs of scores. */
  readonly points: readonly (readonly [number, number])[];
}

/** What is read along a direction: scores h·v/‖v‖ at each position; zero of the colours is the threshold. */
export interface DirectionReading {
  readonly file: string;
  readonly name: string;
  readonly bestLayer: number;
  readonly layers: readonly {
    readonly layer: number;
    readonly threshold: number | null;
    readonly spread: number | null;
    /** One score per position that was asked for: of all, position 0 and added tokens included (`isCounted`). */
    readonly scores: readonly number[];
  }[];
  /** The mean over the layers that were asked for as a strip, and where the sides part there. */
  readonly strip?: {
    readonly layers: readonly number[];
    readonly threshold: number | null;
    readonly spread: number | null;
    readonly scores: readonly number[];
  };
}

/** Formats that a direction is exported to: its arrays, or a control vector as llama.cpp reads it. */
export const directionFormats = ["npz", "gguf"] as const;

/** One of `directionFormats`. */
export type DirectionFormat = (typeof directionFormats)[number];

/** What was exported. */
export interface DirectionExported {
  readonly file: string;
  readonly format: DirectionFormat;
  readonly layers: readonly number[];
  /** Layers that the format has no place for. */
  readonly left: readonly number[];
}
