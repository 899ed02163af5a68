/** The Lens page: what each layer's residual stream decodes to at the last positions, and how the final answer rose. */
import type { LensPanelData } from "../../../src/protocol/lensPanel";
import { lensColumns, type LensColumn } from "../../plots/lensColumns";
import { measures, scaleOf, type MeasureScale } from "../../plots/lensMeasures";
import { trajectoryChart } from "../../plots/trajectories";
import { fill, h } from "../../shared/dom";
import { Figure } from "../../shared/figure";
import { percent } from "../../shared/format";
import { besideToken } from "../../shared/about";
import { ranOn } from "../../shared/ranOn";
import { openPage, type PageContext, type Panel } from "../../shared/page";
import { theme } from "../../shared/theme";
import { spokenText, visibleText } from "../../shared/tokenText";
import { LensControls } from "./controls";
import { FollowedTokens } from "./followed";
import { LensGrid } from "./grid";
import { inspectCell } from "./inspect";
import "./lens.css";
import { gridKey, paintBy } from "./paint";
import { PerplexityFigure } from "./perplexity";
import { PinnedFigure } from "./pinned";
import { TrainedLens, trainedTerms } from "./trained";
import { lensTable, trajectoryTable } from "./tables";

/** Height of a chart with so many lines: room for a label each. */
const chartHeight = (lines: number): number => Math.max(104, 44 + 12 * lines);

class LensPanel implements Panel<LensPanelData> {
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
    ...measures.slice(1).map(({ name, help }) => [name, help] as const),
    [
      "perplexity by layer",
      "exp of the mean surprisal of the text’s own tokens, each row read as a prediction",
    ],
    [
      "hatched",
      "position 0 or an added token: attention sinks, left out of scales and averages; in a cell: no value",
    ],
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
  private readonly controls: LensControls;
  private readonly followed: FollowedTokens;
  private readonly pinned: PinnedFigure;
  private readonly perplexity: PerplexityFigure;
  private view: LensPanelData | null = null;
  private inspected: { column: LensColumn; layer: number | null } | null = null;
  private keyDrawn = "";
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
    this.controls = new LensControls(context.host, () => this.repaint());
    this.followed = new FollowedTokens(context.host);
    this.pinned = new PinnedFigure(context, { onInspect, onChoose: () => {} });
    this.perplexity = new PerplexityFigure(context);
    this.gridFigure = new Figure(context, {
      name: "lens-grid",
      title: "Lens",
      table: () => lensTable(this.need()),
      data: () => this.view,
    });
    this.lineFigure = new Figure(context, {
      name: "lens-trajectories",
      title: "Prediction over layers",
      table: () => trajectoryTable(this.need(), this.column),
      data: () => this.view?.trajectories[this.column],
    });
    this.gridFigure.body.append(this.grid.element);
    this.trained = new TrainedLens(context);
    this.element = h(
      "div",
      {},
      this.trained.choice,
      this.controls.element,
      h("div", { class: "lens-pair" }, this.gridFigure.element, this.pinned.element),
      this.lineFigure.element,
      this.followed.element,
      this.perplexity.element,
      this.trained.note,
      this.trained.figure.element,
    );
  }

  update(view: LensPanelData): void {
    this.view = view;
    const { measure } = this.controls;
    const pinnedColumns = view.pinned ? lensColumns(view.pinned.view) : [];
    const vocabulary = this.context.source().model?.dVocab ?? null;
    const scale = scaleOf(measure, [...lensColumns(view), ...pinnedColumns], vocabulary);
    const newest = this.grid.update(view, paintBy(measure, scale));
    this.controls.update(view);
    this.drawKey(scale);
    this.pinned.update(view, measure, scale);
    this.followed.update(view.followed);
    this.perplexity.update(view);
    this.trained.update(view.lens);
    this.gridFigure.changed();
    if (newest) this.follow(newest);
    this.drawLines(view);
  }

  repaint(): void {
    if (this.view) this.update(this.view);
  }

  inspect(): void {
    if (!this.inspected || !this.view) return;
    const { host, rail } = this.context;
    const pick = (id: number): void => host.ask("lens/toggle", { id });
    const followed = this.view.followed.map(({ id }) => id);
    inspectCell(rail, this.inspected, { pick, followed });
  }

  summary(view: LensPanelData): string {
    const best = view.trajectories.at(-1)?.[0];
    if (!best) return "Lens ready.";
    return `The prediction ${besideToken(view.about)} the last token: ${spokenText(best.text, best.id)}, ${percent(Math.exp(best.logProb.at(-1) ?? 0))}.`;
  }

  ran({ window }: LensPanelData): string {
    return ranOn(window);
  }

  /** Index of the column whose tokens are followed: the inspected one, else the newest. */
  private get column(): number {
    const { positions = [] } = this.view ?? {};
    const at = positions.indexOf(this.inspected?.column.pos ?? -1);
    return at >= 0 ? at : positions.length - 1;
  }

  private need(): LensPanelData {
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
    if (this.view) this.drawLines(this.view);
  }

  private drawKey(scale: MeasureScale): void {
    const { measure } = this.controls;
    const key = [measure.key, scale.key, theme().kind, theme().background].join();
    if (this.keyDrawn === key) return;
    this.keyDrawn = key;
    fill(this.gridFigure.key, ...gridKey(measure, scale));
  }

  private drawLines(view: LensPanelData): void {
    const width = Math.floor(this.lineFigure.body.clientWidth);
    const lines = view.trajectories[this.column] ?? [];
    const drawn = [lines, width, theme()];
    if (width <= 0 || drawn.every((x, i) => x === this.chartDrawn[i])) return;
    this.chartDrawn = drawn;
    const { token } = this.inspected?.column ?? {};
    const where = token ? ` ${besideToken(view.about)} ${visibleText(token.text, token.id)}` : "";
    this.lineFigure.heading = `Prediction over layers${where}`;
    const beside = width >= 520;
    const each = Math.min(440, beside ? Math.floor((width - 16) / 2) : width);
    const chart = (kind: "probability" | "rank"): SVGSVGElement =>
      trajectoryChart(lines, { kind, width: each, height: chartHeight(lines.length), theme: theme() });
    fill(this.lineFigure.body, h("div", { class: "charts" }, chart("probability"), chart("rank")));
    this.lineFigure.changed();
  }
}

openPage("lens", (context) => new LensPanel(context));
