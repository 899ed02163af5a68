/** A coloured text as a table: a row per token. */
import type { HeatmapPanelData } from "../../../src/protocol/heatmapPanel";
import type { TableData } from "../../shared/table";
import { visibleText } from "../../shared/tokenText";
import { inUnit } from "./words";

/** Place, token, value and guesses; values in the unit that is shown, guesses as probabilities. */
export function tokensTable(data: HeatmapPanelData): TableData {
  const { tokens, name, unit, text, start, lines } = data;
  const k = Math.max(0, ...tokens.map(({ top }) => top.length));
  const guesses = Array.from({ length: k }, (_, i) => [`guess ${i + 1}`, `probability ${i + 1}`]);
  return {
    caption: `${name}, a row per token`,
    columns: [
      "position",
      "line:column",
      "id",
      "token",
      unit ? `${name} (${unit})` : name,
      "on the scale",
      ...guesses.flat(),
    ],
    rows: tokens.map(({ position, id, start: from, end, value, counted, top }) => [
      position,
      placeWords({ text, start, lines }, from),
      id,
      visibleText(textOf({ text, start }, { start: from, end }), id),
      value === null ? null : inUnit(data, value),
      counted ? "yes" : "no",
      ...Array.from({ length: k }, (_, i) => {
        const one = top[i];
        return one ? [visibleText(one.text, one.id), Math.exp(one.logProb)] : [null, null];
      }).flat(),
    ]),
  };
}

type Lines = Pick<HeatmapPanelData, "text" | "start" | "lines">;

/** Line and column of an offset, from 1; of a token that begins before the lines, their begin. */
export function placeWords({ text, start, lines }: Lines, offset: number): string {
  const before = text.slice(0, Math.max(0, offset - start));
  return `${lines.from + (before.match(/\n/g)?.length ?? 0)}:${before.length - before.lastIndexOf("\n")}`;
}

/** A token's text as far as it is drawn. */
export function textOf(
  { text, start }: Pick<HeatmapPanelData, "text" | "start">,
  token: { readonly start: number; readonly end: number },
): string {
  return text.slice(Math.max(0, token.start - start), token.end - start);
}
