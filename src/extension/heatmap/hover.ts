/** What is said of a token that someone points at. */
import type { HeatmapMeasure } from "../../protocol/heatmap";
import { heatTexts } from "../messages";
import { measureName, valueText } from "./words";
import type { MeasuredToken } from "./partStore";

/** Value with its unit, about which token, and the alternatives of the prediction behind it. */
export function hoverLines(
  token: MeasuredToken,
  text: string,
  { measure, inBits, linked, textOf }: Shown,
): readonly string[] {
  const said = quoted(text);
  const name = measureName(measure, inBits, linked);
  if (token.value === null) {
    const why = measure.kind === "attention" ? heatTexts.outOfReach() : heatTexts.nothingBefore();
    return [heatTexts.hoverNone(name, said, why)];
  }
  const value = valueText(measure, token.value, inBits);
  const isNext = measure.kind === "entropy";
  const first = isNext ? heatTexts.hoverNext(name, said, value) : heatTexts.hoverThis(name, said, value);
  const lines = [first];
  if (!token.counted) lines.push(heatTexts.notCounted());
  if (token.top.length > 0) {
    const listed = token.top.map(
      ({ id, logProb }) => `${quoted(textOf(id) ?? `#${id}`)} ${percent(logProb)}`,
    );
    lines.push((isNext ? heatTexts.predictedNext : heatTexts.predictedHere)(listed.join("   ")));
  }
  return lines;
}

interface Shown {
  readonly measure: HeatmapMeasure;
  readonly inBits: boolean;
  readonly linked?: boolean | undefined;
  textOf(id: number): string | undefined;
}

/** A token's text with what cannot be seen spelled out, and not longer than one reads. */
function quoted(text: string): string {
  const short = text.length > 40 ? `${text.slice(0, 40)}…` : text;
  return JSON.stringify(short).replace(
    /[\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g,
    escaped,
  );
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

function percent(logProb: number): string {
  const share = 100 * Math.exp(logProb);
  return share < 0.1 ? "<0.1 %" : `${share.toPrecision(share < 10 ? 2 : 3)} %`;
}
