/** A scalar per token of a text, of any length, for colouring the text by it. */
import type { BosPolicy } from "../base/bosPolicy";
import type { About } from "./model";

/**
 * What is measured:
 * - "surprisal": −log p of the token, in nats, predicted from its left; "rank": its rank there, 1 is first; "depth": the
 *   lowest lens row from which the top prediction for the token's place no longer changes (all about this token);
 * - "entropy": of the prediction made on the token, in nats (about the next token);
 * - "neuron": its activation, `mlp.hook_post`; "norm": the l2 norm of a hook (about this token);
 * - "direction": the score along a direction of a file (protocol/direction.ts), the mean over layers where there are
 *   several, less its threshold where `centred`: then zero is the boundary between its sides (about this token);
 * - "attention": how much the chosen token attends to each (`from`), or each to the chosen one (`to`).
 */
export type HeatmapMeasure =
  | { readonly kind: "surprisal" | "rank" | "entropy" | "depth" }
  | { readonly kind: "neuron"; readonly layer: number; readonly neuron: number }
  | { readonly kind: "norm"; readonly hook: string }
  | {
      readonly kind: "direction";
      /** Path of F.json. */
      readonly file: string;
      /** Null: the direction's best layer. */
      readonly layers: readonly number[] | null;
      readonly centred: boolean;
    }
  | {
      readonly kind: "attention";
      readonly direction: "from" | "to";
      readonly layer: number;
      readonly head: number;
    };

/** The kinds of measures. */
export const heatmapKinds: readonly HeatmapMeasure["kind"][] = [
  "surprisal",
  "rank",
  "entropy",
  "depth",
  "neuron",
  "norm",
  "direction",
  "attention",
];

/** Which token a measure is about: the one it is painted on, or the one after it. */
export function aboutOf({ kind }: HeatmapMeasure): About {
  return kind === "entropy" ? "next" : "this";
}

/** What is asked: a section of a document (src/base/sections.ts) and where in it to begin. */
export interface HeatmapQuestion {
  readonly model: string;
  /** The section's text with the context before it; `lead` is how many units of it are context only. */
  readonly text: string;
  readonly lead: number;
  /** Place of the text's first unit in the document. */
  readonly offset: number;
  readonly bos: BosPolicy;
  readonly measure: HeatmapMeasure;
  /** Most tokens of a window. */
  readonly most: number;
  /** Offset of the token with which the answer begins; it begins with the window that the token belongs to. */
  readonly from: number;
  /** For attention: offset of the chosen token. */
  readonly at?: number;
}

/** The tokens of one or a few windows, as columns; offsets are those of the document. */
export interface HeatmapPart {
  readonly about: About;
  readonly ids: readonly number[];
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  /** UTF-8 bytes that each token covers; tokens of one character count it once. */
  readonly bytes: readonly number[];
  /** Null where there is no value: nothing predicts the first token, and attention does not reach everywhere. */
  readonly values: readonly (number | null)[];
  /** Indices of tokens that are neither coloured nor used for a scale: added ones, and position 0 (attention sinks). */
  readonly uncounted: readonly number[];
  /** For measures of a prediction: the `k` most likely tokens, those of the first token first; null for others. */
  readonly top: HeatmapTop | null;
  /** Where the next answer begins; null at the section's end. */
  readonly next: number | null;
}

/** Predictions at the tokens of a part, `k` for each; where there is none, ids are −1. */
export interface HeatmapTop {
  readonly k: number;
  readonly ids: readonly number[];
  /** In nats. */
  readonly logProbs: readonly number[];
  /** Texts of the ids; what has none is left out. */
  readonly texts: Readonly<Record<number, string>>;
}
