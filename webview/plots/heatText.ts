/** Lines of a text with a colour on each token, laid out in columns as an editor does: where everything lies, and an SVG. */
import { xmlText } from "../../src/base/exportText";
import type { Paint } from "../shared/scales";

/** A token that overlaps the lines; its place on the scale is −1 … 1. */
export interface HeatToken {
  readonly start: number;
  readonly end: number;
  /** Null: hatched, since it has no value or is not on the scale. */
  readonly place: number | null;
}

/** What is laid out. */
export interface HeatLines {
  readonly text: string;
  /** Offset of the text's first unit; those of tokens count as it does. */
  readonly start: number;
  readonly tokens: readonly HeatToken[];
  readonly tabSize: number;
  /** Columns after which a line goes on in the next row. */
  readonly columns: number;
}

/** How it is drawn: the theme's colours. */
export interface HeatLook {
  readonly background: string;
  readonly foreground: string;
  readonly muted: string;
  readonly line: string;
  readonly fontFamily: string;
  readonly monoFamily: string;
  /** The size of a value as a bar too, beside its colour. */
  readonly bars: boolean;
  readonly paint: (place: number) => Paint;
}

/** What stands under the lines of a drawing that is saved. */
export interface HeatKey {
  readonly title: string;
  readonly from: string;
  readonly to: string;
  readonly signed: boolean;
  /** What is hatched, in words; null where nothing is. */
  readonly hatched: string | null;
  readonly footer: string;
}

/** Characters of one token in one row; `token` is −1 for text that no token covers. */
export interface HeatRun {
  readonly row: number;
  readonly column: number;
  readonly token: number;
  columns: number;
  text: string;
  /** Stands for something that cannot be seen: drawn dim. */
  readonly sign: boolean;
}

/** Sizes in pixels. */
export const cell = { width: 7.8, height: 20, pad: 8 } as const;
const fontSize = 13;
const keyHeight = 62;

/** Where every character lies. What is cut from nothing: long lines go on in the next row, and what cannot be seen is written out. */
export function layOut({ text, start, tokens, tabSize, columns: most }: HeatLines): HeatRun[] {
  const owner = new Int32Array(text.length).fill(-1);
  tokens.forEach((token, i) =>
    owner.fill(i, Math.max(0, token.start - start), Math.max(0, token.end - start)),
  );
  const runs: HeatRun[] = [];
  let row = 0;
  let column = 0;
  let at = 0;
  for (const character of text) {
    const token = owner[at]!;
    at += character.length;
    if (character === "\r") continue;
    const isEnd = character === "\n";
    const shown = isEnd
      ? "↵"
      : character === "\t"
        ? " ".repeat(tabSize - (column % tabSize))
        : visible(character);
    const columns = shown.trim() === "" ? shown.length : columnsOf(shown);
    if (column + columns > most && column > 0 && !isEnd) {
      row++;
      column = 0;
    }
    const last = runs.at(-1);
    const joins = last?.row === row && last.token === token && !isEnd && !last.sign;
    // Wide characters stand alone, so that what follows them does not shift.
    if (joins && columns === shown.length && last.columns === last.text.length) {
      last.text += shown;
      last.columns += columns;
    } else if (last && columns === 0) last.text += shown;
    else if (!isEnd || token >= 0)
      runs.push({ row, column, token, columns: Math.max(1, columns), text: shown, sign: isEnd });
    column += columns;
    if (!isEnd) continue;
    row++;
    column = 0;
  }
  return runs;
}

/** Width and height of the laid-out lines. */
export function sizeOf(runs: readonly HeatRun[]): { readonly width: number; readonly height: number } {
  const columns = Math.max(1, ...runs.map(({ column, columns }) => column + columns));
  const rows = Math.max(1, ...runs.map(({ row }) => row + 1));
  return { width: Math.ceil(2 * cell.pad + columns * cell.width), height: 2 * cell.pad + rows * cell.height };
}

/** Where a run stands. */
export function boxOf({
  row,
  column,
  columns,
}: HeatRun): Readonly<Record<"x" | "y" | "width" | "height", number>> {
  const x = round(cell.pad + column * cell.width);
  return {
    x,
    y: cell.pad + row * cell.height + 1,
    width: round(columns * cell.width),
    height: cell.height - 2,
  };
}

