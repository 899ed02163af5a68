/** The pattern of one head as a matrix: queries downward, keys to the right; the row that is looked at is marked. */
import type { AttentionView } from "../../../src/protocol/attention";
import {
  drawHeatmap,
  heatmapMargin,
  onZoom,
  shownRange,
  zoomTo,
  type HeatmapMargin,
  type ShownCells,
} from "../../plots/plotly";
import { h } from "../../shared/dom";
import { theme } from "../../shared/theme";
import { visibleText } from "../../shared/tokenText";

/** A cell of the matrix: indices into the shown positions. */
export interface PatternCell {
  readonly query: number;
  readonly key: number;
}

/** Position 0 and added tokens: attention rests there, which is no evidence of anything. */
export const isSink = (view: AttentionView, pos: number): boolean =>
  pos === 0 || view.window.tokens[pos]?.special === true;

/** What the matrix draws: weights up to the diagonal, the tokens' names, the weight that ends the scale: all of it. */
export function patternCells(view: AttentionView): {
  readonly rows: readonly (readonly (number | null)[])[];
  readonly labels: readonly string[];
  readonly max: number;
} {
  const labels = view.positions.map((pos) => {
    const token = view.window.tokens[pos];
    return token ? visibleText(token.text, token.id) : "?";
  });
  const rows = view.pattern.rows.map((row, i) =>
    Array.from(view.positions, (_, j) => (j <= i ? (row[j] ?? 0) : null)),
  );
  return { rows, labels, max: 1 };
}

/** A matrix drawn by Plotly, with a cursor of its own over it. */
export class PatternMatrix {
  readonly element: HTMLElement;
  private readonly plot = h("div", { class: "plot", "aria-hidden": "true" });
  private readonly sinkMark = h("div", { class: "sink-mark hatched" });
  private readonly rowMark = h("div", { class: "row-mark" });
  private readonly cellMark = h("div", { class: "cell-mark" });
  private size = 0;
  private margin: HeatmapMargin = { left: 0, top: 0, right: 0, bottom: 0 };
  private view: AttentionView | null = null;
  private cell: PatternCell = { query: 0, key: 0 };
  private drawing: Promise<void> = Promise.resolve();
  private zoomWired = false;
  /** The cells that are shown where one zoomed in; kept while the text grows or another head is drawn. */
  private zoomed: ShownCells | null = null;

  /** Where a pointer went down; a click is one that comes up there. */
  private down: { readonly x: number; readonly y: number } | null = null;

  constructor(
    private readonly onInspect: (cell: PatternCell) => void,
    private readonly onChoose: (cell: PatternCell) => void,
  ) {
    this.element = h(
      "div",
      { class: "matrix", tabindex: 0, role: "application", "aria-roledescription": "matrix" },
      this.plot,
      this.sinkMark,
      this.rowMark,
      this.cellMark,
    );
    this.element.addEventListener("keydown", (event) => this.key(event));
    // Plotly takes clicks for its own zoom, so that none arrive here.
    this.element.addEventListener(
      "pointerdown",
      (event) => (this.down = { x: event.clientX, y: event.clientY }),
      { capture: true },
    );
    window.addEventListener("pointerup", (event) => this.click(event), { capture: true });
    this.element.addEventListener("pointermove", (event) => this.point(event));
  }

  /** Draws the pattern into a square of at most `room` pixels. */
  update(view: AttentionView, room: number): void {
    const n = view.positions.length;
    if (n < (this.view?.positions.length ?? 0)) this.zoomed = null;
    this.view = view;
    const cells = patternCells(view);
    this.margin = heatmapMargin(cells.labels, theme());
    const { left, right, top, bottom } = this.margin;
    this.size = Math.max(120, Math.min(room - left - right, 560, Math.max(160, n * 30)));
    this.element.style.width = `${this.size + left + right}px`;
    this.element.style.height = `${this.size + top + bottom}px`;
    this.element.setAttribute(
      "aria-label",
      `Pattern of head ${view.pattern.layer}.${view.pattern.head}, arrows move, Enter looks at an edge, plus and minus zoom`,
    );
    const options = { ...cells, size: this.size, margin: this.margin, theme: theme() };
    this.drawing = this.drawing
      .then(() => drawHeatmap(this.plot, { ...options, shown: this.zoomed }))
      .then(() => this.wireZoom());
    this.show(this.cell);
  }

  /** Marks a row, and a cell in it. */
  show(cell: PatternCell): void {
    const n = this.view?.positions.length ?? 0;
    this.cell = {
      query: Math.min(Math.max(0, cell.query), n - 1),
      key: Math.min(Math.max(0, cell.key), n - 1),
    };
    const { x, y } = this.range();
    const across = (i: number): number => this.margin.left + ((i - 0.5 - x[0]) / (x[1] - x[0])) * this.size;
    const down = (i: number): number => this.margin.top + ((i - 0.5 - y[0]) / (y[1] - y[0])) * this.size;
    const { query, key } = this.cell;
    // Position 0 is an attention sink: hatched, as everywhere.
    const sinks = this.view?.positions[0] === 0 ? 1 : 0;
    place(
      this.sinkMark,
      { left: across(0), top: down(0), right: across(sinks), bottom: down(n) },
      this.bounds(),
    );
    place(
      this.rowMark,
      { left: across(0), top: down(query), right: across(n), bottom: down(query + 1) },
      this.bounds(),
    );
    place(
      this.cellMark,
      { left: across(key), top: down(query), right: across(key + 1), bottom: down(query + 1) },
      this.bounds(),
    );
  }

