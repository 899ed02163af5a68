/** Shape of the Map panel's data. */
import { badField } from "../decode";
import { directionPositions } from "../direction";
import {
  mapMetrics,
  mostMapTexts,
  type MapSilhouette,
  type MapText,
  type TextMap,
  type TextMapLayer,
} from "../textMap";
import type { MapPanelData } from "../textMapPanel";
import { flag, index, list, nullable, number, object, text, two, word } from "./shapes";

/** Most draws, layers or warnings. */
const most = 10_000;

const pair = two(number);
const points = list(pair, mostMapTexts);

const layer = object<TextMapLayer>({
  layer: nullable(index),
  hook: text,
  pca: object<TextMapLayer["pca"]>({ points, explained: pair }),
  tsne: nullable(object<NonNullable<TextMapLayer["tsne"]>>({ points, divergence: number })),
  silhouette: object<MapSilhouette>({
    mean: number,
    byLabel: list(number, mostMapTexts),
    shuffled: list(number, most),
    percentile: number,
  }),
});

/** The data of a map. */
export const mapShape = object<MapPanelData>({
  map: object<TextMap>({
    labels: list(text, mostMapTexts),
    texts: list(object<MapText>({ text, label: index, tokens: index }), mostMapTexts),
    data: text,
    bos: flag,
    position: word(...directionPositions),
    metric: word(...mapMetrics),
    perplexity: number,
    seed: index,
    draws: index,
    layers: list(layer, most),
    best: object<TextMap["best"]>({ layer: index, percentile: number }),
    warnings: list(text, most),
  }),
  file: nullable(text),
  perplexity: number,
});

/**
 * What is drawn together must fit together.
 * @throws {DecodeError} "bad-field"
 */
export function requireMapFit({ map: { labels, texts, layers, best } }: MapPanelData): void {
  if (texts.some(({ label }) => label >= labels.length))
    throw badField("data.map.texts", "have unknown labels");
  const fits = ({ pca, tsne, silhouette }: TextMapLayer): boolean =>
    pca.points.length === texts.length &&
    (tsne === null || tsne.points.length === texts.length) &&
    silhouette.byLabel.length === labels.length;
  if (!layers.every(fits)) throw badField("data.map.layers", "have other points than texts");
  if (!layers.some((one) => one.layer === best.layer))
    throw badField("data.map.best", "is none of the layers");
}
