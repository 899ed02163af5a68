/** The ranked list of neurons: each row a tiny strip over the selection, a name, a z-score and a reading. */
import type { NeuronScore } from "../../../src/protocol/neurons";
import type { NeuronsPanelData } from "../../../src/protocol/panelApi";
import { heatCells } from "../../plots/heatCells";
import { fill, h } from "../../shared/dom";
import { neuronName, number } from "../../shared/format";
import { roving, type Roving } from "../../shared/roving";
import type { Paint } from "../../shared/scales";
import { theme } from "../../shared/theme";
import { tokenFace } from "../../shared/tokenStrip";
import { noteOf } from "./noteEditor";
import { reading } from "./reading";
import { explanationText, scoreName, scoreText, shownScore, unreadSentence } from "./words";

/** What the list tells its panel: places in the ranking. */
export interface RankingEvents {
  readonly onInspect: (neuron: NeuronScore) => void;
  readonly onChoose: (neuron: NeuronScore) => void;
}

/** Diverging paint on the scale of the values' own maximum. */
export function ownScale(values: readonly (number | null)[]): {
  readonly max: number;
  readonly scale: (v: number) => Paint;
} {
  const max = values.reduce<number>((best, value) => Math.max(best, Math.abs(value ?? 0)), 0);
  return { max, scale: (value) => theme().diverging(max > 0 ? value / max : 0) };
}

/** A list that keeps its place while the card of a chosen neuron arrives. */
export class Ranking {
  readonly element = h("div", { class: "ranking", role: "listbox", "aria-label": "Neurons in order" });
  private readonly roving: Roving;
  private rows: HTMLElement[] = [];
  private neurons: readonly NeuronScore[] = [];
  private drawn: unknown[] = [];
  private cellWidth = 96;

  constructor(events: RankingEvents) {
    const at = (index: number, action: (neuron: NeuronScore) => void): void => {
      const neuron = this.neurons[index];
      if (neuron) action(neuron);
    };
    this.roving = roving(this.element, {
      items: () => this.rows,
      columns: () => 1,
      onInspect: (index) => at(index, events.onInspect),
      onChoose: (index) => at(index, events.onChoose),
    });
  }

  /** Shows the ranking and which neuron is chosen. */
  update({ ranking, chosen, notes }: NeuronsPanelData): void {
    const cellWidth = this.element.clientWidth > 0 && this.element.clientWidth < 340 ? 64 : 96;
    const same =
      JSON.stringify(ranking.neurons) === JSON.stringify(this.neurons) &&
      this.drawn[0] === theme() &&
      this.drawn[1] === JSON.stringify([notes?.of, ranking.by]) &&
      this.cellWidth === cellWidth;
    if (!same) {
      this.neurons = ranking.neurons;
      this.drawn = [theme(), JSON.stringify([notes?.of, ranking.by])];
      this.cellWidth = cellWidth;
      this.rows = ranking.neurons.map((neuron) => this.row(neuron, ranking, noteOf(notes, neuron).label));
      fill(this.element, ...this.rows);
    }
    for (const [i, neuron] of this.neurons.entries()) {
      const isChosen = chosen?.layer === neuron.layer && chosen.neuron === neuron.neuron;
      this.rows[i]!.setAttribute("aria-selected", String(isChosen));
    }
    this.roving.refresh();
  }

  /** Moves the focus to the chosen row, or the first. */
  focusChosen(): void {
    const index = this.rows.findIndex((row) => row.getAttribute("aria-selected") === "true");
    this.roving.focus(Math.max(0, index));
  }

  private row(neuron: NeuronScore, ranking: NeuronsPanelData["ranking"], label: string): HTMLElement {
    const { scale, max } = ownScale(neuron.activations);
    const full = theme().highContrast ? { full: max } : {};
    const cells = heatCells(neuron.activations, {
      width: this.cellWidth,
      height: 12,
      scale,
      line: theme().line,
      ...full,
    });
    const strongest = neuron.activations.reduce(
      (best, a, i, all) => (Math.abs(a) > Math.abs(all[best]!) ? i : best),
      0,
    );
    const pos = ranking.selected[strongest];
    const token = pos === undefined ? undefined : ranking.window.tokens[pos];
    const peak = neuron.activations[strongest];
    const name = neuronName(neuron.layer, neuron.neuron);
    // Where no neuron of the list could be read, that is said once, above it.
    const isRead = unreadSentence(ranking.neurons.map((one) => one.explanation)) === "";
    const exact = ranking.effect ? neuron.exact?.[ranking.effect.measure] : undefined;
    const beside = exact === undefined ? "" : ` · exact ${number(shownScore(ranking, exact))}`;
    const score = `${scoreName(ranking)} ${number(shownScore(ranking, neuron.score))}${beside}`;
    const row = h(
      "div",
      { class: "neuron", role: "option" },
      h(
        "span",
        { class: "neuron-line" },
        h("span", { class: "neuron-name num" }, name),
        cells,
        h("span", { class: "neuron-peak num" }, number(peak)),
        h("span", { class: "neuron-token" }, token ? tokenFace(token.text, token.id) : null),
        h("span", { class: "neuron-score num" }, score),
      ),
      h(
        "span",
        { class: "neuron-line" },
        label === "" ? null : h("span", { class: "neuron-label" }, label),
        isRead ? reading(neuron.explanation, "neuron-words") : null,
        isRead ? h("span", { class: "neuron-r num muted" }, scoreText(neuron.explanation)) : null,
      ),
    );
    row.setAttribute(
      "aria-label",
      `${name}, ${label === "" ? "" : `${label}, `}${score}, strongest ${number(peak)} on ${token?.text ?? "a token"}${isRead ? `, ${explanationText(neuron.explanation)}, ${scoreText(neuron.explanation)}` : ""}`,
    );
    return row;
  }
}