  private bounds(): Box {
    const { left, top } = this.margin;
    return { left, top, right: left + this.size, bottom: top + this.size };
  }

  private range(): ShownCells {
    const n = this.view?.positions.length ?? 1;
    return this.zoomed ?? { x: [-0.5, n - 0.5], y: [-0.5, n - 0.5] };
  }

  private wireZoom(): void {
    this.show(this.cell);
    if (this.zoomWired) return;
    this.zoomWired = true;
    onZoom(this.plot, () => {
      const n = this.view?.positions.length ?? 1;
      const shown = shownRange(this.plot);
      const isAll = !shown || (shown.x[1] - shown.x[0] >= n && shown.y[1] - shown.y[0] >= n);
      this.zoomed = isAll ? null : shown;
      this.show(this.cell);
    });
  }

  private point(event: PointerEvent): void {
    const box = this.element.getBoundingClientRect();
    const { x, y } = this.range();
    const across = (event.clientX - box.left - this.margin.left) / this.size;
    const down = (event.clientY - box.top - this.margin.top) / this.size;
    if (down < 0 || down > 1 || across > 1) return;
    const query = Math.round(y[0] + down * (y[1] - y[0]));
    const key = across < 0 ? this.cell.key : Math.round(x[0] + across * (x[1] - x[0]));
    if (query !== this.cell.query || key !== this.cell.key) this.go({ query, key });
  }

  private click(event: PointerEvent): void {
    const { down } = this;
    this.down = null;
    if (!down || Math.hypot(event.clientX - down.x, event.clientY - down.y) > 3) return;
    this.point(event);
    this.onChoose(this.cell);
  }

  private key(event: KeyboardEvent): void {
    if (event.key === "Enter" && this.view) {
      event.preventDefault();
      this.onChoose(this.cell);
      return;
    }
    const { query, key } = this.cell;
    const n = this.view?.positions.length ?? 0;
    const zoom = zooms[event.key];
    if (zoom !== undefined && n > 0 && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      this.zoom(zoom);
      return;
    }
    const moves: Readonly<Record<string, PatternCell>> = {
      ArrowUp: { query: query - 1, key },
      ArrowDown: { query: query + 1, key },
      ArrowLeft: { query, key: key - 1 },
      ArrowRight: { query, key: key + 1 },
      Home: { query, key: 0 },
      End: { query, key: query },
    };
    const next = moves[event.key];
    if (!next || n === 0) return;
    event.preventDefault();
    this.go(next);
    this.keepInSight();
  }

  /** Shows so many times as many cells around the marked one; 0 shows all. */
  private zoom(factor: number): void {
    const n = this.view?.positions.length ?? 0;
    const { x } = this.range();
    const wanted = factor === 0 ? n : Math.min(n, Math.max(leastShown, (x[1] - x[0]) * factor));
    if (wanted >= n) this.showCells(null);
    else this.lookAt(wanted);
  }

  /** Moves what is shown where the marked cell is out of sight. */
  private keepInSight(): void {
    const { x, y } = this.range();
    const { query, key } = this.cell;
    const isIn = (i: number, [from, to]: readonly [number, number]): boolean =>
      i - 0.5 >= from - 0.01 && i + 0.5 <= to + 0.01;
    if (!isIn(key, x) || !isIn(query, y)) this.lookAt(x[1] - x[0]);
  }

  /** A square of so many cells with the marked one in its middle, as far as there are cells. */
  private lookAt(side: number): void {
    const n = this.view?.positions.length ?? 0;
    const around = (i: number): [number, number] => {
      const from = Math.min(Math.max(-0.5, Math.round(i - side / 2) - 0.5), n - 0.5 - side);
      return [from, from + side];
    };
    this.showCells({ x: around(this.cell.key), y: around(this.cell.query) });
  }

  /** Known at once, drawn as soon as what is being drawn is done. */
  private showCells(cells: ShownCells | null): void {
    this.zoomed = cells;
    this.show(this.cell);
    this.drawing = this.drawing.then(() => (this.zoomed === cells ? zoomTo(this.plot, cells) : undefined));
  }

  private go(cell: PatternCell): void {
    this.show(cell);
    this.onInspect(this.cell);
  }
}

/** Cells that are shown at least. */
const leastShown = 8;

/** By what keys multiply the number of cells that are shown. */
const zooms: Readonly<Record<string, number>> = { "+": 0.5, "=": 0.5, "-": 2, "0": 0 };

interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

function place(element: HTMLElement, box: Box, bounds: Box): void {
  const left = Math.max(box.left, bounds.left);
  const top = Math.max(box.top, bounds.top);
  const right = Math.min(box.right, bounds.right);
  const bottom = Math.min(box.bottom, bounds.bottom);
  element.hidden = right <= left || bottom <= top;
  element.style.left = `${left}px`;
  element.style.top = `${top}px`;
  element.style.width = `${right - left}px`;
  element.style.height = `${bottom - top}px`;
}
