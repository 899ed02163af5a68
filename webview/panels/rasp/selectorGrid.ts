/**
 * A selector with all that stands around it: keys on top, queries at left, the matrix, values below, result at right.
 * Where there are many positions the matrix scrolls, and what stands around it stays in sight.
 */
import type { RaspPicture, RaspRow, RaspStep } from "../../../src/protocol/raspPicture";
import { fill, h, setAttributes, type Child } from "../../shared/dom";
import { roving, type Roving } from "../../shared/roving";
import { theme } from "../../shared/theme";
import { rowsOf, scaleOf, type Scale } from "./amounts";
import { place, rowLabel, valueCell, type RowEvents } from "./cells";
import { matrixSummary, placeName, queryWords, selectedKeys, selectsNothing } from "./positions";
import { frameOf, GAP, HEAD, type SelectorFrame } from "./selectorFrame";
import { letterOf } from "./words";

/** What the grid tells of. */
export interface SelectorGridEvents {
  readonly onInspect: (query: number, key: number) => void;
  readonly rows: RowEvents;
}

/** What is drawn now: the step, its frame and its colours. */
interface Drawing {
  readonly picture: RaspPicture;
  readonly step: RaspStep;
  readonly matrix: readonly string[];
  readonly frame: SelectorFrame;
  readonly scale: Scale;
}

/** The cells that light up with a query, by position. */
interface Around {
  keys: HTMLElement[][];
  queries: HTMLElement[][];
  /** The pairs of each query, together. */
  pairs: HTMLElement[];
  values: HTMLElement[][];
  results: HTMLElement[];
}

/** The grid of one step. */
export class SelectorGrid {
  readonly element: HTMLElement;
  private readonly grid = h("div", { class: "selector-grid", role: "grid" });
  private readonly roving: Roving;
  private cells: HTMLElement[] = [];
  private around: Around = { keys: [], queries: [], pairs: [], values: [], results: [] };
  private drawing: Drawing | null = null;
  private step = -1;
  /** What is drawn, so that typing elsewhere in the program draws nothing anew. */
  private drawn = "";

  constructor(private readonly events: SelectorGridEvents) {
    this.element = h("div", { class: "rasp-scroll" }, this.grid);
    const columns = (): number => this.drawing?.frame.keys ?? 0;
    const at = (index: number): void => {
      this.light(Math.floor(index / columns()));
      this.events.onInspect(Math.floor(index / columns()), index % columns());
    };
    this.roving = roving(this.grid, { items: () => this.cells, columns, onInspect: at, onChoose: at });
    this.grid.addEventListener("pointerleave", () => this.light(this.focusedQuery()));
  }

  /** Draws a step that has a matrix, in a room of this width. */
  update(picture: RaspPicture, step: RaspStep, room: number): void {
    const key = JSON.stringify([step, picture.tokens, picture.first, room, theme().kind, theme().background]);
    if (key === this.drawn) return;
    this.drawn = key;
    const matrix = step.matrix ?? [];
    const focused = this.cells.findIndex((cell) => cell === document.activeElement);
    const same = this.step === step.step;
    this.step = step.step;
    const drawing = { picture, step, matrix, frame: frameOf(step, room), scale: scaleOf(rowsOf(step)) };
    this.drawing = drawing;
    this.around = { keys: [], queries: step.comparisons.map(() => []), pairs: [], values: [], results: [] };
    this.cells = [];
    setAttributes(this.grid, { "aria-label": `Selector: ${matrixSummary(step) ?? ""}` });
    this.layOut(drawing.frame, step);
    fill(
      this.grid,
      positionsRow(drawing),
      ...step.comparisons.map((_, i) => this.keyRow(drawing, i)),
      ...step.comparisons.map((_, i) => this.queryHead(drawing, i)),
      ...matrix.map((_, query) => this.matrixRow(drawing, query)),
      ...step.operands.map((row, i) => this.valuesRow(drawing, row, i)),
    );
    this.roving.refresh();
    // Without the focus the page is one that somebody types beside.
    if (same && focused >= 0 && this.cells[focused] && document.hasFocus()) this.roving.focus(focused);
  }

  private layOut({ tracks, sizes, height, comparisons }: SelectorFrame, { operands }: RaspStep): void {
    this.grid.style.gridTemplateColumns = tracks;
    this.grid.style.setProperty("--pair-width", `${sizes.cell}px`);
    this.grid.style.setProperty("--pair-height", `${height}px`);
    // What gets the focus is not left under what stays in sight.
    const above = HEAD + comparisons * (height - 1 + HEAD);
    const below = operands.length * (height + HEAD / 2);
    const before = sizes.labels + comparisons * sizes.query + GAP;
    this.element.style.scrollPadding = `${above}px ${sizes.result + GAP}px ${below}px ${before}px`;
  }

