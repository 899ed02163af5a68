/** Lines of a coloured text as an SVG, with its scale and what it was made of. */
import { svgWithFacts, xmlText, type Facts } from "../../../base/exportText";
import { colourLevels } from "../../contributions";
import type { MeasuredToken } from "../partStore";
import { stepOf, type HeatScale } from "../scale";

/** What is drawn. */
export interface HeatPicture {
  /** The lines, and the offset of their first unit. */
  readonly text: string;
  readonly start: number;
  /** Tokens that overlap them. */
  readonly tokens: readonly MeasuredToken[];
  readonly scale: HeatScale;
  readonly title: string;
  readonly ends: { readonly from: string; readonly to: string; readonly unit: string };
  readonly footer: string;
  readonly facts: Facts;
  readonly tabSize: number;
  /** "#rrggbbaa" of a step, negative on the other side of zero. */
  fill(step: number): string;
}

const fontSize = 13;
const cell = 7.8;
const lineHeight = 20;
const pad = 12;
/** Columns after which a line goes on in the next row. */
const mostColumns = 120;

/** Characters of one colour in one row. */
interface Run {
  readonly row: number;
  readonly column: number;
  readonly step: number;
  columns: number;
  text: string;
}

/** The drawing, on white: what is cut and what cannot be seen is written out. */
export function heatmapSvg(picture: HeatPicture): string {
  const { runs, rows } = laidOut(picture);
  const columns = Math.max(60, ...runs.map(({ column, columns }) => column + columns));
  const width = Math.ceil(2 * pad + columns * cell);
  const height = 2 * pad + rows * lineHeight + 62;
  const head = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="${fontSize}">`;
  const parts = [
    `<title>${safe(picture.title)}</title>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ...runs.map((run) => drawn(run, picture)),
    ...key(picture, pad + rows * lineHeight + 18),
    `<text x="${pad}" y="${height - pad}" font-size="10" font-family="system-ui, sans-serif" fill="#5f5f5f">${safe(picture.footer)}</text>`,
  ];
  return `${svgWithFacts(`${head}${parts.join("\n")}`, picture.facts)}</svg>\n`;
}

function drawn({ row, column, columns, step, text }: Run, { fill }: HeatPicture): string {
  const x = round(pad + column * cell);
  const y = pad + row * lineHeight;
  const width = round(columns * cell);
  const ground = step === 0 ? "" : box({ x, y: y + 1, width, height: lineHeight - 2 }, fill(step));
  if (text.trim() === "") return ground;
  // The width is given, so that the boxes fit whatever font a viewer has.
  return `${ground}<text xml:space="preserve" x="${x}" y="${y + 14.5}" textLength="${width}" lengthAdjust="spacingAndGlyphs" fill="#1f1f1f">${safe(text)}</text>`;
}

function box(at: { x: number; y: number; width: number; height: number }, colour: string): string {
  const opacity = colour.length > 7 ? round(parseInt(colour.slice(7), 16) / 255) : 1;
  const { x, y, width, height } = at;
  return `<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="${colour.slice(0, 7)}" fill-opacity="${opacity}"/>`;
}

/** The ramp between the ends of the scale, under its name. */
function key({ scale, title, ends, fill }: HeatPicture, y: number): string[] {
  const from = scale.signed ? -colourLevels : 0;
  const steps = Array.from({ length: colourLevels - from + 1 }, (_, i) => from + i);
  const words = `font-size="11" font-family="system-ui, sans-serif" fill="#1f1f1f"`;
  const left = pad + Math.ceil(ends.from.length * 6.5) + 8;
  const end = left + steps.length * 14 + 8;
  return [
    `<text x="${pad}" y="${y + 10}" ${words}>${safe(ends.from)}</text>`,
    ...steps.flatMap((step, i) =>
      step === 0 ? [] : [box({ x: left + i * 14, y, width: 14, height: 13 }, fill(step))],
    ),
    `<rect x="${left}" y="${y}" width="${steps.length * 14}" height="13" fill="none" stroke="#8c8c8c"/>`,
    `<text x="${end}" y="${y + 10}" ${words}>${safe(`${ends.to} ${ends.unit}`.trimEnd())} · ${safe(title)}</text>`,
  ];
}

function laidOut({ text, start, tokens, scale, tabSize }: HeatPicture): { runs: Run[]; rows: number } {
  const steps = new Int8Array(text.length);
  for (const { start: from, end, value, counted } of tokens)
    if (value !== null && counted)
      steps.fill(stepOf(scale, value), Math.max(0, from - start), Math.max(0, end - start));
  const runs: Run[] = [];
  let row = 0;
  let column = 0;
  let at = 0;
  for (const character of text) {
    const step = steps[at];
    at += character.length;
    if (character === "\n") {
      row++;
      column = 0;
      continue;
    }
    if (character === "\r") continue;
    const shown = character === "\t" ? " ".repeat(tabSize - (column % tabSize)) : visible(character);
    const columns = character === "\t" ? shown.length : columnsOf(shown);
    if (column + columns > mostColumns) {
      row++;
      column = 0;
    }
    const last = runs.at(-1);
    // Wide characters stand alone, so that what follows them does not shift.
    if (
      last &&
      last.row === row &&
      last.step === step &&
      columns === 1 &&
      last.columns === last.text.length
    ) {
      last.text += shown;
      last.columns++;
    } else if (last && columns === 0) last.text += shown;
    else runs.push({ row, column, step, columns: Math.max(1, columns), text: shown });
    column += columns;
  }
  return { runs, rows: row + 1 };
}

/** A character that can be seen and that XML may hold; what cannot be seen by its number. */
function visible(character: string): string {
  return hidden.test(character)
    ? `⟨${codeOf(character).toString(16).toUpperCase().padStart(4, "0")}⟩`
    : character;
}

/** Columns that a fixed-width font gives it. */
function columnsOf(shown: string): number {
  if (shown.length > 1 && shown.startsWith("⟨")) return shown.length;
  if (/^\p{M}$/u.test(shown) || shown === joiner) return 0;
  return wide.test(shown) ? 2 : 1;
}

const codeOf = (character: string): number => character.codePointAt(0) ?? 0;

const joiner = "\u200d";

/** Controls, formats (but what joins emoji), lone surrogates, and what is no character. */
const hidden = /(?!\u200d)[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029\ufffe\uffff]/u;

const wide =
  /\p{Extended_Pictographic}|\p{Script=Han}|[\u1100-\u115f\u3000-\u30ff\uac00-\ud7a3\ufe30-\ufe6f\uff01-\uff60]/u;

const round = (value: number): number => Math.round(value * 100) / 100;

const safe = (text: string): string => xmlText([...text].map(visible).join(""));
