/** Labelled texts by what a model has at each layer: pictures in two dimensions, and how well the labels part in full. */
import type { BosPolicy } from "../base/bosPolicy";
import type { DirectionPosition } from "./direction";

/** By which distance silhouettes are measured, in the full width of the stream. */
export const mapMetrics = ["euclidean", "cosine"] as const;

/** One of `mapMetrics`. */
export type MapMetric = (typeof mapMetrics)[number];

/** How labelled texts are mapped. */
export interface TextMapSpec {
  readonly position: DirectionPosition;
  readonly bos: BosPolicy;
  readonly metric: MapMetric;
  /** Of t-SNE: about how many neighbours count. At most (texts − 1) / 3 are used. */
  readonly perplexity: number;
  readonly seed: number;
  /** Shuffles of the labels, at least 20. */
  readonly draws: number;
}

/** What is used where nothing else is asked for. */
export const usualTextMap: TextMapSpec = {
  position: "mean",
  bos: "auto",
  metric: "euclidean",
  perplexity: 30,
  seed: 0,
  draws: 200,
};

/** Most texts of a map: each pair of them counts. */
export const mostMapTexts = 1000;

/** How well the labels part at a layer, in the full width of what was read. */
export interface MapSilhouette {
  /** Mean over the texts, −1 … 1. */
  readonly mean: number;
  /** Mean over each label's texts. */
  readonly byLabel: readonly number[];
  /** Means with the labels shuffled; draw k is the same shuffle at every layer. */
  readonly shuffled: readonly number[];
  /** Share of them that are smaller, ties half. */
  readonly percentile: number;
}

/** One layer of a map. */
export interface TextMapLayer {
  /** Index of the block; null for the embedding, which knows words alone. */
  readonly layer: number | null;
  readonly hook: string;
  /** First two principal components: scores of each text, and their shares of the variance. */
  readonly pca: {
    readonly points: readonly (readonly [number, number])[];
    readonly explained: readonly [number, number];
  };
  /** Exact t-SNE of the Euclidean distances; null where there are too few texts for one, or all lie in one place. */
  readonly tsne: {
    readonly points: readonly (readonly [number, number])[];
    /** KL of the picture's neighbours from those in full, nats. */
    readonly divergence: number;
  } | null;
  readonly silhouette: MapSilhouette;
}

/** A text of a map. */
export interface MapText {
  readonly text: string;
  /** Which of the labels. */
  readonly label: number;
  /** Tokens that were run. */
  readonly tokens: number;
}

/** Labelled texts, mapped. */
export interface TextMap extends Omit<TextMapSpec, "bos"> {
  /** In the order in which the file has them. */
  readonly labels: readonly string[];
  readonly texts: readonly MapText[];
  /** SHA-256 of labels and texts, as hex. */
  readonly data: string;
  /** Whether BOS stood before each text. */
  readonly bos: boolean;
  /** From the embedding upwards. */
  readonly layers: readonly TextMapLayer[];
  /** The block with the largest silhouette. It is the best of several: the percentile is among each draw's own best. */
  readonly best: { readonly layer: number; readonly percentile: number };
  /** What makes the numbers say less than they seem to, as sentences. */
  readonly warnings: readonly string[];
}
