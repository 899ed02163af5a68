/** What the measures of a heatmap are given and give. */
import type { WorkOptions } from "../../base/cancel";
import type { Runner } from "../../graph/runner";
import type { ReadAlong } from "../common/alongDirection";
import type { HeatmapMeasure } from "../../protocol/heatmap";
import type { TokenInfo } from "../../protocol/model";
import type { TokenWindow } from "../common/tokenWindows";

/** Tokens of a section behind those of its context; the section's own begin at `first`. */
export interface HeatmapSection {
  readonly ids: readonly number[];
  readonly tokens: readonly TokenInfo[];
  readonly first: number;
}

/** The vectors of a direction measure, read from its file. */
export interface MeasuredAlong {
  /** Differs for different vectors. */
  readonly key: string;
  readonly vectors: readonly ReadAlong[];
  /** What is taken off each score. */
  readonly threshold: number;
}

/** One window of a section. */
export interface MeasuredWindow {
  readonly section: HeatmapSection;
  readonly window: TokenWindow;
  /** Most tokens of a window. */
  readonly most: number;
  readonly measure: HeatmapMeasure;
  /** For attention: index of the chosen token in the section's ids; null where it is not among them. */
  readonly at: number | null;
  /** For a direction. */
  readonly along?: MeasuredAlong | undefined;
}

/** Values of a window's own tokens. */
export interface WindowValues {
  readonly values: readonly (number | null)[];
  /** The most likely tokens of the prediction behind each value, `alternatives` for each; null where none is. */
  readonly top: { readonly ids: readonly number[]; readonly logProbs: readonly number[] } | null;
  /** Index in the section of a token that is no more counted than position 0 is. */
  readonly sink?: number;
}

/** Predictions that come with each value. */
export const alternatives = 3;

/** Computes the values of a window's own tokens. */
export type Measure = (
  runner: Runner,
  measured: MeasuredWindow,
  options: WorkOptions,
) => Promise<WindowValues>;

/** The ids of a window. */
export function idsOf({ section, window }: Pick<MeasuredWindow, "section" | "window">): readonly number[] {
  return section.ids.slice(window.start, window.end);
}
