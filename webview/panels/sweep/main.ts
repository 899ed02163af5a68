/** The Sweep page: steering over layers × strengths, effect and cost as heatmaps, what is worth its cost, and controls. */
import type { PanelState } from "../../../src/protocol/panelApi";
import type { SweepPanelData } from "../../../src/protocol/sweepPanel";
import { HeatGrid, type GridName } from "../../plots/heatGrid";
import { fill, h, setText } from "../../shared/dom";
import { Figure } from "../../shared/figure";
import { number } from "../../shared/format";
import { legend } from "../../shared/legend";
import { openPage, type PageContext, type Panel } from "../../shared/page";
import { facts } from "../../shared/rail";
import { bosWords } from "../../shared/ranOn";
import { theme } from "../../shared/theme";
import { ControlsPart } from "./controls";
import { FrontPart } from "./front";
import { cellAt, drawnAt, orderOf, ordered } from "./order";
import { RatioPart } from "./ratios";
import { measureName, scaled, type Scaled } from "./scaled";
import "./sweep.css";
import { gridTable } from "./tables";
import { editSentence, nameOf, outcomeSentence, summaryOf } from "./words";

/** What a grid shows of a sweep. */
type GridId = "effect" | "cost" | "relativeNorm";

const titles: Readonly<Record<GridId, string>> = {
  effect: "Effect",
  cost: "Cost",
  relativeNorm: "Size of the edit",
};

interface Drawn {
  readonly figure: Figure;
  readonly grid: HeatGrid;
  readonly what: HTMLElement;
}

class SweepPanel implements Panel<SweepPanelData> {
  readonly element: HTMLElement;
  readonly empty = {
    what: "Steer at every layer with every strength, and see which cells are worth what they cost.",
    how: "Open a file that ends in .introspect-sweep.json and choose Run sweep above its text.",
    example: "Run the example sweep",
  };
  readonly keys = [
    ["← → ↑ ↓", "move over strengths and layers"],
    ["Enter", "run the cell’s steering experiment with its controls"],
  ] as const;
  readonly terms = [
    ["effect", "what the sweep is for, as its plan measures it"],
    ["cost", "what it should not do: the plan’s measure of harm"],
    ["strength", "multiplies what is edited; at zero the model is the plain one, to the last bit"],
    [
      "perplexity ratio",
      "perplexity of the steered model on texts over that of the plain one (Turner et al. 2023); 1: no change",
    ],
    [
      "behind spaces",
      "space tokens stand before each text in both runs, so that what is injected falls on none of its words",
    ],
    [
      "effectiveness",
      "by how much the log-probability rises that the next token begins one of the words steering should bring",
    ],
    ["disruption", "how far the next token moved among those tokens and among the rest (KL)"],
    ["Pareto front", "cells than which none has as good an effect at less cost"],
    ["random directions", "directions of equal norm without meaning: what any push of this size does"],
    [
      "random prompt pairs",
      "differences of two random texts, brought to the same norm: what any difference does",
    ],
  ] as const;
  private readonly intro = h("div", { class: "sweep-intro" });
  private readonly said = h("p", { class: "sweep-said" });
  private readonly notes = h("div", {});
  private readonly drawn: Readonly<Record<GridId, Drawn>>;
  private readonly ratios: RatioPart;
  private readonly front: FrontPart;
  private readonly controls: ControlsPart;
  private data: SweepPanelData | null = null;
  private state: PanelState<SweepPanelData> | null = null;
  private pointed: readonly [number, number] | null = null;

