/** The Attention page: all heads by a score, one head's pattern large, its rows on the text. */
import type { HeadScores } from "../../../src/protocol/attention";
import type { OffsetRange } from "../../../src/protocol/engineApi";
import type { AttentionPanelData as AttentionData, PanelState } from "../../../src/protocol/panelApi";
import { bars } from "../../plots/bars";
import { patternSvg } from "../../plots/patternSvg";
import { fill, h } from "../../shared/dom";
import { Figure } from "../../shared/figure";
import { logs, count, headName, percent } from "../../shared/format";
import { legend } from "../../shared/legend";
import { isPointedAt } from "../../shared/pointed";
import { openPage, type PageContext, type Panel } from "../../shared/page";
import { facts } from "../../shared/rail";
import { ranOn } from "../../shared/ranOn";
import type { Paint } from "../../shared/scales";
import { theme } from "../../shared/theme";
import { TokenStrip, tokenFace } from "../../shared/tokenStrip";
import "./attention.css";
import { ArcStrip, arcsKey } from "./arcs";
import { scaledView, type ScaledView } from "./weights";
import { EdgePart } from "./edge";
import { keys, terms } from "./help";
import { isSink, patternCells, PatternMatrix, type PatternCell } from "./pattern";
import { Pickers } from "./pickers";
import { RowTools } from "./rowTools";
import { scoredWords, scoreNames, scoreWords } from "./scores";
import { headTable, patternTable } from "./tables";
import { HeadWall } from "./wall";

/** What must be said of a selection that is longer than a picture of it; else nothing. */
function unshownWords({ positions, unshown }: AttentionData): string {
  if (unshown === 0) return "";
  return `${count(positions.length)} tokens are shown; the ${count(unshown)} selected ones behind them are not. Select them alone to see them.`;
}

/** What the hatched column of a pattern is. */
const sinkWords = "position 0: an attention sink";

class AttentionPanel implements Panel<AttentionData> {
  readonly element: HTMLElement;
  readonly empty = {
    what: "See where each attention head looks.",
    how: "Select some text, then run Introspect: Show Attention on Selection.",
    example: "Show it on a line of the sample",
  };
  readonly keys = keys;
  readonly terms = terms;
  readonly contexts = {
    document: "The model sees the text up to the selection’s end, as far as its context reaches.",
    selection: "The model sees the selection alone.",
    prefix: "The prefix stands right before the selection; nothing else of the document is seen.",
  };
  private readonly pickers: Pickers;
  private readonly strip: TokenStrip;
  private readonly arcs: ArcStrip;
  private readonly tools: RowTools;
  private readonly unshown = h("p", { class: "note unshown" });
  private readonly wall: HeadWall;
  private readonly matrix: PatternMatrix;
  private readonly edge: EdgePart;
  private readonly stripFigure: Figure;
  private readonly wallFigure: Figure;
  private readonly matrixFigure: Figure;
  private view: AttentionData | null = null;
  private query = -1;
  private key = -1;
  private chosen: string | undefined;

  constructor(private readonly context: PageContext) {
    const { host } = context;
    this.pickers = new Pickers(host, {
      choose: (layer, head) => this.choose(layer, head),
      scoreOn: (on) => host.ask("attention/score", { on }),
      arranged: () => this.repaint(),
    });
    this.strip = new TokenStrip({
      label: "Shown tokens",
      onInspect: (key) => this.inspectKey(key),
      onChoose: (query) => this.chooseQuery(query),
      pointed: context.pointed,
    });
    this.arcs = new ArcStrip(this.strip);
    this.tools = new RowTools(context);
    this.wall = new HeadWall({
      onInspect: (head) => this.inspectHead(head),
      onChoose: (head) => this.choose(head.layer, head.head),
    });
    this.matrix = new PatternMatrix(
      ({ query, key }) => this.setQuery(query, key),
      (cell) => this.chooseEdge(cell),
    );
    this.edge = new EdgePart(context);
    const data = (): unknown => this.view;
    const table = (): ReturnType<typeof patternTable> => patternTable(this.need(), this.pickers.byValue);
    this.stripFigure = new Figure(context, {
      name: "attention-row",
      title: "Attention of the query",
      table,
      data,
    });
    this.wallFigure = new Figure(context, {
      name: "attention-heads",
      title: "Heads",
      table: () => headTable(this.need(), this.pickers.score),
      data: () => this.view?.heads,
    });
    this.matrixFigure = new Figure(context, {
      name: "attention-pattern",
      title: "Pattern",
      table,
      data: () => this.view?.pattern,
      svg: (footer) => this.patternSource(footer),
    });
    this.stripFigure.body.append(this.unshown, this.arcs.element);
    this.wallFigure.body.append(this.wall.element);
    this.matrixFigure.body.append(this.matrix.element);
    this.element = h(
      "div",
      { class: "attention" },
      h(
        "div",
        { class: "attention-top" },
        this.pickers.element,
        this.stripFigure.element,
        this.tools.element,
      ),
      this.wallFigure.element,
      this.matrixFigure.element,
      this.edge.element,
    );
  }

