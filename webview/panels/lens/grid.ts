/** The lens grid: layers upward, positions to the right under their tokens; only changed columns are painted. */
import { lensColumns, rowName, type LensColumn, type LensGridCell } from "../../plots/lensColumns";
import { measures } from "../../plots/lensMeasures";
import { stepLine } from "../../plots/stepLine";
import type { LensView } from "../../../src/protocol/lens";
import { besideToken } from "../../shared/about";
import { fill, h, setAttributes } from "../../shared/dom";
import type { PointedToken } from "../../shared/pointed";
import { roving, type Roving } from "../../shared/roving";
import { theme } from "../../shared/theme";
import { applyPaint, placeOf, tokenFace } from "../../shared/tokenStrip";
import { spokenText } from "../../shared/tokenText";

/** What the grid tells its panel. `layer` is null on a column's own token. */
export interface GridEvents {
  readonly onInspect: (column: LensColumn, layer: number | null) => void;
  readonly onChoose: (column: LensColumn, layer: number | null) => void;
}

/** How a cell is painted. */
export interface CellPaint {
  /** On the scale: 0 … 1, or from −1 where `diverging`; null is hatched, undefined left bare. */
  readonly t: number | null | undefined;
  /** What a screen reader says of it. */
  readonly words: string;
  /** Marked as another than it was. */
  readonly changed?: boolean;
}

/** How all cells are painted. */
export interface GridPaint {
  /** Equal for two paints exactly when they paint alike. */
  readonly key: string;
  readonly diverging?: boolean;
  readonly of: (cell: LensGridCell, column: LensColumn) => CellPaint;
}

/** By the probability of the top token. */
export const byProbability: GridPaint = {
  key: "probability",
  of: (cell) => ({ t: cell.share, words: measures[0]!.words(cell.share) }),
};

interface DrawnColumn {
  readonly column: LensColumn;
  /** Top row first, the token last: as they stand in the document. */
  readonly items: readonly HTMLElement[];
}

/** A grid that is updated in place. */
export class LensGrid {
  readonly element: HTMLElement;
  private readonly grid: HTMLElement;
  private readonly overlay = h("div", { class: "steps", "aria-hidden": "true" });
  private readonly roving: Roving;
  private rows: HTMLElement[] = [];
  private drawn: DrawnColumn[] = [];
  private ordered: HTMLElement[] = [];
  private themeDrawn: unknown = null;
  private depthDrawn = "";
  private paint: GridPaint = byProbability;

  constructor(
    events: GridEvents,
    private readonly pointed: PointedToken,
    label = "Layers by positions",
  ) {
    this.grid = h("div", { class: "lens-grid", role: "grid", "aria-label": label });
    this.element = h("div", { class: "lens-scroll" }, this.grid);
    this.roving = roving(this.grid, {
      items: () => this.ordered,
      columns: () => this.drawn.length,
      onInspect: (index) =>
        this.tell(index, (column, layer) => {
          pointed.point(placeOf(column.token));
          events.onInspect(column, layer);
        }),
      onChoose: (index) => this.tell(index, events.onChoose),
    });
    this.grid.addEventListener("pointerleave", () => pointed.point(null));
    pointed.onChange(() => this.markPointed());
  }

  /** Shows a lens; columns that look as before are left alone. Returns the newest column. */
  update(view: LensView, paint: GridPaint = byProbability): LensColumn | null {
    const columns = lensColumns(view);
    const atEnd = this.isAtEnd();
    if (this.rows.length !== view.layers.length + 1) this.rebuildRows(view.layers.length);
    const recolour = this.themeDrawn !== theme() || this.paint.key !== paint.key;
    this.paint = paint;
    this.themeDrawn = theme();
    const before = new Map(this.drawn.map((d) => [d.column.pos, d]));
    const focused = this.ordered.indexOf(document.activeElement as HTMLElement);
    const width = this.drawn.length;
    this.drawn = columns.map((column) => {
      const old = before.get(column.pos);
      if (old && old.column.signature === column.signature) {
        before.delete(column.pos);
        if (recolour) this.paintColumn(old);
        return old;
      }
      return this.drawColumn(column);
    });
    for (const gone of before.values()) for (const item of gone.items) item.remove();
    this.place(columns);
    this.markPointed();
    if (focused >= 0) this.keepFocus(focused, width);
    this.roving.refresh(Math.max(0, columns.length - 1));
    if (atEnd) this.element.scrollLeft = this.element.scrollWidth;
    return columns.at(-1) ?? null;
  }

  /** The columns that are shown. */
  get columns(): readonly LensColumn[] {
    return this.drawn.map((d) => d.column);
  }

  private rebuildRows(nRows: number): void {
    this.drawn = [];
    this.rows = Array.from({ length: nRows + 1 }, (_, i) => {
      const layer = nRows - 1 - i;
      const head =
        i < nRows
          ? h("div", { class: "axis num", role: "rowheader" }, rowName(layer, nRows - 1))
          : h("div", { class: "corner", role: "rowheader" }, "layer");
      head.style.gridArea = `${i + 1} / 1`;
      return h("div", { class: "row", role: "row", "aria-rowindex": i + 1 }, head);
    });
    setAttributes(this.grid, { "aria-rowcount": nRows + 1 });
    fill(this.grid, ...this.rows, this.overlay);
    this.overlay.style.gridArea = `1 / 2 / ${nRows + 1} / -1`;
    this.depthDrawn = "";
  }

