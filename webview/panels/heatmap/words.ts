/** Values of a coloured text, and what is hatched, in words. */
import type { HeatmapPanelData, HeatmapPanelToken } from "../../../src/protocol/heatmapPanel";
import { fromNats } from "../../../src/protocol/logUnit";
import { number, percent } from "../../shared/format";

type Shown = Pick<HeatmapPanelData, "measure" | "unit">;

/** A value in the unit that is shown. */
export const inUnit = ({ unit }: Shown, value: number): number => (unit ? fromNats(value, unit) : value);

/** A value with its unit. */
export function valueWords(data: Shown, value: number): string {
  if (data.measure.kind === "attention") return percent(value);
  if (data.measure.kind === "rank") return String(value);
  if (data.measure.kind === "depth") return `row ${value}`;
  return [number(inUnit(data, value)), data.unit].filter(Boolean).join(" ");
}

/** What is said of a token: its value, or that it has none. */
export function saidOf(data: Shown, { value, counted }: HeatmapPanelToken): string {
  if (value === null) return "no value";
  return counted ? valueWords(data, value) : `${valueWords(data, value)}, not on the scale`;
}

/** The ends of the scale. */
export function endsOf(data: Pick<HeatmapPanelData, "measure" | "unit" | "scale">): {
  low: string;
  high: string;
} {
  const { scale } = data;
  return { low: valueWords(data, scale.signed ? -scale.to : scale.from), high: valueWords(data, scale.to) };
}

/** What hatching stands for; null where nothing is hatched. */
export function hatchedWords({ measure, tokens }: HeatmapPanelData): string | null {
  if (tokens.every(({ value, counted }) => value !== null && counted)) return null;
  return measure.kind === "attention"
    ? "no weight, or position 0, which is not on the scale"
    : "no value, or not on the scale (position 0)";
}