  update(view: AttentionData, state?: PanelState<AttentionData>): void {
    const last = this.view;
    const samePlace = JSON.stringify(last?.positions) === JSON.stringify(view.positions);
    this.view = view;
    const { query: row, key } = this;
    if (!samePlace || this.query < 0) this.query = view.positions.length - 1;
    this.takeChosen(view, state?.chosen);
    this.pickers.update(view);
    this.wall.update({
      heads: view.heads,
      score: this.pickers.score,
      chosen: view.pattern,
      least: this.pickers.least,
      thumbnails: this.pickers.wall === "patterns" ? view.thumbnails : undefined,
    });
    this.tools.update(view);
    const name = headName(view.pattern.layer, view.pattern.head);
    this.matrixFigure.heading = `Pattern of head ${name}`;
    this.matrix.update(this.scaled(view).view, this.matrixFigure.body.clientWidth);
    this.drawKeys();
    this.drawStripKey(view);
    fill(this.unshown, unshownWords(view));
    // The cell that one is on stays marked when something about it comes: arrows go on from there.
    this.setQuery(this.query, samePlace && this.query === row ? key : this.query);
    this.edge.update(view);
    for (const figure of [this.stripFigure, this.wallFigure, this.matrixFigure]) figure.changed();
  }

  /** A token chosen in another panel becomes the query, once. */
  private takeChosen(view: AttentionData, chosen: OffsetRange | undefined): void {
    const words = JSON.stringify(chosen);
    if (chosen === undefined || words === this.chosen) return;
    const at = view.positions.findIndex((pos) => isPointedAt(chosen, view.window.tokens[pos]!));
    if (at < 0) return;
    this.chosen = words;
    this.query = at;
  }

  repaint(): void {
    if (this.view) this.update(this.view);
  }

  inspect(): void {
    this.inspectRow();
  }

  summary(view: AttentionData): string {
    return `Head ${headName(view.pattern.layer, view.pattern.head)} over ${view.positions.length} tokens.`;
  }

  ran({ window }: AttentionData): string {
    return ranOn(window);
  }

  private need(): AttentionData {
    if (!this.view) throw new Error("There is no pattern yet.");
    return this.view;
  }

  private patternSource(footer: string): string {
    const { view, high, low, label: of } = this.scaled(this.need());
    const key = { low, high, label: `${of} of a query (row) to a key (column)` };
    const sinks = view.positions[0] === 0 ? 1 : 0;
    const drawing = patternSvg({
      ...patternCells(view),
      sinks,
      hatched: sinkWords,
      key,
      footer,
      theme: theme(),
    });
    return new XMLSerializer().serializeToString(drawing);
  }

  private choose(layer: number, head: number): void {
    this.context.host.ask("attention/choose", { layer, head });
  }

  /** A row that is chosen, not only looked at: the editor's colours follow. */
  private chooseQuery(query: number): void {
    this.setQuery(query);
    this.tools.row(this.query, true);
  }

  private chooseEdge({ query, key }: PatternCell): void {
    const { view } = this;
    this.tools.row(query, true);
    const [from, to] = [view?.positions[query], view?.positions[key]];
    if (from !== undefined && to !== undefined && key <= query)
      this.context.host.ask("attention/edge", { query: from, key: to });
  }

  /** The view with the chosen weights as shares of the scale, and what a share is in words. */
  private scaled(view: AttentionData): ScaledView {
    return scaledView(view, this.pickers.byValue);
  }