  constructor(private readonly context: PageContext) {
    const grid = (id: GridId): Drawn => ({
      figure: new Figure(context, {
        name: id === "relativeNorm" ? "sweep-size" : `sweep-${id}`,
        title: titles[id],
        table: () => gridTable(this.need(), this.need().cells[id], this.scaleOf(id)),
        data: () => this.data && { ...this.data.cells, ...this.data.outcome },
      }),
      grid: new HeatGrid({
        onInspect: (row, column) => this.point(cellAt(orderOf(this.need().cells), row, column)),
        onChoose: (row, column) => this.open(cellAt(orderOf(this.need().cells), row, column)),
      }),
      what: h("p", { class: "grid-what" }),
    });
    this.drawn = { effect: grid("effect"), cost: grid("cost"), relativeNorm: grid("relativeNorm") };
    for (const { figure, grid: one, what } of Object.values(this.drawn))
      figure.body.append(what, one.element);
    this.ratios = new RatioPart(context);
    this.front = new FrontPart(context, {
      onInspect: (cell) => this.point(cell),
      onChoose: (cell) => this.open(cell),
    });
    this.controls = new ControlsPart(context);
    const grids = Object.values(this.drawn).map(({ figure }) => figure.element);
    this.element = h(
      "div",
      { class: "sweep" },
      this.intro,
      this.said,
      this.notes,
      h("div", { class: "sweep-grids" }, ...grids),
      h("div", { class: "sweep-plots" }, this.front.element, this.controls.element),
      this.ratios.element,
    );
  }

  update(data: SweepPanelData, state: PanelState<SweepPanelData>): void {
    this.data = data;
    this.state = state;
    const { plan, cells, outcome } = data;
    if (this.pointed && !this.isThere(this.pointed)) this.pointed = null;
    fill(
      this.intro,
      h("p", { class: "prompt mono" }, plan.prompt),
      h("p", { class: "muted" }, `${editSentence(plan)}.`),
    );
    setText(this.said, outcomeSentence(data));
    fill(this.notes, ...(outcome?.warnings ?? []).map((text) => h("p", { class: "note" }, text)));
    for (const id of ["effect", "cost", "relativeNorm"] as const) this.drawGrid(id);
    const isSized = cells.relativeNorm.flat().some((value) => value !== null);
    this.drawn.relativeNorm.figure.element.hidden = !isSized;
    const [effect, cost] = [this.scaleOf("effect"), this.scaleOf("cost")];
    this.front.update(data, effect, cost);
    this.controls.update(data, effect, cost);
    this.ratios.update(data);
    this.markPointed();
    this.inspect();
  }

  repaint(): void {
    if (this.data && this.state) this.update(this.data, this.state);
  }

  inspect(): void {
    const { data, pointed } = this;
    if (!data) return;
    if (pointed) return this.showCell(pointed);
    const { plan, outcome } = data;
    this.context.rail.show(
      ["Sweep"],
      facts([
        ["prompt", h("span", { class: "mono" }, plan.prompt)],
        ["BOS", outcome ? bosWords(outcome.bos) : (plan.bos ?? "auto")],
        ["effect", measureName(plan.effect)],
        ["cost", measureName(plan.cost)],
        ["most cost", plan.mostCost === undefined ? "none given" : number(plan.mostCost)],
        ["seed", String(plan.controls.seed)],
      ]),
    );
  }

  summary(data: SweepPanelData): string {
    return `${summaryOf(data.outcome)} ${outcomeSentence(data)}`;
  }

  ran({ outcome }: SweepPanelData): string | null {
    return outcome && bosWords(outcome.bos);
  }

  private need(): SweepPanelData {
    if (!this.data) throw new Error("Nothing has been swept yet.");
    return this.data;
  }

  private scaleOf(id: GridId): Scaled {
    const { plan, cells } = this.need();
    if (id !== "relativeNorm") return scaled(plan[id], cells[id], cells.baseline?.[id] ?? null);
    const max = Math.max(0, ...cells[id].flat().map((value) => value ?? 0));
    return {
      ...{ name: "‖edit‖ / ‖residual‖ in the prompt", log: false, zero: 0, ends: ["0", number(max)] },
      shown: (value) => value,
      fromShown: (value) => value,
      away: (value) => value,
      says: (value) => (value === null ? "nothing is added, or not measured yet" : number(value)),
      shade: (value) => (max > 0 ? value / max : 0),
    };
  }

