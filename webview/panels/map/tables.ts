/** The Map page as tables. */
import type { TextMap, TextMapLayer } from "../../../src/protocol/textMap";
import type { TableData } from "../../shared/table";
import { visibleText } from "../../shared/tokenText";
import { rowName } from "./words";

/** A row per text: its label and its place. */
export function pointsTable(
  { texts, labels }: TextMap,
  row: TextMapLayer,
  points: TextMapLayer["pca"]["points"],
  axes: readonly [string, string],
): TableData {
  return {
    caption: `Texts at ${rowName(row)}`,
    columns: ["text", "label", ...axes],
    rows: texts.map(({ text, label }, i) => [
      visibleText(text, i),
      labels[label] ?? "?",
      points[i]?.[0] ?? null,
      points[i]?.[1] ?? null,
    ]),
  };
}

/** A row per layer, the last first. */
export function silhouettesTable({ layers, labels }: TextMap): TableData {
  const rows = layers.map(({ layer, silhouette }) => {
    const { mean, percentile, shuffled, byLabel } = silhouette;
    const middle = shuffled.reduce((sum, value) => sum + value, 0) / Math.max(1, shuffled.length);
    return [
      layer === null ? "embedding" : layer,
      mean,
      percentile,
      middle,
      Math.max(...shuffled),
      ...byLabel,
    ];
  });
  return {
    caption: "Mean silhouettes by layer, with those of shuffled labels",
    columns: [
      "layer",
      "silhouette",
      "share of shuffles below",
      "mean of shuffles",
      "largest of shuffles",
      ...labels,
    ],
    rows: rows.reverse(),
  };
}