  private drawKeys(): void {
    const where = this.view?.scoredOn === "repeated" ? "on repeated random tokens: " : "";
    const scale = (t: number): Paint => theme().sequential(t);
    const words = scoredWords(this.view?.heads ?? [], this.pickers.score);
    const zero = this.pickers.score === "entropy" ? logs(0) : "0%";
    fill(
      this.wallFigure.key,
      legend({
        label: `${where}${words}`,
        low: zero,
        high: scoreWords(this.pickers.score, this.wall.max),
        scale,
      }),
    );
    if (!this.view) return;
    const { low, high, label: of } = this.scaled(this.view);
    const label = `${of} of a query (row) to a key (column)`;
    const hatched = this.view.positions[0] === 0 ? { hatched: sinkWords } : {};
    fill(this.matrixFigure.key, legend({ label, low, high, scale, ...hatched }));
  }

  private setQuery(query: number, key = query): void {
    const { view } = this;
    if (!view) return;
    this.query = Math.min(Math.max(0, query), view.positions.length - 1);
    this.key = Math.min(Math.max(0, key), this.query);
    const { view: drawn, words } = this.scaled(view);
    const row = drawn.pattern.rows[this.query] ?? [];
    const tokens = view.positions.map((pos, i) => {
      const token = view.window.tokens[pos]!;
      const weight = row[i] ?? 0;
      const later = i > this.query;
      const sink = isSink(view, pos);
      return {
        ...token,
        value: later ? undefined : sink ? null : weight,
        mark: i === this.query ? ("query" as const) : later ? ("dim" as const) : undefined,
        says: later ? "after the query" : i === this.query ? `query, ${words(weight)}` : words(weight),
      };
    });
    const { arcs } = this.pickers;
    this.strip.update(tokens, { scale: (v) => theme().sequential(v) });
    this.arcs.update(this.scaled(view), this.query, arcs);
    if (arcs === "no") this.strip.reveal(this.query, this.strip.element);
    else this.arcs.reveal(this.query);
    this.tools.row(this.query, false);
    this.matrix.show({ query: this.query, key });
    this.inspectRow();
  }

  private drawStripKey(view: AttentionData): void {
    const hatched = view.positions.some((pos) => isSink(view, pos))
      ? { hatched: "position 0: not coloured" }
      : {};
    const { low, high, label: of, words } = this.scaled(view);
    const label = `${of} of the query to each token`;
    const scale = (t: number): Paint => theme().sequential(t);
    const arcs = this.pickers.arcs === "no" ? null : arcsKey(words);
    fill(this.stripFigure.key, legend({ label, low, high, scale, ...hatched }), arcs);
  }

  private inspectRow(): void {
    const { view } = this;
    const token = view?.window.tokens[view.positions[this.query] ?? -1];
    if (!view || !token) return;
    const { view: drawn, words, label } = this.scaled(view);
    const row = drawn.pattern.rows[this.query] ?? [];
    const best = Array.from(row)
      .map((weight, i) => ({
        weight,
        index: i,
      }))
      .filter((_, i) => i <= this.query)
      .sort((a, b) => b.weight - a.weight)
      .slice(0, 8);
    const face = (index: number): HTMLElement => {
      const pos = view.positions[index]!;
      const at = view.window.tokens[pos]!;
      return h("span", {}, h("span", { class: "muted num" }, `${pos} `), tokenFace(at.text, at.id));
    };
    this.context.rail.show(
      [`Head ${headName(view.pattern.layer, view.pattern.head)} from `, tokenFace(token.text, token.id)],
      facts([
        ["query", face(this.query)],
        ["key", face(this.key)],
        [label, words(row[this.key] ?? 0)],
      ]),
      bars(
        best.map(({ weight, index }) => ({
          label: face(index),
          value: weight,
          words: words(weight),
        })),
        { full: 1, label: `Strongest keys by ${label}` },
      ),
      facts([["outside the shown tokens", percent(view.pattern.outside[this.query])]]),
    );
  }

  private inspectKey(key: number): void {
    if (!this.view || key > this.query) return;
    this.key = key;
    this.matrix.show({ query: this.query, key });
    this.arcs.highlight(key);
    this.inspectRow();
  }

  private inspectHead(head: HeadScores): void {
    this.context.rail.show(
      [`Head ${headName(head.layer, head.head)}`],
      facts(scoreNames.map(({ name, label }) => [label, scoreWords(name, head[name])])),
    );
  }
}

openPage("attention", (context) => new AttentionPanel(context));