  private drawGrid(id: GridId): void {
    const { cells, outcome } = this.need();
    const { figure, grid, what } = this.drawn[id];
    const of = this.scaleOf(id);
    const order = orderOf(cells);
    const rows = order.rows.map((row): GridName => {
      const layer = cells.layers[row];
      return { face: String(layer), says: `layer ${layer}` };
    });
    const columns = order.columns.map((column): GridName => {
      const strength = number(cells.strengths[column]);
      return { face: strength, says: `strength ${strength}` };
    });
    setText(what, of.name);
    const label = `${titles[id]}: ${of.name}; layers upward, strengths to the right`;
    const values = ordered(order, cells[id]);
    grid.update({ label, rows, columns, values, max: 1, shade: of.shade, says: of.says });
    const isSize = id === "relativeNorm";
    const drawnCells = (all: readonly (readonly [number, number])[]) =>
      all.map((cell) => drawnAt(order, cell));
    grid.mark("front", drawnCells(isSize ? [] : (outcome?.pareto ?? [])));
    grid.mark("best", drawnCells(!isSize && outcome?.best ? [outcome.best] : []));
    const isPartial = values.flat().some((value) => value === null);
    const [low, high] = of.ends;
    const scale = legend({
      label: isSize ? "" : rootWords(of),
      ...{ low, high, diverging: !isSize },
      scale: (t) => theme().diverging(t),
      ...(isPartial ? { hatched: isSize ? "nothing added, or not yet measured" : "not measured yet" } : {}),
    });
    fill(
      figure.key,
      h("p", { class: "axes muted" }, "layer ↑  strength →"),
      scale,
      isSize ? null : marksKey(outcome !== null),
    );
    figure.changed();
  }

  private isThere([row, column]: readonly [number, number]): boolean {
    const { layers, strengths } = this.need().cells;
    return row < layers.length && column < strengths.length;
  }

  private point(cell: readonly [number, number]): void {
    this.pointed = cell;
    this.markPointed();
    this.showCell(cell);
  }

  private markPointed(): void {
    const { pointed } = this;
    const at = pointed ? [drawnAt(orderOf(this.need().cells), pointed)] : [];
    for (const { grid } of Object.values(this.drawn)) grid.mark("pointed", at);
    this.front.point(pointed);
  }

  private showCell([row, column]: readonly [number, number]): void {
    const { cells, outcome } = this.need();
    const value = (id: GridId): string => this.scaleOf(id).says(cells[id][row]?.[column] ?? null);
    const isOn = (all: readonly (readonly [number, number])[]): boolean =>
      all.some((one) => one[0] === row && one[1] === column);
    const place = !outcome
      ? "not known yet"
      : isOn(outcome.best ? [outcome.best] : [])
        ? "best effect, on the front"
        : isOn(outcome.pareto)
          ? "on the front"
          : "behind the front";
    this.context.rail.show(
      [nameOf(cells, [row, column])],
      facts([
        [`effect: ${this.scaleOf("effect").name}`, value("effect")],
        [`cost: ${this.scaleOf("cost").name}`, value("cost")],
        ["‖edit‖ / ‖residual‖", number(cells.relativeNorm[row]?.[column])],
        ["Pareto", place],
      ]),
      this.context.isSaved()
        ? null
        : h("p", { class: "note" }, "Enter or a click runs its steering experiment."),
    );
  }

  private open(cell: readonly [number, number]): void {
    this.context.host.ask("sweep/open", { cell });
  }
}

/** How numbers become colours. */
const rootWords = ({ log }: Scaled): string =>
  `background: the plain model; by the square root of the ${log ? "logarithm of the ratio" : "difference"}`;

/** What the frames around cells mean. */
function marksKey(isDone: boolean): HTMLElement | null {
  if (!isDone) return null;
  return h(
    "span",
    { class: "legend" },
    h("span", { class: "swatch swatch-front" }),
    "Pareto front",
    h("span", { class: "swatch swatch-best" }),
    "best effect",
  );
}

openPage("sweep", (context) => new SweepPanel(context));
