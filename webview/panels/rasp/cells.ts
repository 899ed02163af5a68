/** Cells with the values of sequences: text that reads on its colour, and the sizes that they need. */
import type { RaspRow } from "../../../src/protocol/raspPicture";
import { h, type Child } from "../../shared/dom";
import { theme } from "../../shared/theme";
import { applyPaint, tokenFace } from "../../shared/tokenStrip";
import { visibleText } from "../../shared/tokenText";
import { shareOf, type Scale } from "./amounts";

/** Sizes of the cells of one figure, in pixels. */
export interface CellSizes {
  readonly width: number;
  readonly height: number;
}

const CHARACTER = 7.4;
const MOST_CHARACTERS = 7;

const characters = (rows: readonly RaspRow[]): number =>
  rows.reduce(
    (most, { cells }) => cells.reduce((wide, cell) => Math.max(wide, [...visibleText(cell)].length), most),
    1,
  );

/** Cells as large as their number and what stands in them ask for. */
export function cellSizes(positions: number, rows: readonly RaspRow[]): CellSizes {
  const height = positions <= 8 ? 30 : positions <= 16 ? 26 : positions <= 32 ? 22 : 19;
  return { height, width: widthFor(rows, height) };
}

/** The width in which the values of these rows can be read; the longest are cut. */
export function widthFor(rows: readonly RaspRow[], least: number): number {
  return Math.max(least, Math.ceil(Math.min(MOST_CHARACTERS, characters(rows)) * CHARACTER + 8));
}

/** One value of a row, painted; what is cut is told in full by the inspector. */
export function valueCell(row: RaspRow, position: number, scale: Scale, className = ""): HTMLElement {
  const cell = row.cells[position];
  const element = h(
    "div",
    { class: `value ${className}`.trim() },
    cell === undefined ? null : valueFace(cell),
  );
  const share = cell === undefined ? null : shareOf(row, cell, scale);
  applyPaint(element, share === null ? null : theme().diverging(share), share === 0 ? null : share);
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

/** The label of a row; one that is a step of the picture leads there. */
export function rowLabel(row: RaspRow, onChoose: (step: number) => void, before: Child = null): HTMLElement {
  const words = h("span", { class: "row-name mono" }, visibleText(row.label));
  const { step } = row;
  if (step === null) return h("span", { class: "row-label" }, before, words);
  const button = h(
    "button",
    { type: "button", class: "row-label row-link", "aria-label": `Show the step ${visibleText(row.label)}` },
    before,
    words,
  );
  button.addEventListener("click", () => onChoose(step));
  return button;
}
