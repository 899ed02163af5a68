/** The Neurons page: which neurons fire on the selection, and the card of the chosen one. */
import type { NeuronScore, NeuronsResult } from "../../../src/protocol/neurons";
import type { NeuronsPanelData, PanelState } from "../../../src/protocol/panelApi";
import { fill, h, setText } from "../../shared/dom";
import { Figure } from "../../shared/figure";
import { count, neuronName, number } from "../../shared/format";
import { legend } from "../../shared/legend";
import { openPage, type PageContext, type Panel } from "../../shared/page";
import { ranOn } from "../../shared/ranOn";
import { theme } from "../../shared/theme";
import { visibleText } from "../../shared/tokenText";
import { Card } from "./card";
import { writeBars } from "./cardBars";
import "./neurons.css";
import { orderSentence, OrderSwitch } from "./orderSwitch";
import { Ranking } from "./ranking";
import { reading } from "./reading";
import { rankingTable } from "./tables";
import { baselineSentence, scoreName, scoreText, shownScore, unreadSentence } from "./words";

/** True when two snapshots carry one ranking: the same numbers for the same selection of the same text. */
const sameRanking = (a: NeuronsResult, b: NeuronsResult): boolean =>
  JSON.stringify([a.selected, a.neurons, a.window.tokens]) ===
  JSON.stringify([b.selected, b.neurons, b.window.tokens]);

/** The selection as far as one reads it, and how long it is where that is not all. */
function selectionWords({ selection, selectionLength }: NeuronsPanelData): string {
  const shown = [...visibleText(selection || " ")];
  if (shown.length <= 160) return shown.join("");
  return `${shown.slice(0, 160).join("")}… (${count(selectionLength)} characters)`;
}

class NeuronsPanel implements Panel<NeuronsPanelData> {
  readonly element: HTMLElement;
  readonly empty = {
    what: "See which neurons of the model fire on a text, and what is known of each.",
    how: "Select some text, then choose Explain Neuron Activations on Selection from the context menu.",
    example: "Explain a line of the sample",
  };
  readonly keys = [
    ["↑ ↓", "move in the list"],
    ["Enter", "choose a neuron and colour the editor by it; in your label: keep it"],
    ["Ctrl+Enter", "in your note: keep it"],
    ["← → ↑ ↓", "move over the tokens"],
    ["Esc", "in the list: take the colours off the editor"],
  ] as const;
  readonly terms = [
    [
      "neuron",
      "one unit of an MLP after its nonlinearity, gate times up where gated; L2 N417 is layer 2, index 417",
    ],
    ["z", "mean activation on the selection in standard deviations from the baseline"],
    ["r", "Pearson correlation of predicted and real activation on held-back text (after Bills et al. 2023)"],
    [
      "promotes",
      "tokens whose logit the neuron raises through the unembedding, direct path only (Geva et al. 2022)",
    ],
    ["in italics", "a token of the custom prefix, which stands in no document and is not counted"],
    ["BOS", "the beginning-of-sequence token; the setting introspect.bos says whether one is put first"],
    [
      "direct effect",
      "what the neuron adds to a prediction through the unembedding alone, norm scales frozen: an approximation (Elhage et al. 2021)",
    ],
    ["exact", "the neuron ablated on the selection, everything after it recomputed (mean or zero)"],
    [
      "matched",
      "20 neurons of the same layer closest in mean |activation| times the length of what they write",
    ],
    ["KL", "how far the prediction moved from the plain run’s"],
    ["drivers", "what the parts before add to the neuron’s input at one token, norm scale frozen"],
  ] as const;
  readonly contexts = {
    document: "The model sees the text up to the selection’s end, as far as its context reaches.",
    selection: "The model sees the selection alone.",
    prefix: "The prefix stands right before the selection; nothing else of the document is seen.",
  };
  private readonly ranking: Ranking;
  private readonly figure: Figure;
  private readonly card: Card;
  private readonly selection = h("p", { class: "selection mono" });
  private readonly count = h("p", { class: "muted count" });
  private readonly all = h("button", { type: "button", class: "tool" }, "All layers");
  private readonly baseline = h("p", { class: "note" });
  private readonly order: OrderSwitch;
  private data: NeuronsPanelData | null = null;
  private loading = false;
  private inspected: NeuronScore | null = null;

