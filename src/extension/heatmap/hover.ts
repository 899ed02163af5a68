/** What is said of a token that someone points at. */
import * as vscode from "vscode";
import { shareText } from "../../base/shareText";
import type { HeatmapMeasure } from "../../protocol/heatmap";
import type { TextRange } from "../decorations/buckets";
import type { PaintedHover } from "../decorations/tokenColours";
import { heatTexts } from "../messages/heatmap";
import { isInBits, type Look } from "./look";
import type { MeasuredToken } from "./partStore";
import { measureName, valueText } from "./words";

/** The tokens at an offset, in lines; undefined where none is measured there. */
export function hoverAt(look: Look, offset: number): PaintedHover | undefined {
  const { document, measure, linked, store } = look;
  const tokens = [...store.tokensIn([{ start: offset, end: offset + 1 }])].filter(
    ({ start, end }) => end > start,
  );
  const [first] = tokens;
  if (!first) return undefined;
  const text = ({ start, end }: TextRange): string =>
    document.getText(new vscode.Range(document.positionAt(start), document.positionAt(end)));
  const shown = { measure, inBits: isInBits(look), linked, textOf: (id: number) => store.text(id) };
  const lines = tokens.flatMap((token) => hoverLines(token, text(token), shown));
  return { start: first.start, end: first.end, lines };
}

/** Value with its unit, about which token, and the alternatives of the prediction behind it. */
function hoverLines(
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
      ({ id, logProb }) => `${quoted(textOf(id) ?? `#${id}`)} ${shareText(Math.exp(logProb))}`,
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
export function quoted(text: string): string {
  const short = text.length > 40 ? `${text.slice(0, 40)}…` : text;
  return JSON.stringify(short).replace(
    /[\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g,
    escaped,
  );
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
