/** All heads as a wall of layers by heads, coloured by one score, and the highest of them as a list. */
import type { HeadScores, HeadThumbnails } from "../../../src/protocol/attention";
import { paintCells } from "../../plots/cellImage";
import { fill, h, setAttributes } from "../../shared/dom";
import { headName } from "../../shared/format";
import { roving, type Roving } from "../../shared/roving";
import { theme } from "../../shared/theme";
import { applyPaint } from "../../shared/tokenStrip";
import { scaleEnd, scoreWords, sorted, type ScoreName } from "./scores";

/** What the wall tells its panel. */
export interface WallEvents {
  readonly onInspect: (head: HeadScores) => void;
  readonly onChoose: (head: HeadScores) => void;
}

/** What the wall shows. */
export interface WallData {
  readonly heads: readonly HeadScores[];
  readonly score: ScoreName;
  readonly chosen: { readonly layer: number; readonly head: number };
  /** Share of the scale below which heads are dim and not listed. */
  readonly least?: number;
  /** Where they are wanted: each head's pattern in its cell, framed by the score's colour. */
  readonly thumbnails?: HeadThumbnails | undefined;
}

const LISTED = 8;

/** A wall that is painted anew only where its score or its theme changed. */
export class HeadWall {
  readonly element: HTMLElement;
  /** The score that fills the scale. */
  max = 0;
  private readonly grid = h("div", { class: "wall", role: "grid", "aria-label": "Heads, layers upward" });
  private readonly list = h("div", { class: "head-list" });
  private readonly roving: Roving;
  private heads: readonly HeadScores[] = [];
  private cells: HTMLElement[] = [];
  private columns = 0;
  private shape = "";

  constructor(private readonly events: WallEvents) {
    const at = (index: number, action: (head: HeadScores) => void): void => {
      const head = this.heads[index];
      if (head) action(head);
    };
    this.roving = roving(this.grid, {
      items: () => this.cells,
      columns: () => this.columns,
      onInspect: (index) => at(index, events.onInspect),
      onChoose: (index) => at(index, events.onChoose),
    });
    this.element = h(
      "div",
      { class: "wall-and-list" },
      h("div", { class: "wall-scroll" }, this.grid),
      this.list,
    );
  }

  /** Shows the heads by a score. */
  update({ heads, score, chosen, least = 0, thumbnails }: WallData): void {
    // Reading order of the wall: the last layer first, as the stream flows upward.
    this.heads = [...heads].sort((a, b) => b.layer - a.layer || a.head - b.head);
    this.max = scaleEnd(heads, score);
    const nHeads = heads.reduce((most, head) => Math.max(most, head.head + 1), 0);
    const layers = [...new Set(this.heads.map((head) => head.layer))];
    const shape = JSON.stringify([nHeads, layers]);
    if (shape !== this.shape) this.rebuild(layers, nHeads);
    this.shape = shape;
    for (const [i, head] of this.heads.entries())
      this.paint(this.cells[i]!, head, { heads, score, chosen, least });
    this.grid.classList.toggle("pictures", thumbnails !== undefined);
    for (const [i, head] of this.heads.entries())
      drawThumbnail(this.cells[i]!, thumbnails, head.layer * nHeads + head.head);
    this.roving.refresh(
      this.heads.findIndex((head) => head.layer === chosen.layer && head.head === chosen.head),
    );
    const listed = sorted(heads, score).filter((head) => isAtLeast(head[score], least * this.max));
    this.drawList(listed.slice(0, LISTED), score, chosen);
  }

  private shareOf(score: number | null): number {
    return this.max > 0 ? (score ?? 0) / this.max : 0;
  }

  private rebuild(layers: readonly number[], nHeads: number): void {
    this.columns = nHeads;
    this.cells = [];
    const rows = layers.map((layer) => {
      const cells = this.heads
        .filter((head) => head.layer === layer)
        .map(() => h("div", { class: "wall-head", role: "gridcell" }));
      this.cells.push(...cells);
      return h(
        "div",
        { class: "row", role: "row" },
        h("div", { class: "axis num", role: "rowheader" }, String(layer)),
        ...cells,
      );
    });
    const step = nHeads > 16 ? 4 : nHeads > 8 ? 2 : 1;
    const names = Array.from({ length: nHeads }, (_, i) =>
      h(
        "div",
        { class: "axis-x num", role: "columnheader", "aria-label": `head ${i}` },
        i % step === 0 ? String(i) : "",
      ),
    );
    const foot = h(
      "div",
      { class: "row", role: "row" },
      h("div", { class: "axis", role: "rowheader" }, "layer"),
      ...names,
    );
    this.grid.style.setProperty("--columns", String(nHeads));
    fill(this.grid, ...rows, foot);
  }

  private paint(cell: HTMLElement, head: HeadScores, { score, chosen, least = 0 }: WallData): void {
    const value = this.shareOf(head[score]);
    applyPaint(cell, theme().sequential(value), value);
    const isChosen = head.layer === chosen.layer && head.head === chosen.head;
    cell.classList.toggle("chosen", isChosen);
    cell.classList.toggle("below", value < least);
    setAttributes(cell, {
      "aria-label": `head ${headName(head.layer, head.head)}, ${scoreWords(score, head[score])}`,
      "aria-selected": String(isChosen),
    });
  }

  private drawList(heads: readonly HeadScores[], score: ScoreName, chosen: WallData["chosen"]): void {
    const rows = heads.map((head) => {
      const size = this.shareOf(head[score]);
      const bar = h("span", { class: "bars-bar" });
      bar.style.backgroundColor = theme().dataLine;
      bar.style.width = `${size * 100}%`;
      const isChosen = head.layer === chosen.layer && head.head === chosen.head;
      const element = h(
        "button",
        { type: "button", class: "head-row", "aria-pressed": String(isChosen) },
        h("span", { class: "head-name num" }, headName(head.layer, head.head)),
        h("span", { class: "bars-track", "aria-hidden": "true" }, bar),
        h("span", { class: "bars-value num" }, scoreWords(score, head[score])),
      );
      element.addEventListener("click", () => this.events.onChoose(head));
      element.addEventListener("pointerenter", () => this.events.onInspect(head));
      return element;
    });
    fill(this.list, ...rows);
  }
}

const isAtLeast = (score: number | null, least: number): boolean => score !== null && score >= least;

/** A head's small pattern in its cell, or none. */
function drawThumbnail(cell: HTMLElement, thumbnails: HeadThumbnails | undefined, index: number): void {
  if (!thumbnails) return fill(cell);
  const { size, data } = thumbnails;
  const from = index * size * size;
  const canvas =
    cell.querySelector("canvas") ?? h("canvas", { class: "wall-picture", "aria-hidden": "true" });
  const value = (row: number, column: number): number => data[from + row * size + column]! / 255;
  paintCells(canvas, { columns: size, rows: size, value }, theme());
  if (!canvas.isConnected) fill(cell, canvas);
}
