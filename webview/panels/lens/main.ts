/** The Lens page: what each layer's residual stream decodes to at the last positions, and how the final answer rose. */
import type { LensView } from "../../../src/protocol/lens";
import type { LensColumn } from "../../plots/lensColumns";
import { trajectoryChart } from "../../plots/trajectories";
import { fill, h } from "../../shared/dom";
import { Figure } from "../../shared/figure";
import { percent } from "../../shared/format";
import { besideToken } from "../../shared/about";
import { ranOn } from "../../shared/ranOn";
import { legend } from "../../shared/legend";
import { openPage, type PageContext, type Panel } from "../../shared/page";
import { theme } from "../../shared/theme";
import { spokenText } from "../../shared/tokenText";
import { LensGrid } from "./grid";
import { inspectCell } from "./inspect";
import "./lens.css";
import { TrainedLens, trainedTerms } from "./trained";
import { lensTable, trajectoryTable } from "./tables";

/** As many lines as have room for a label each; the table has all. */
const LINES = 5;

class LensPanel implements Panel<LensView> {
  readonly element: HTMLElement;
  readonly empty = {
    what: "See what each layer of the model decodes to at the cursor.",
    how: "Put the cursor into a text; the lens follows as you type.",
    example: "Show it on the sample",
  };
  readonly keys = [
    ["← → ↑ ↓", "move in the grid"],
    ["Home End", "first and last position"],
    ["Enter", "go to the token in the editor; open Attention and Neurons follow, at the cell’s layer"],
  ] as const;
  readonly terms = [
    [
      "logit lens",
      "the residual stream of a layer, read through the final norm and the unembedding (nostalgebraist 2020)",
    ],
    ...trainedTerms,
    [
      "prediction depth",
      "the lowest row from which the top token no longer changes (after Baldock et al. 2021)",
    ],
    ["entropy", "how spread out the distribution is, in nats: 0 is certain"],
    ["hatched", "position 0 or an added token: attention sinks, left out of scales and averages"],
    ["in italics", "a token of the custom prefix, which stands in no document"],
    ["BOS", "the beginning-of-sequence token; the setting introspect.bos says whether one is put first"],
  ] as const;
  readonly contexts = {
    document: "The model sees the text up to the cursor, as far as its context reaches.",
    selection: "The model sees the selection alone, or where there is none, the line up to the cursor.",
    prefix: "The prefix stands right before the selection, or where there is none, before the line.",
  };
  private readonly grid: LensGrid;
  private readonly gridFigure: Figure;
  private readonly lineFigure: Figure;
  private readonly trained: TrainedLens;
  private view: LensView | null = null;
  private inspected: { column: LensColumn; layer: number | null } | null = null;
  private keyDrawn: unknown = null;
  private chartDrawn: unknown[] = [];

  constructor(private readonly context: PageContext) {
    const onChoose = ({ token: { start, end, prefix }, cells }: LensColumn, layer: number | null): void => {
      if (prefix) return;
      context.host.ask("editor/reveal", { start, end });
      // A row is what the block above it reads; the last row is what the last block wrote.
      const block = layer === null ? null : Math.min(layer, cells.length - 2);
      context.host.ask("focus/choose", { start, end, layer: block });
    };
    const onInspect = (column: LensColumn, layer: number | null): void => this.show(column, layer);
    this.grid = new LensGrid({ onInspect, onChoose }, context.pointed);
    this.gridFigure = new Figure(context, {
      name: "lens-grid",
      title: "Lens",
      table: () => lensTable(this.need()),
      data: () => this.view,
    });
    this.lineFigure = new Figure(context, {
      name: "lens-trajectories",
      title: "Prediction over layers",
      table: () => trajectoryTable(this.need()),
      data: () => this.view?.trajectories,
    });
    this.gridFigure.body.append(this.grid.element);
    this.trained = new TrainedLens(context);
    this.element = h(
      "div",
      {},
      this.trained.choice,
      this.gridFigure.element,
      this.lineFigure.element,
      this.trained.note,
      this.trained.figure.element,
    );
  }

  update(view: LensView): void {
    this.view = view;
    const newest = this.grid.update(view);
    this.drawKey();
    this.drawLines(view);
    this.trained.update(view.lens);
    this.gridFigure.changed();
    this.lineFigure.changed();
    if (newest) this.follow(newest);
  }

  repaint(): void {
    if (this.view) this.update(this.view);
  }

  inspect(): void {
    if (this.inspected) inspectCell(this.context.rail, this.inspected.column, this.inspected.layer);
  }

  summary(view: LensView): string {
    const best = view.trajectories[0];
    if (!best) return "Lens ready.";
    return `The prediction ${besideToken(view.about)} the last token: ${spokenText(best.text, best.id)}, ${percent(Math.exp(best.logProb.at(-1) ?? 0))}.`;
  }

  ran({ window }: LensView): string {
    return ranOn(window);
  }

  private need(): LensView {
    if (!this.view) throw new Error("There is no lens yet.");
    return this.view;
  }

  /** The rail stays on the position that is looked at while it exists, else goes with the newest. */
  private follow(newest: LensColumn): void {
    const focused = this.element.querySelector(".lens-grid :focus") !== null;
    const same = this.grid.columns.find((column) => column.pos === this.inspected?.column.pos);
    if (focused && same) this.show(same, this.inspected?.layer ?? null);
    else this.show(newest, null);
  }

  private show(column: LensColumn, layer: number | null): void {
    this.inspected = { column, layer };
    this.inspect();
  }

  private drawKey(): void {
    if (this.keyDrawn === theme()) return;
    this.keyDrawn = theme();
    fill(
      this.gridFigure.key,
      legend({
        label: "probability of the top token",
        low: "0%",
        high: "100%",
        scale: (t) => theme().sequential(t),
      }),
      h(
        "span",
        { class: "legend" },
        h("span", { class: "swatch swatch-agrees" }),
        "same as the final prediction",
      ),
      h("span", { class: "legend" }, h("span", { class: "swatch swatch-depth" }), "prediction depth"),
    );
  }

  private drawLines(view: LensView): void {
    const width = Math.floor(this.lineFigure.body.clientWidth);
    const drawn = [view.trajectories, width, theme()];
    if (width <= 0 || drawn.every((x, i) => x === this.chartDrawn[i])) return;
    this.chartDrawn = drawn;
    const beside = width >= 520;
    const each = Math.min(440, beside ? Math.floor((width - 16) / 2) : width);
    const chart = (kind: "probability" | "rank"): SVGSVGElement =>
      trajectoryChart(view.trajectories.slice(0, LINES), { kind, width: each, height: 104, theme: theme() });
    fill(this.lineFigure.body, h("div", { class: "charts" }, chart("probability"), chart("rank")));
  }
}

openPage("lens", (context) => new LensPanel(context));
