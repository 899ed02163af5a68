/** Names, values and the legend of a measure, in words. */
import { shareText } from "../../base/shareText";
import type { HeatmapMeasure } from "../../protocol/heatmap";
import type { HeatScale } from "../../protocol/heatmapPanel";
import type { LogUnit } from "../../protocol/logUnit";
import { heatTexts } from "../messages/heatmap";

type Name = keyof typeof heatTexts.names;

/** Under which key a measure's texts stand; `linked`: a row chosen in the Attention panel. */
export function textKey(measure: HeatmapMeasure, inBits: boolean, linked = false): Name {
  if (measure.kind === "surprisal") return inBits ? "bits" : "surprisal";
  if (linked) return "attentionRow";
  if (measure.kind === "attention") return measure.direction === "from" ? "attentionFrom" : "attentionTo";
  return measure.kind;
}

/** A measure by its name, with the neuron, hook or head that it is of. */
export function measureName(measure: HeatmapMeasure, inBits: boolean, linked = false): string {
  const name = heatTexts.names[textKey(measure, inBits, linked)]();
  switch (measure.kind) {
    case "neuron":
      return `${name} L${measure.layer} N${measure.neuron}`;
    case "norm":
      return `${name} ${measure.hook}`;
    case "direction":
      return `${name} ${directionName(measure.file)}${layersName(measure.layers)}`;
    case "attention":
      return `${name} ${measure.layer}.${measure.head}`;
    default:
      return name;
  }
}

const directionName = (file: string): string => file.replace(/^.*[\\/]/, "").replace(/\.json$/, "");

/** Layers as far as they are not the direction's best one: "L3", "L2–5". */
function layersName(layers: readonly number[] | null): string {
  const [first, last] = [layers?.[0], layers?.at(-1)];
  if (first === undefined || last === undefined) return "";
  return first === last ? ` L${first}` : ` L${first}–${last}`;
}

/** The unit of a measure's values; null where it has none. */
export function logUnitOf({ kind }: HeatmapMeasure, inBits: boolean): LogUnit | null {
  return kind === "surprisal" || kind === "entropy" ? (inBits ? "bits" : "nats") : null;
}

/** The same in words; empty where there is none. */
export function unitOf(measure: HeatmapMeasure, inBits: boolean): string {
  const unit = logUnitOf(measure, inBits);
  return unit === null ? "" : heatTexts[unit]();
}

/** A value with three significant digits and its unit. */
export function valueText(measure: HeatmapMeasure, value: number, inBits: boolean): string {
  if (measure.kind === "rank") return String(value);
  if (measure.kind === "depth") return heatTexts.rowOf(value);
  if (measure.kind === "attention") return shareText(value);
  const shown = number(inBits && unitOf(measure, inBits) !== "" ? value / Math.LN2 : value);
  return `${shown} ${unitOf(measure, inBits)}`.trimEnd();
}

/** Three significant digits; whole numbers as they are. */
export function number(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e6) return String(value);
  const size = Math.abs(value);
  return size >= 1000 || size < 0.001 ? value.toExponential(2) : value.toPrecision(3);
}

/** The ends of a scale with its ramp between them. */
export function rampText(measure: HeatmapMeasure, scale: HeatScale, inBits: boolean): string {
  const unit = unitOf(measure, inBits);
  const factor = inBits && unit !== "" ? 1 / Math.LN2 : 1;
  const at = (value: number): string =>
    measure.kind === "attention" ? shareText(value) : number(value * factor);
  const from = scale.signed ? `−${at(scale.to)}` : at(scale.from);
  const ramp = scale.signed ? "▆▅▄▃▂▁ 0 ▁▂▃▄▅▆" : "▁▂▃▄▅▆";
  return `${from} ${ramp} ${at(scale.to)} ${unit}`.trimEnd();
}
