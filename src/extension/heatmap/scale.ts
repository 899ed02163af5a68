/** From a scalar to a step of colour. Pure, so that it can be tested without an editor. */
import type { HeatmapMeasure } from "../../protocol/heatmap";
import { placeOnScale, type HeatScale } from "../../protocol/heatmapPanel";
import { colourLevels } from "../contributions";
import { emptySteps, type Buckets, type TextRange } from "../decorations/buckets";
import type { MeasuredToken, PartStore } from "./partStore";

/** What a text's values are like: from a sample of them, as many as there are in all. */
export interface Distribution {
  readonly n: number;
  readonly largest: number;
  /** The value below which a share of them lies. */
  quantile(share: number): number;
}

/** The distribution of a store's values. */
export function distributionOf(store: PartStore): Distribution {
  const sample = store.sample(mostSampled).sort();
  const quantile = (share: number): number =>
    sample[Math.min(sample.length - 1, Math.floor(share * sample.length))] ?? 0;
  return { ...store.sums(), quantile };
}

const mostSampled = 4096;

/**
 * The scale of a measure. What has a natural bound keeps it, so that files compare and nothing changes while more is
 * measured: a uniform guess for surprisal and entropy, the vocabulary for ranks, the layers for depth.
 */
export function scaleFor(
  measure: HeatmapMeasure,
  model: { readonly dVocab: number; readonly nLayers: number },
  values: Distribution,
): HeatScale {
  const linear = { from: 0, signed: false, log: false };
  switch (measure.kind) {
    case "surprisal":
    case "entropy":
      return { ...linear, to: Math.log(model.dVocab) };
    case "rank":
      return { from: 1, to: model.dVocab, signed: false, log: true };
    case "depth":
      return { ...linear, to: model.nLayers };
    case "neuron":
    case "direction":
      return { ...linear, signed: true, to: values.largest };
    case "norm":
      return { ...linear, from: values.quantile(0.02), to: values.quantile(0.98) };
    case "attention":
      return { ...linear, to: values.largest };
  }
}

/** Step of a value: 0 … `colourLevels`, negative on the other side of a signed scale. */
export function stepOf(scale: HeatScale, value: number): number {
  const place = placeOnScale(scale, value);
  return Math.sign(place) * Math.round(Math.abs(place) * colourLevels);
}

/** Tokens by step; what covers no text, has no value or does not count is left out. */
export function bucketsOf(tokens: Iterable<MeasuredToken>, scale: HeatScale): Buckets {
  const up = emptySteps<TextRange>();
  const down = emptySteps<TextRange>();
  for (const { start, end, value, counted } of tokens) {
    const step = value === null || !counted || end <= start ? 0 : stepOf(scale, value);
    if (step !== 0) (step > 0 ? up : down)[Math.abs(step) - 1]?.push({ start, end });
  }
  return scale.signed ? { positive: up, negative: down } : { heat: up };
}
