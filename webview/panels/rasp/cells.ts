/** Cells with the values of sequences: text that reads on its colour, and the sizes that they need. */
import type { RaspRow } from "../../../src/protocol/raspPicture";
import { h, type Child } from "../../shared/dom";
import type { Paint } from "../../shared/scales";
import { theme } from "../../shared/theme";
import { applyPaint, tokenFace } from "../../shared/tokenStrip";
import { visibleText } from "../../shared/tokenText";
import { shareOf, type Scale } from "./amounts";
import { codeText } from "./words";

/** Sizes of the cells of one figure, in pixels. */
export interface CellSizes {
  readonly width: number;
  readonly height: number;
}

/** The longest value that is shown whole. */
const MOST_CHARACTERS = 7;
/** The width of a cell in which a text is cut to its beginning, in pixels. */
export const NARROW = 34;

const ruler = document.createElement("canvas").getContext("2d");

/** The width of a character of the editor's font, in pixels. */
export function characterWidth(): number {
  const size = parseFloat(
    getComputedStyle(document.documentElement).getPropertyValue("--vscode-editor-font-size"),
  );
  const pixels = Number.isFinite(size) ? size : 13;
  if (!ruler) return pixels * 0.62;
  ruler.font = `${pixels}px ${theme().monoFamily}`;
  return ruler.measureText("0").width;
}

/** Cells as large as their number, what stands in them and the room for all of them ask for. */
export function cellSizes(positions: number, rows: readonly RaspRow[], room: number): CellSizes {
  const height = positions <= 8 && room >= 400 ? 30 : positions <= 16 ? 25 : positions <= 32 ? 22 : 19;
  return { height, width: widthFor(rows, height, Math.max(NARROW, (0.6 * room) / Math.max(1, positions))) };
}

/** The width in which the values of these rows can be read; texts are cut at `most`, numbers only where they are endless. */
export function widthFor(rows: readonly RaspRow[], least: number, most = Infinity): number {
  const character = characterWidth();
  const width = rows.reduce((widest, { cells, type }) => {
    const longest = cells.reduce((all, cell) => Math.max(all, [...visibleText(cell)].length), 1);
    const whole = Math.ceil(Math.min(MOST_CHARACTERS, longest) * character + 8);
    return Math.max(widest, type === "string" ? Math.min(whole, Math.floor(most)) : whole);
  }, 0);
  return Math.max(least, width);
}

/** The colour of an amount, −1 … 1; short of the strongest, so that selected pairs stand out. */
export const valuePaint = (share: number): Paint => theme().diverging(0.8 * share);

/** One value of a row, painted; what is cut is told in full by the inspector. */
export function valueCell(row: RaspRow, position: number, scale: Scale, className = ""): HTMLElement {
  const cell = row.cells[position];
  const element = h(
    "div",
    { class: `value ${className}`.trim() },
    cell === undefined ? null : valueFace(cell),
  );
  const share = cell === undefined ? null : shareOf(row, cell, scale);
  applyPaint(element, share === null ? null : valuePaint(share), share === 0 ? null : share);
  return element;
}

/** A value as it is drawn everywhere. */
export function valueFace(cell: string): Child {
  return tokenFace(cell);
}

/** Puts an element into a CSS grid; lines count from 1. */
export function place<E extends HTMLElement>(element: E, row: number, column: number, columns = 1): E {
  element.style.gridRow = String(row);
  element.style.gridColumn = `${column} / span ${columns}`;
  return element;
}

/** What labels of rows tell of: the step that a row comes from. */
export interface RowEvents {
  readonly onStep: (step: number) => void;
  readonly onHover: (step: number | null) => void;
}

/** The label of a row; one that is a step of the picture leads there. */
export function rowLabel(row: RaspRow, events: RowEvents, before: Child = null): HTMLElement {
  const words = h("span", { class: "row-name mono" }, codeText(row.label));
  const { step } = row;
  if (step === null) return h("span", { class: "row-label" }, before, words);
  const button = h(
    "button",
    { type: "button", class: "row-label row-link", "aria-label": `Show the step ${codeText(row.label)}` },
    before,
    words,
  );
  button.addEventListener("click", () => events.onStep(step));
  button.addEventListener("pointerenter", () => events.onHover(step));
  button.addEventListener("pointerleave", () => events.onHover(null));
  return button;
}
