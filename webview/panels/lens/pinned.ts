/** The lens that was pinned: beside the one at the cursor, or as their difference. */
import type { LensPanelData } from "../../../src/protocol/lensPanel";
import { lensColumns, rowName } from "../../plots/lensColumns";
import { lensDifference } from "../../plots/lensDifference";
import type { Measure, MeasureScale } from "../../plots/lensMeasures";
import { besideToken } from "../../shared/about";
import { fill, h, setText } from "../../shared/dom";
import { Figure } from "../../shared/figure";
import type { PageContext } from "../../shared/page";
import type { TableData } from "../../shared/table";
import { theme } from "../../shared/theme";
import { visibleText } from "../../shared/tokenText";
import { LensGrid, type GridEvents } from "./grid";
import { differenceKey, gridKey, paintBy, paintDifference } from "./paint";
import { lensTable } from "./tables";

const remembered = "lens-pinned-as";

/** The figure below the grid while a lens is pinned. */
export class PinnedFigure {
  /** Holds the figure while there is one to show. */
  readonly element = h("div", { hidden: true });
  private readonly figure: Figure;
  private readonly grid: LensGrid;
  private readonly words = h("p", { class: "muted pinned-text" });
  private readonly asDifference: HTMLButtonElement;
  private shown: { data: LensPanelData; measure: Measure; scale: MeasureScale } | null = null;
  private keyDrawn = "";

  constructor(context: PageContext, events: GridEvents) {
    this.grid = new LensGrid(events, context.pointed, "Pinned: layers by positions");
    this.figure = new Figure(context, {
      name: "lens-pinned",
      title: "Pinned",
      table: () => this.table(),
      data: () => this.shown?.data.pinned,
    });
    this.asDifference = h("button", { type: "button", class: "tool switch" }, "Difference");
    this.asDifference.setAttribute(
      "aria-pressed",
      String(context.host.memory.get(remembered) === "difference"),
    );
    this.asDifference.addEventListener("click", () => {
      this.asDifference.setAttribute("aria-pressed", String(!this.isDifference));
      context.host.memory.set(remembered, this.isDifference ? "difference" : "side");
      this.draw();
    });
    this.figure.body.append(this.grid.element, this.words);
    this.figure.element.querySelector(".tools")?.prepend(this.asDifference);
  }

  /** Shows the pinned lens of this data, coloured as the grid above. */
  update(data: LensPanelData, measure: Measure, scale: MeasureScale): void {
    this.shown = { data, measure, scale };
    const hidden = data.pinned === null;
    if (this.element.hidden !== hidden) {
      this.element.hidden = hidden;
      fill(this.element, hidden ? null : this.figure.element);
    }
    if (!hidden) this.draw();
  }

  private get isDifference(): boolean {
    return this.asDifference.getAttribute("aria-pressed") === "true";
  }

  private draw(): void {
    const { shown } = this;
    if (!shown?.data.pinned) return;
    const { data, measure, scale } = shown;
    const { pinned } = data;
    if (!pinned) return;
    this.figure.heading = this.isDifference ? "Difference from pinned" : "Pinned";
    this.drawKey(measure, scale);
    if (this.isDifference) {
      const difference = lensDifference(data, pinned.view, { measure, scale });
      this.grid.update(data, paintDifference(measure, scale, difference));
      setText(this.words, this.sentence(difference.shared, difference.columns.size));
    } else {
      this.grid.update(pinned.view, paintBy(measure, scale));
      setText(this.words, `${pinned.document}: ${visibleText(pinned.text)}`);
    }
    this.figure.changed();
  }

  private sentence(shared: number, columns: number): string {
    if (columns === 0) return "None of the columns shown stands at a position of the pinned lens.";
    return `Aligned by position; the first ${shared} tokens are the same.`;
  }

  private drawKey(measure: Measure, scale: MeasureScale): void {
    const key = [measure.key, scale.key, this.isDifference, theme().kind, theme().background].join();
    if (key === this.keyDrawn) return;
    this.keyDrawn = key;
    fill(this.figure.key, ...(this.isDifference ? differenceKey : gridKey)(measure, scale));
  }

  private table(): TableData {
    const { shown } = this;
    if (!shown?.data.pinned) throw new Error("Nothing is pinned.");
    const { data, measure, scale } = shown;
    const { view } = data.pinned as NonNullable<LensPanelData["pinned"]>;
    if (!this.isDifference) return lensTable(view);
    const { columns } = lensDifference(data, view, { measure, scale });
    const before = new Map(lensColumns(view).map((column) => [column.pos, column]));
    const rows = lensColumns(data)
      .filter(({ pos }) => columns.has(pos))
      .flatMap((column) =>
        [...column.cells].reverse().map((cell) => {
          const then = before.get(column.pos)?.cells[cell.layer];
          const [a, b] = [
            measure.shown(measure.value(cell)),
            measure.shown(then ? measure.value(then) : null),
          ];
          const [now, old] = [cell.top[0], then?.top[0]];
          return [
            rowName(cell.layer, column.cells.length - 1),
            column.pos,
            visibleText(column.token.text, column.token.id),
            now ? visibleText(now.text, now.id) : null,
            old ? visibleText(old.text, old.id) : null,
            a,
            b,
            a === null || b === null ? null : a - b,
          ];
        }),
      );
    return {
      caption: `${measure.label()}, now and in the pinned lens`,
      columns: [
        "layer",
        "position",
        `${besideToken(data.about)} token`,
        "top token",
        "pinned top token",
        "now",
        "pinned",
        "change",
      ],
      rows,
    };
  }
}