  constructor(private readonly context: PageContext) {
    this.ranking = new Ranking({
      onInspect: (neuron) => this.show(neuron),
      onChoose: ({ layer, neuron }) => context.host.ask("neurons/choose", { layer, neuron }),
    });
    this.figure = new Figure(context, {
      name: "neurons-ranking",
      title: "Neurons",
      table: () => rankingTable(this.need().ranking),
      data: () => this.data?.ranking,
    });
    this.all.addEventListener("click", () => context.host.ask("neurons/only", { layer: null }));
    this.order = new OrderSwitch(context.host);
    const count = h("div", { class: "count-line" }, this.count, this.all);
    this.figure.body.append(this.selection, this.order.element, count, this.ranking.element);
    this.card = new Card(context);
    this.element = h(
      "div",
      { class: "neurons" },
      h("div", { class: "list-side" }, this.figure.element, this.baseline),
      this.card.element,
    );
    // Escape takes the colours off the editor, as it does in the editor; from the card it leads back to the list first.
    this.ranking.element.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !context.rail.held && this.data?.coloured)
        context.host.ask("editor/clear", {});
    });
    this.card.element.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !context.rail.held) this.ranking.focusChosen();
    });
  }

  update(data: NeuronsPanelData, state?: PanelState<NeuronsPanelData>): void {
    if (state) this.loading = state.status === "loading";
    const isNew = !this.data || !sameRanking(this.data.ranking, data.ranking);
    // What was looked at belongs to the ranking it was in.
    if (isNew) this.inspected = null;
    this.data = data;
    this.element.classList.toggle("without-card", data.chosen === null);
    const n = data.ranking.neurons.length;
    const where = data.only === null ? "" : ` of layer ${data.only} alone`;
    setText(this.count, (n === 1 ? "1 neuron" : `${n} neurons`) + where);
    this.all.hidden = data.only === null;
    fill(this.selection, selectionWords(data));
    this.ranking.update(data);
    this.order.update(data.ranking);
    this.card.update(data, this.loading);
    const unread = unreadSentence(data.ranking.neurons.map(({ explanation }) => explanation));
    const order = orderSentence(data.ranking) ?? baselineSentence(data.ranking);
    fill(this.baseline, [order, unread].join(" ").trim());
    fill(
      this.figure.key,
      legend({
        label: "activation, by row",
        low: "−max",
        high: "max",
        diverging: true,
        scale: (t) => theme().diverging(t),
      }),
    );
    this.figure.changed();
    const first = data.ranking.neurons[0];
    if (isNew && !data.card) {
      if (first) this.show(first);
      else this.context.rail.show(["No neurons"]);
    }
  }

  repaint(): void {
    if (this.data) this.update(this.data);
  }

  inspect(): void {
    const neuron = this.inspected ?? this.data?.ranking.neurons[0];
    if (neuron) this.show(neuron);
  }

  summary({ ranking }: NeuronsPanelData): string {
    const first = ranking.neurons[0];
    if (!first) return "No neurons.";
    return `${ranking.neurons.length} neurons, first ${neuronName(first.layer, first.neuron)}, ${scoreName(ranking)} ${number(shownScore(ranking, first.score))}.`;
  }

  ran({ ranking }: NeuronsPanelData): string {
    return ranOn(ranking.window);
  }

  private need(): NeuronsPanelData {
    if (!this.data) throw new Error("There is no ranking yet.");
    return this.data;
  }

  private show(neuron: NeuronScore): void {
    this.inspected = neuron;
    this.context.rail.show(
      [neuronName(neuron.layer, neuron.neuron)],
      h("p", {}, reading(neuron.explanation, "rail-words")),
      h("p", { class: "muted num" }, scoreText(neuron.explanation)),
      ...writeBars(neuron),
    );
  }
}

openPage("neurons", (context) => new NeuronsPanel(context));
