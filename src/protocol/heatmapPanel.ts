/** The picture of a coloured text: some of its lines as tokens with their values, and what is needed to measure them again. */
import type { HeatmapMeasure } from "./heatmap";
import type { LogUnit } from "./logUnit";

/**
 * `from` is the background, `to` the strongest colour; beyond it nothing gets stronger. Signed scales run from −`to`
 * over nothing to `to`. `log`: equal factors are equal steps.
 */
export interface HeatScale {
  readonly from: number;
  readonly to: number;
  readonly signed: boolean;
  readonly log: boolean;
}

/** Where a value lies on a scale: 0 … 1, negative on the other side of a signed one. */
export function placeOnScale({ from, to, signed, log }: HeatScale, value: number): number {
  const place = (x: number): number => (log ? Math.log(x) : x);
  const part = (place(signed ? Math.abs(value) : value) - place(from)) / (place(to) - place(from));
  if (!Number.isFinite(part)) return 0;
  const size = Math.min(1, Math.max(0, part));
  return signed && value < 0 ? -size : size;
}

/** A token that overlaps the drawn lines; `start` and `end` are units of the document. */
export interface HeatmapPanelToken {
  /** Among the text's tokens; null behind a stretch that is not measured. */
  readonly position: number | null;
  readonly id: number;
  readonly start: number;
  readonly end: number;
  /** In nats where the measure is a log-probability or an entropy; null where there is none. */
  readonly value: number | null;
  /** False where it is neither coloured nor on the scale. */
  readonly counted: boolean;
  /** The most likely tokens of the prediction behind the value, in nats; empty where none is. */
  readonly top: readonly { readonly id: number; readonly logProb: number; readonly text: string | null }[];
}

/** All of a text as it was run, where all of it is measured and it is short enough to be repeated. */
export interface WholeRun {
  readonly ids: readonly number[];
  /** Whether the first id is a BOS. */
  readonly bos: boolean;
  /** Most ids of a window; windows move by half of it. */
  readonly windowTokens: number;
}

/** Data of the picture of a coloured text. */
export interface HeatmapPanelData {
  readonly measure: HeatmapMeasure;
  /** The measure's name as the editor shows it. */
  readonly name: string;
  /** The unit that values are shown in; null where the measure has none. */
  readonly unit: LogUnit | null;
  readonly scale: HeatScale;
  /** The drawn lines, counted from 1, both inclusive. */
  readonly lines: { readonly from: number; readonly to: number };
  /** Their text, and the place of its first unit in the document. */
  readonly text: string;
  readonly start: number;
  /** Columns of a tab. */
  readonly tabSize: number;
  readonly tokens: readonly HeatmapPanelToken[];
  /** For attention: position of the chosen token; null where that is not known, and for other measures. */
  readonly at: number | null;
  /** Share of the document that is measured. */
  readonly measured: number;
  readonly whole: WholeRun | null;
}