  /** The query whose cell has the focus, or −1. */
  private focusedQuery(): number {
    const focused = this.cells.findIndex((cell) => cell === document.activeElement);
    return focused < 0 ? -1 : Math.floor(focused / (this.drawing?.frame.keys ?? 1));
  }

  /** Marks a query, what it selects and what comes of it; −1 marks nothing. */
  private light(query: number): void {
    const selected = new Set(selectedKeys(this.drawing?.matrix ?? [], query));
    const { keys, queries, pairs, values, results } = this.around;
    const mark = (cells: readonly HTMLElement[], isLit: (i: number) => boolean): void =>
      cells.forEach((cell, i) => cell.classList.toggle("lit", isLit(i)));
    for (const row of [...keys, ...values]) mark(row, (i) => selected.has(i));
    for (const column of [...queries, pairs, results]) mark(column, (i) => i === query);
  }

  private label(row: RaspRow, before: Child, after: Child = null): HTMLElement {
    const element = rowLabel(row, this.events.rows, before);
    if (after !== null) element.append(after);
    return element;
  }

  private keyRow({ step, frame, scale }: Drawing, i: number): HTMLElement {
    const { keys, sign } = step.comparisons[i]!;
    const line = 2 + i;
    const top = HEAD + i * (frame.height - 1);
    const words = small(wordBefore("keys", i, frame));
    const label = this.label(keys, words, h("span", { class: "sign mono" }, sign));
    const cells = Array.from({ length: frame.keys }, (_, key) => {
      const cell = place(valueCell(keys, key, scale, "top"), line, frame.matrixColumn + key);
      cell.setAttribute("role", "columnheader");
      return stick(sized(cell, frame), { top });
    });
    this.around.keys.push(cells);
    const corner = h("div", { class: "corner label-cell", role: "rowheader" }, label);
    stick(place(corner, line, 1, 1 + frame.comparisons), { top, left: 0 });
    return row(
      corner,
      band(frame, line, top),
      ...cells,
      ...rightBlank(step, frame, { line, edges: { top } }),
    );
  }

  /** The name of a column of queries, from above the column to the right; lines lead down past the names below. */
  private queryHead({ step, frame }: Drawing, i: number): HTMLElement {
    const { queries } = step.comparisons[i]!;
    const line = 2 + frame.comparisons + i;
    // Cells overlap by their borders.
    const top = HEAD + frame.comparisons * (frame.height - 1) + i * HEAD;
    const blank = h("div", { class: "corner", role: "presentation" });
    const parts = [
      stick(place(blank, line, 1, 1 + frame.comparisons), { top, left: 0 }),
      band(frame, line, top),
    ];
    for (let above = 0; above < i; above++) {
      const stair = place(h("div", { class: "corner stair", role: "presentation" }), line, 2 + above);
      parts.push(stick(stair, { top, left: leftOf(frame, above) }));
    }
    const words = small(wordBefore("queries", i, frame));
    const head = h("div", { class: "corner query-head", role: "columnheader" }, this.label(queries, words));
    head.style.maxWidth = `${frame.nameRoom - i * frame.sizes.query}px`;
    parts.push(
      stick(place(head, line, 2 + i, frame.comparisons - i + 1 + frame.keys), {
        top,
        left: leftOf(frame, i),
      }),
    );
    if (i === frame.comparisons - 1 && step.result) {
      const result = h("div", { class: "corner result-head", role: "columnheader" }, "result");
      parts.push(stick(place(result, line, frame.resultColumn), { top, right: 0 }));
    }
    return row(...parts);
  }

  private matrixRow({ picture, step, matrix, frame, scale }: Drawing, query: number): HTMLElement {
    const line = frame.matrixLine + query;
    const says = queryWords(picture, step, query);
    const name = h(
      "div",
      { class: "axis label-cell num", role: "rowheader" },
      small(String(picture.first + query)),
    );
    const parts: HTMLElement[] = [stick(place(name, line, 1), { left: 0 })];
    for (const [i, { queries }] of step.comparisons.entries()) {
      const cell = sized(place(valueCell(queries, query, scale, "left"), line, 2 + i), frame);
      cell.setAttribute("role", "gridcell");
      cell.classList.toggle("last", i === frame.comparisons - 1);
      this.around.queries[i]!.push(cell);
      parts.push(stick(cell, { left: leftOf(frame, i) }));
    }
    const pairs = [...(matrix[query] ?? "")].map((selected, key) => {
      const on = selected === "1";
      const label = `${says}; key ${placeName(picture, key)} ${on ? "is" : "is not"} selected`;
      return h("div", { class: on ? "pair on" : "pair", role: "gridcell", "aria-label": label });
    });
    this.cells.push(...pairs);
    // One item of the grid for all pairs of a query: thousands of items are slow to lay out.
    const together = h("div", { class: "pairs", role: "presentation" }, ...pairs);
    this.around.pairs.push(together);
    if (frame.keys > 0) parts.push(place(together, line, frame.matrixColumn, frame.keys));
    if (step.result) {
      const cell = sized(
        place(valueCell(step.result, query, scale, "result"), line, frame.resultColumn),
        frame,
      );
      cell.setAttribute("role", "gridcell");
      cell.classList.toggle("hatched", selectsNothing(step, query));
      this.around.results.push(cell);
      parts.push(stick(cell, { right: 0 }));
    }
    return row(...parts);
  }