/** The drawing, alone for a page, or with a key and small print. */
export function heatTextSvg(
  { tokens }: Pick<HeatLines, "tokens">,
  runs: readonly HeatRun[],
  look: HeatLook,
  key: HeatKey | null,
): string {
  const { width, height: linesHeight } = sizeOf(runs);
  const wide = key ? Math.max(480, width) : width;
  const height = linesHeight + (key ? keyHeight : 0);
  const head = `<svg xmlns="http://www.w3.org/2000/svg" width="${wide}" height="${height}" viewBox="0 0 ${wide} ${height}" font-family="${safe(look.monoFamily).replaceAll('"', "&quot;")}" font-size="${fontSize}">`;
  return [
    head,
    ...(key ? [`<title>${safe(key.title)}</title>`] : []),
    hatching(look),
    `<rect width="${wide}" height="${height}" fill="${look.background}"/>`,
    ...runs.map((run) => drawn(run, tokens[run.token], look)),
    ...(key ? keyOf(key, look, linesHeight + 4) : []),
    "</svg>\n",
  ].join("\n");
}

function drawn(run: HeatRun, token: HeatToken | undefined, look: HeatLook): string {
  const box = boxOf(run);
  const { x, y, width } = box;
  const paint = token && token.place !== null ? look.paint(token.place) : null;
  const ground = !token ? "" : paint ? rect(box, paint.ground) : rect(box, "url(#heat-hatch)");
  const ink = paint?.text ?? look.foreground;
  const bar = look.bars && token?.place ? barOf(box, token.place, ink) : "";
  if (run.text.trim() === "") return ground + bar;
  const dim = run.sign ? ' fill-opacity="0.55"' : "";
  // The width is given, so that the boxes fit whatever font a viewer has.
  return `${ground}<text xml:space="preserve" x="${x}" y="${y + 13.5}" textLength="${width}" lengthAdjust="spacingAndGlyphs" fill="${ink}"${dim}>${safe(run.text)}</text>${bar}`;
}

type Box = ReturnType<typeof boxOf>;

const rect = ({ x, y, width, height }: Box, fill: string): string =>
  `<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="${fill}"/>`;

/** At the lower edge, at the upper one on the other side of zero. */
function barOf({ x, y, width, height }: Box, place: number, fill: string): string {
  const long = round(width * Math.abs(place));
  return rect({ x, y: place < 0 ? y : y + height - 3, width: long, height: 3 }, fill);
}

function hatching({ muted }: HeatLook): string {
  return `<defs><pattern id="heat-hatch" width="6" height="6" patternUnits="userSpaceOnUse"><path d="M-1,1 l2,-2 M0,6 l6,-6 M5,7 l2,-2" stroke="${muted}" stroke-width="0.8" stroke-opacity="0.55"/></pattern></defs>`;
}

/** The ramp between the ends of the scale, then its name; what is hatched; the small print. */
function keyOf({ title, from, to, signed, hatched, footer }: HeatKey, look: HeatLook, y: number): string[] {
  const words = (x: number, at: number, fill: string, text: string): string =>
    `<text x="${x}" y="${at}" font-size="11" font-family="${safe(look.fontFamily).replaceAll('"', "&quot;")}" fill="${fill}">${safe(text)}</text>`;
  const steps = 24;
  const left = cell.pad + Math.ceil(from.length * 6.5) + 8;
  const ramp = Array.from({ length: steps }, (_, i) => {
    const place = signed ? (2 * i) / (steps - 1) - 1 : i / (steps - 1);
    return rect({ x: left + i * 4, y, width: 4, height: 11 }, look.paint(place).ground);
  });
  const end = left + steps * 4;
  const hatch = { x: cell.pad, y: y + 18, width: 14, height: 11 };
  return [
    words(cell.pad, y + 9.5, look.foreground, from),
    ...ramp,
    `<rect x="${left}" y="${y}" width="${steps * 4}" height="11" fill="none" stroke="${look.line}"/>`,
    words(end + 8, y + 9.5, look.foreground, `${to} · ${title}`),
    ...(hatched === null
      ? []
      : [
          `${rect(hatch, "url(#heat-hatch)")}<rect x="${hatch.x}" y="${hatch.y}" width="14" height="11" fill="none" stroke="${look.line}"/>`,
          words(cell.pad + 20, hatch.y + 9.5, look.muted, hatched),
        ]),
    words(cell.pad, y + 48, look.muted, footer),
  ];
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
