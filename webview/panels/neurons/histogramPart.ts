/** How often a neuron has which activation, with the selection's marked. */
import type { NeuronCard } from "../../../src/protocol/neurons";
import { histogram as picture } from "../../plots/histogram";
import { fill, h } from "../../shared/dom";
import { Figure } from "../../shared/figure";
import { count, neuronName, number, percent } from "../../shared/format";
import type { PageContext } from "../../shared/page";
import { theme } from "../../shared/theme";
import { histogramTable } from "./effectTables";

/** A figure that is updated in place. */
export class HistogramPart {
  readonly figure: Figure;
  private card: NeuronCard | null = null;

  constructor(context: PageContext) {
    this.figure = new Figure(context, {
      name: "neuron-histogram",
      title: "How often which activation",
      table: () => histogramTable(this.need()),
      data: () => this.card?.histogram,
    });
  }

  /** Shows the histogram of a card. */
  update(card: NeuronCard): void {
    this.card = card;
    const { edges, counts, selection, quantiles } = card.histogram;
    const width = Math.max(220, Math.min(720, this.figure.body.clientWidth || 420));
    const marks = [
      { value: selection.strongest.value, label: `strongest here ${number(selection.strongest.value)}` },
      { value: selection.mean.value, label: `mean here ${number(selection.mean.value)}`, dashed: true },
    ];
    const label = `Histogram of the activations of ${neuronName(card.layer, card.neuron)}. ${sentence(card)}`;
    const listed = quantiles.filter(({ share }) => share > 0 && share < 1);
    const words = listed.map(({ share, value }) => `${percent(share)} ${number(value)}`).join(" · ");
    fill(
      this.figure.body,
      picture({ edges, counts, marks, label, width, theme: theme() }),
      h("p", { class: "note" }, `${sentence(card)} Quantiles: ${words}. Counts on a logarithmic scale.`),
    );
    this.figure.changed();
  }

  private need(): NeuronCard {
    if (!this.card) throw new Error("There is no card yet.");
    return this.card;
  }
}

function sentence({ histogram: { basis, n, selection } }: NeuronCard): string {
  const over =
    basis === "records"
      ? `Over ${count(n)} tokens of the model’s records`
      : `Over the ${count(n)} tokens of this text; the model has no records`;
  return `${over}. Of them ${percent(selection.strongest.below)} lie below the selection’s strongest activation, ${percent(selection.mean.below)} below its mean.`;
}
