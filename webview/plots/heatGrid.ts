/** A grid of signed numbers with a name at every row and column: zero is the background. Arrows move in it. */
import { fill, h, setAttributes, type Child } from "../shared/dom";
import { roving, type Roving } from "../shared/roving";
import { theme } from "../shared/theme";
import { applyPaint } from "../shared/tokenStrip";
import "./heatGrid.css";

/** A name of a row or column, drawn and spoken. */
export interface GridName {
  readonly face: Child;
  readonly says: string;
}

/** What a grid shows. */
export interface HeatGridData {
  readonly label: string;
  readonly rows: readonly GridName[];
  readonly columns: readonly GridName[];
  /** Row-major; null has no value and is hatched. */
  readonly values: readonly (readonly (number | null)[])[];
  /** The size that gets the strongest colour. */
  readonly max: number;
  /** Where a number stands on the scale, −1 … 1, where that is not its share of `max`. */
  readonly shade?: (value: number) => number;
  /** The number of a cell in words. */
  readonly says: (value: number | null) => string;
}

/** What a grid tells of. */
export interface HeatGridEvents {
  readonly onInspect?: (row: number, column: number) => void;
  readonly onChoose?: (row: number, column: number) => void;
}

/** A grid that is painted in place while its shape stays. */
export class HeatGrid {
  readonly element: HTMLElement;
  private readonly grid = h("div", { class: "heat-grid", role: "grid" });
  private readonly roving: Roving;
  private cells: HTMLElement[] = [];
  private columns = 0;

  constructor(events: HeatGridEvents) {
    this.element = h("div", { class: "heat-grid-scroll" }, this.grid);
    const at = (index: number, action: HeatGridEvents["onInspect"]): void =>
      action?.(Math.floor(index / this.columns), index % this.columns);
    this.roving = roving(this.grid, {
      items: () => this.cells,
      columns: () => this.columns,
      onInspect: (index) => at(index, events.onInspect),
      onChoose: (index) => at(index, events.onChoose),
    });
  }

  /** Shows other numbers. */
  update(data: HeatGridData): void {
    const { rows, columns, values, max, shade = (value: number) => (max <= 0 ? 0 : value / max) } = data;
    setAttributes(this.grid, { "aria-label": data.label });
    this.grid.style.setProperty("--columns", String(columns.length));
    if (this.columns !== columns.length || this.cells.length !== rows.length * columns.length)
      this.cells = rows.flatMap(() => columns.map(() => h("div", { class: "heat-cell", role: "gridcell" })));
    this.columns = columns.length;
    const lines = rows.map((row, i) => {
      const cells = this.cells.slice(i * columns.length, (i + 1) * columns.length);
      return h(
        "div",
        { class: "row", role: "row" },
        h("div", { class: "axis", role: "rowheader" }, row.face),
        ...cells,
      );
    });
    const names = columns.map(({ face, says }) =>
      h("div", { class: "heat-column", role: "columnheader", "aria-label": says }, h("span", {}, face)),
    );
    const foot = h(
      "div",
      { class: "row", role: "row" },
      h("div", { class: "axis", role: "rowheader" }),
      ...names,
    );
    fill(this.grid, ...lines, foot);
    for (const [i, row] of values.entries()) {
      for (const [j, value] of row.entries()) {
        const cell = this.cells[i * columns.length + j]!;
        const share = value === null ? 0 : shade(value);
        cell.classList.toggle("hatched", value === null);
        applyPaint(cell, value === null ? null : theme().diverging(share), value === null ? null : share);
        setAttributes(cell, { "aria-label": `${rows[i]!.says}, ${columns[j]!.says}, ${data.says(value)}` });
      }
    }
    this.roving.refresh();
  }

  /** Gives cells a class `is-NAME`, and takes it from all others. */
  mark(name: string, cells: readonly (readonly [row: number, column: number])[]): void {
    const marked = new Set(cells.map(([row, column]) => row * this.columns + column));
    this.cells.forEach((cell, i) => cell.classList.toggle(`is-${name}`, marked.has(i)));
  }
}
