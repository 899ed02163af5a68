/** Sentences of the Map page: what the numbers are, and what the pictures cannot show. */
import type { TextMap, TextMapLayer } from "../../../src/protocol/textMap";
import { count, number, percent } from "../../shared/format";

/** A row in words. */
export const rowName = ({ layer }: Pick<TextMapLayer, "layer">): string =>
  layer === null ? "the embedding" : `layer ${layer}`;

/** What was mapped. */
export function madeSentence({ texts, labels, position, bos, data }: TextMap): string {
  const where = position === "mean" ? "as the mean over its tokens" : "at its last token";
  const begin = bos ? " behind BOS" : "";
  return `${count(texts.length)} texts under ${labels.length} labels, each read ${where}${begin} in the residual stream; digest ${data.slice(0, 12)}.`;
}

/** How the labels part at a row, and what that is worth. */
export function silhouetteSentence({ layers, best, metric, draws }: TextMap, row: TextMapLayer): string {
  const { mean, percentile } = row.silhouette;
  const means =
    mean > 0
      ? "texts lie on average nearer to those of their own label than to the nearest other label’s"
      : "texts lie on average no nearer to those of their own label than to the nearest other label’s";
  const distance = metric === "cosine" ? "1 − cosine" : "Euclidean distance";
  const [embedding] = layers;
  const words =
    embedding?.layer === null
      ? ` The embedding, which knows words alone, has ${number(embedding.silhouette.mean)}.`
      : "";
  return `At ${rowName(row)} the silhouette is ${number(mean)} (${distance} in full width): ${means}. It is above ${percent(percentile)} of ${draws} shuffles of the labels. The best layer is ${best.layer}, above ${percent(best.percentile)} of the shuffles’ own best layers; it was chosen on the very texts it is shown for.${words}`;
}

/** What two components leave out. */
export function pcaSentence({ explained }: TextMapLayer["pca"]): string {
  const [first, second] = explained;
  return `The first two principal components hold ${percent(first)} and ${percent(second)} of the variance. What lies apart in the other ${percent(Math.max(0, 1 - first - second))} is not seen here, and nothing was fitted to the labels.`;
}

/** What t-SNE keeps. */
export function tsneSentence({ perplexity, seed }: TextMap, tsne: TextMapLayer["tsne"]): string {
  if (!tsne) return "There is no t-SNE here: the texts are too few, or all lie in one place.";
  return `Exact t-SNE, perplexity ${number(perplexity)}, seed ${seed}, KL ${number(tsne.divergence)} nats. It keeps who is near whom: distances between groups, their sizes and their shapes mean nothing, another seed gives another picture, and groups are seen in noise too. The silhouette is the number to go by.`;
}
