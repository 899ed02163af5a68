/** Paints and legends of the grid: by a measure, or by how far it moved from a pinned lens. */
import type { LensDifference } from "../../plots/lensDifference";
import type { Measure, MeasureScale } from "../../plots/lensMeasures";
import { h } from "../../shared/dom";
import { legend } from "../../shared/legend";
import { theme } from "../../shared/theme";
import { quoted } from "../../shared/tokenText";
import type { GridPaint } from "./grid";

/** Cells by a measure; what has no value is hatched. */
export function paintBy(measure: Measure, scale: MeasureScale): GridPaint {
  return {
    key: `${measure.key} ${scale.key}`,
    of: (cell) => {
      const value = measure.value(cell);
      return { t: value === null ? null : scale.place(value), words: measure.words(value) };
    },
  };
}

/** Cells by the difference from a pinned lens; what was not in it is left bare. */
export function paintDifference(
  measure: Measure,
  scale: MeasureScale,
  difference: LensDifference,
): GridPaint {
  return {
    key: `difference ${measure.key} ${scale.key} ${JSON.stringify([...difference.columns])}`,
    diverging: true,
    of: ({ layer }, { pos }) => {
      const cell = difference.columns.get(pos)?.[layer];
      if (!cell) return { t: undefined, words: "not in the pinned lens" };
      const before =
        cell.changed && cell.before ? `, before ${quoted(cell.before.text, cell.before.id)}` : "";
      return { t: cell.t, words: `${cell.words}${before}`, changed: cell.changed };
    },
  };
}

/** The key of the grid. */
export function gridKey(measure: Measure, scale: MeasureScale): readonly HTMLElement[] {
  return [
    legend({
      label: measure.label(),
      low: scale.low,
      high: scale.high,
      scale: (t) => theme().sequential(t),
      ...(measure.key === "surprisal" ? { hatched: "no token follows yet" } : {}),
    }),
    sign("swatch-agrees", "same as the final prediction"),
    sign("swatch-depth", "prediction depth"),
  ];
}

/** The key of a difference. */
export function differenceKey(measure: Measure, scale: MeasureScale): readonly HTMLElement[] {
  return [
    legend({
      label: `change of ${measure.label()}, now less pinned`,
      low: `−${scale.span}`,
      high: `+${scale.span}`,
      scale: (t) => theme().diverging(t),
      diverging: true,
      hatched: "without a value in one of them",
    }),
    sign("swatch-changed", "another top token"),
  ];
}

const sign = (kind: string, words: string): HTMLElement =>
  h("span", { class: "legend" }, h("span", { class: `swatch ${kind}` }), words);
