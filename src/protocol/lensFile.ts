/** A trained lens as its file describes it: how it was made, for which model, and how good it is. */
import type { ErrorData } from "../base/errors";

/** Which lens a view is read through: none but the model's own end, or one from a file. */
export const lensKinds = ["logit", "trained"] as const;

/** One of `lensKinds`. */
export type LensKind = (typeof lensKinds)[number];

/** Which lens a view is to be read through, and the trained one's file (null: the one beside the model). */
export interface LensRequested {
  readonly kind: LensKind;
  readonly file: string | null;
}

/** How one row of a trained lens fares on text that neither fitting nor choosing saw: forward KL to the model's output, nats. */
export interface HeldOutLayer {
  readonly layer: number;
  readonly logit: number;
  readonly trained: number;
  /** Of a random translator of the trained one's norm. */
  readonly random: number;
  /** What was kept: least squares, what KL steps made of it, or no translator where neither helped. */
  readonly from: "least squares" | "KL steps" | "none";
  /** True where the trained lens is farther from the output than the logit lens; absent elsewhere. */
  readonly worse?: true;
}

/** Quality of a trained lens, row by row; the last row needs no translator and is not listed. */
export interface HeldOut {
  readonly positions: number;
  readonly layers: readonly HeldOutLayer[];
}

/** Held-out windows below which the figures by layer are those of a page or two. */
const fewWindows = 8;

/** What is to be said of held-out figures that stand on too little text; null where they stand on enough. */
export function fewHeldOut({ heldOut, window }: Pick<LensFit, "heldOut" | "window">): string | null {
  const windows = Math.ceil(heldOut.positions / Math.max(1, window - 1));
  if (windows >= fewWindows) return null;
  const of = windows === 1 ? "one window" : `${windows} windows`;
  return `The held-out figures stand on ${of} of text alone: with other text they may come out otherwise. Give more tokens.`;
}

/** How a lens was fitted. */
export interface LensFit {
  /** Positions that least squares saw. */
  readonly positions: number;
  /** Tokens of each window; its first position is left out everywhere. */
  readonly window: number;
  readonly steps: number;
  readonly seed: number;
  /** SHA-256 of the text, as hex, and what it is, in words. */
  readonly textDigest: string;
  readonly text: string;
  readonly heldOut: HeldOut;
}

/** A lens file, its numbers aside. */
export interface LensFacts extends LensFit {
  readonly file: string;
  /** What its translators are: "tuned" are affine ones fitted to the model's output. */
  readonly kind: string;
  readonly modelDigest: string;
  /** Of the unembedding and the final norm. */
  readonly unembedDigest: string;
  /** Why its numbers are to be taken with care; absent where there is no reason. */
  readonly warning?: string;
}

/** What a lens view says of trained lenses: which one is there, why not, and whether the view is read through it. */
export interface LensChoice {
  readonly used: LensKind;
  /** Null where there is none, or none that fits. */
  readonly trained: LensFacts | null;
  readonly problem?: ErrorData;
}
