/** An elementwise step: its operands one above the other, what comes of them below, position by position. */
import type { RaspPicture, RaspRow, RaspStep } from "../../../src/protocol/raspPicture";
import { fill, h, setAttributes } from "../../shared/dom";
import { roving, type Roving } from "../../shared/roving";
import { spokenText } from "../../shared/tokenText";
import { rowsOf, scaleOf } from "./amounts";
import { cellSizes, characterWidth, place, rowLabel, valueCell, type RowEvents } from "./cells";
import { placeName } from "./positions";
import { codeText } from "./words";

/** What the grid tells of. */
export interface RowsGridEvents {
  readonly onInspect: (position: number) => void;
  readonly rows: RowEvents;
}

/** The grid of one step. */
export class RowsGrid {
  readonly element: HTMLElement;
  private readonly grid = h("div", { class: "rows-grid", role: "grid" });
  private readonly roving: Roving;
  private cells: HTMLElement[] = [];
  private columns = 0;

  constructor(private readonly events: RowsGridEvents) {
    this.element = h("div", { class: "rasp-scroll" }, this.grid);
    const at = (index: number): void => {
      this.light(index % this.columns);
      this.events.onInspect(index % this.columns);
    };
    this.roving = roving(this.grid, {
      items: () => this.cells,
      columns: () => this.columns,
      onInspect: at,
      onChoose: at,
    });
  }

  /** Draws a step without a matrix, in a room of this width. */
  update(picture: RaspPicture, step: RaspStep, room: number): void {
    const { operands, result } = step;
    const rows = [...operands, ...(result ? [result] : [])];
    const scale = scaleOf(rowsOf(step));
    const focused = this.cells.findIndex((cell) => cell === document.activeElement);
    this.columns = result?.cells.length ?? picture.positions;
    const size = cellSizes(this.columns, rows, room);
    const widest =
      rows.reduce((most, { label }) => Math.max(most, codeText(label).length * characterWidth()), 0) + 44;
    const labels = Math.round(Math.max(60, Math.min(widest, room * 0.34, 210)));
    setAttributes(this.grid, { "aria-label": `${codeText(step.expression)}, ${this.columns} positions` });
    this.grid.style.gridTemplateColumns =
      this.columns > 0 ? `${labels}px repeat(${this.columns}, ${size.width}px)` : `${labels}px`;
    this.cells = [];
    const lines = rows.map((row, i) => {
      const isResult = i === rows.length - 1 && result !== null;
      const words = isResult ? "result" : "";
      const line = 2 + i + (isResult ? 1 : 0);
      return this.line(picture, row, {
        words,
        line,
        cell: (j) => valueCell(row, j, scale, isResult ? "result" : ""),
        size,
      });
    });
    fill(this.grid, this.positionsRow(picture), ...lines);
    this.roving.refresh();
    if (focused >= 0 && this.cells[focused] && document.hasFocus()) this.roving.focus(focused);
  }

  private line(picture: RaspPicture, row: RaspRow, { words, line, cell, size }: LineParts): HTMLElement {
    const small = words === "" ? null : h("span", { class: "small-word" }, words);
    const head = h(
      "div",
      { class: "axis label-cell sticks", role: "rowheader" },
      rowLabel(row, this.events.rows, small),
    );
    head.style.left = "0";
    const cells = Array.from({ length: this.columns }, (_, j) => {
      const element = place(cell(j), line, 2 + j);
      element.style.height = `${size.height}px`;
      const says = `${codeText(row.label)} at position ${placeName(picture, j)}: ${spokenText(row.cells[j] ?? null) || "empty"}`;
      setAttributes(element, { role: "gridcell", "aria-label": says });
      return element;
    });
    this.cells.push(...cells);
    return h("div", { class: "row", role: "row" }, place(head, line, 1), ...cells);
  }

  private positionsRow({ first }: RaspPicture): HTMLElement {
    const head = h(
      "div",
      { class: "axis label-cell sticks", role: "rowheader" },
      h("span", { class: "small-word" }, "position"),
    );
    head.style.left = "0";
    const cells = Array.from({ length: this.columns }, (_, j) =>
      place(h("div", { class: "axis-x num", role: "columnheader" }, String(first + j)), 1, 2 + j),
    );
    return h("div", { class: "row", role: "row" }, place(head, 1, 1), ...cells);
  }

  private light(position: number): void {
    this.cells.forEach((cell, i) => cell.classList.toggle("lit", i % this.columns === position));
  }
}

interface LineParts {
  readonly words: string;
  readonly line: number;
  readonly cell: (position: number) => HTMLElement;
  readonly size: { readonly height: number };
}
