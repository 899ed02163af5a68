/** Shape of the data of a coloured text's picture. */
import { badField } from "../decode";
import { decodeMeasure } from "../decodeHeatmap";
import type { HeatmapPanelData, HeatmapPanelToken, HeatScale, WholeRun } from "../heatmapPanel";
import { logUnits } from "../logUnit";
import { scoredShape } from "./common";
import { flag, index, list, nullable, number, object, text, word } from "./shapes";

/** Most units of its text, and most tokens. */
const most = 100_000;

const token = object<HeatmapPanelToken>({
  position: nullable(index),
  id: index,
  start: index,
  end: index,
  value: nullable(number),
  counted: flag,
  top: list(scoredShape, most),
});

/** The data of the picture. */
export const heatmapShape = object<HeatmapPanelData>({
  measure: decodeMeasure,
  name: text,
  unit: nullable(word(...logUnits)),
  scale: object<HeatScale>({ from: number, to: number, signed: flag, log: flag }),
  lines: object<HeatmapPanelData["lines"]>({ from: index, to: index }),
  text,
  start: index,
  tabSize: index,
  tokens: list(token, most),
  at: nullable(index),
  measured: number,
  whole: nullable(object<WholeRun>({ ids: list(index), bos: flag, windowTokens: index })),
});

/**
 * What is drawn together must fit together.
 * @throws {DecodeError} "bad-field"
 */
export function requireHeatmapFit({ text, tabSize, tokens }: HeatmapPanelData): void {
  if (text.length > most) throw badField("data.text", `has more than ${most} units`);
  if (tabSize < 1 || tabSize > 100) throw badField("data.tabSize", "is not between 1 and 100");
  if (tokens.some(({ start, end }) => end < start)) throw badField("data.tokens", "end before they start");
}