  private drawColumn(column: LensColumn): DrawnColumn {
    const cells = [...column.cells].reverse().map((cell) => {
      const top = cell.top[0];
      const face = top ? tokenFace(top.text, top.id) : null;
      return h("div", { class: "cell", role: "gridcell" }, face);
    });
    const head = h(
      "div",
      { class: "column-head", role: "columnheader" },
      tokenFace(column.token.text, column.token.id),
    );
    head.classList.toggle("hatched", column.hatched);
    head.classList.toggle("of-prefix", column.token.prefix === true);
    const words = [`position ${column.pos}`, spokenText(column.token.text, column.token.id)];
    head.setAttribute("aria-label", [...words, ...(column.token.prefix ? ["of the prefix"] : [])].join(", "));
    const drawn = { column, items: [...cells, head] };
    this.paintColumn(drawn);
    return drawn;
  }

  private paintColumn({ column, items }: DrawnColumn): void {
    const { length } = column.cells;
    for (const [i, cell] of [...column.cells].reverse().entries()) {
      const { t, words, changed } = this.paint.of(cell, column);
      const scale = this.paint.diverging ? theme().diverging : theme().sequential;
      applyPaint(items[i]!, t === null || t === undefined ? null : scale(t), t ?? null);
      items[i]!.classList.toggle("hatched", t === null);
      items[i]!.classList.toggle("changed", changed === true);
      const layer = length - 1 - i;
      describeCell(items[i]!, column, { layer, words, changed });
      items[i]!.classList.toggle("agrees", cell.agrees);
      items[i]!.classList.toggle("agrees-top", cell.agrees && !column.cells[layer + 1]?.agrees);
      items[i]!.classList.toggle("agrees-bottom", cell.agrees && !column.cells[layer - 1]?.agrees);
    }
  }

  /** The column of the token that is pointed at, here or elsewhere. */
  private markPointed(): void {
    for (const { column, items } of this.drawn) {
      const at = this.pointed.isAt(column.token);
      for (const item of items) item.classList.toggle("pointed", at);
    }
  }

  /** Puts every item where it belongs; what is there already is not moved. */
  private place(columns: readonly LensColumn[]): void {
    this.grid.style.setProperty("--columns", String(columns.length));
    setAttributes(this.grid, { "aria-colcount": columns.length + 1 });
    for (const [r, row] of this.rows.entries()) {
      for (const [c, { items }] of this.drawn.entries()) {
        const wanted = row.children[c + 1] ?? null;
        if (wanted !== items[r]) row.insertBefore(items[r]!, wanted);
        if (items[r]!.getAttribute("aria-colindex") !== String(c + 2)) {
          items[r]!.setAttribute("aria-colindex", String(c + 2));
          items[r]!.style.gridArea = `${r + 1} / ${c + 2}`;
        }
        items[r]!.classList.toggle("newest", c === this.drawn.length - 1);
      }
    }
    this.ordered = this.rows.flatMap((_, r) => this.drawn.map((d) => d.items[r]!));
    const nRows = this.rows.length - 1;
    const depth = columns.map((column) => column.depth);
    const key = JSON.stringify([depth, nRows, theme().mark]);
    if (key === this.depthDrawn) return;
    this.depthDrawn = key;
    fill(this.overlay, stepLine(depth, nRows, theme().mark));
  }

  /** Focus on a column that went away moves to the same row of the column nearest to it. */
  private keepFocus(index: number, width: number): void {
    if (document.activeElement && this.grid.contains(document.activeElement)) return;
    const row = Math.floor(index / width);
    const column = Math.min(index % width, this.drawn.length - 1);
    this.roving.focus(row * this.drawn.length + column);
  }

  private isAtEnd(): boolean {
    const { scrollLeft, scrollWidth, clientWidth } = this.element;
    return this.drawn.length === 0 || scrollLeft + clientWidth >= scrollWidth - 8;
  }

  private tell(index: number, action: (column: LensColumn, layer: number | null) => void): void {
    const width = this.drawn.length;
    const drawn = this.drawn[index % width];
    const row = Math.floor(index / width);
    const nRows = this.rows.length - 1;
    if (drawn) action(drawn.column, row < nRows ? nRows - 1 - row : null);
  }
}

function describeCell(
  element: HTMLElement,
  column: LensColumn,
  { layer, words: value, changed }: { layer: number; words: string; changed: boolean | undefined },
): void {
  const cell: LensGridCell = column.cells[layer]!;
  const top = cell.top[0];
  const words = [
    `layer ${layer}`,
    `${besideToken(column.about)} ${spokenText(column.token.text, column.token.id)}`,
    top ? `${spokenText(top.text, top.id)} ${value}` : "nothing",
    changed ? "changed" : null,
    cell.agrees ? "same as the final prediction" : null,
  ];
  element.setAttribute("aria-label", words.filter(Boolean).join(", "));
}