  private valuesRow({ step, frame, scale }: Drawing, values: RaspRow, i: number): HTMLElement {
    const line = frame.valuesLine + i;
    const head = h(
      "div",
      { class: "corner label-cell values-head", role: "rowheader" },
      this.label(values, small("values")),
    );
    const cells = Array.from({ length: frame.keys }, (_, key) => {
      const cell = sized(
        place(valueCell(values, key, scale, "bottom"), line, frame.matrixColumn + key),
        frame,
      );
      cell.setAttribute("role", "gridcell");
      return stick(cell, { bottom: 0 });
    });
    this.around.values.push(cells);
    const label = stick(place(head, line, 1, 1 + frame.comparisons), { bottom: 0, left: 0 });
    return row(label, ...cells, ...rightBlank(step, frame, { line, edges: { bottom: 0 } }));
  }
}

const row = (...parts: readonly HTMLElement[]): HTMLElement =>
  h("div", { class: "row", role: "row" }, ...parts);

/** What stands before a name; in a narrow page, the letter alone where there is one. */
function wordBefore(what: string, i: number, { comparisons, narrow }: SelectorFrame): string {
  if (comparisons === 1) return what;
  return narrow ? letterOf(i) : `${what} ${letterOf(i)}`;
}

/** Where a column of queries stays in sight. */
const leftOf = ({ sizes }: SelectorFrame, comparison: number): number =>
  sizes.labels + comparison * sizes.query;

const small = (words: string): HTMLElement => h("span", { class: "small-word" }, words);

function positionsRow({ picture, step, frame }: Drawing): HTMLElement {
  const head = h("div", { class: "corner label-cell", role: "rowheader" }, small("position"));
  const { first } = picture;
  const digits = Math.max(2, String(first + frame.keys - 1).length);
  const every = frame.sizes.cell < 9 * digits ? 2 : 1;
  const cells = Array.from({ length: frame.keys }, (_, key) => {
    const cell = h(
      "div",
      { class: "axis-x num", role: "columnheader" },
      key % every === 0 ? String(first + key) : null,
    );
    return stick(place(cell, 1, frame.matrixColumn + key), { top: 0 });
  });
  return row(
    stick(place(head, 1, 1, 1 + frame.comparisons), { top: 0, left: 0 }),
    band(frame, 1, 0),
    ...cells,
    ...rightBlank(step, frame, { line: 1, edges: { top: 0 } }),
  );
}

/** Ground over the column of the result, so that what is scrolled ends where the matrix ends. */
function rightBlank(
  { result }: RaspStep,
  frame: SelectorFrame,
  { line, edges }: { readonly line: number; readonly edges: Readonly<Record<string, number>> },
): HTMLElement[] {
  if (!result) return [];
  const blank = place(
    h("div", { class: "corner right-blank", role: "presentation" }),
    line,
    frame.resultColumn - 1,
    2,
  );
  blank.classList.toggle("under-result", "bottom" in edges);
  return [stick(blank, { ...edges, right: 0 })];
}

/** Ground behind a line that stays in sight, where nothing of it is drawn. */
function band(frame: SelectorFrame, line: number, top: number): HTMLElement {
  const element = h("div", { class: "band", role: "presentation" });
  return stick(place(element, line, frame.comparisons + 2, frame.keys + 1), { top });
}

function sized<E extends HTMLElement>(element: E, { height }: SelectorFrame): E {
  element.style.height = `${height}px`;
  return element;
}

/** Keeps an element in sight at these edges of what scrolls. */
function stick<E extends HTMLElement>(element: E, edges: Readonly<Record<string, number>>): E {
  element.classList.add("sticks");
  for (const [edge, distance] of Object.entries(edges)) element.style.setProperty(edge, `${distance}px`);
  return element;
}
