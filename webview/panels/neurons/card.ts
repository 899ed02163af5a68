/** The card of one neuron: where it fires, what it writes, what drives it, and what vouches for its reading. */
import type { NeuronCard } from "../../../src/protocol/neurons";
import type { NeuronsPanelData } from "../../../src/protocol/panelApi";
import { isCounted } from "../../../src/protocol/model";
import { besideToken } from "../../shared/about";
import { fill, h } from "../../shared/dom";
import { Figure } from "../../shared/figure";
import { neuronName, number } from "../../shared/format";
import { legend } from "../../shared/legend";
import type { PageContext } from "../../shared/page";
import { facts } from "../../shared/rail";
import { theme } from "../../shared/theme";
import { TokenStrip, tokenFace } from "../../shared/tokenStrip";
import { progressRing } from "../../shared/ui";
import { driverBars, driverSentence, writeBars } from "./cardBars";
import { placeList, recordList } from "./places";
import { ColourButton } from "./colourButton";
import { EffectsPart } from "./effectsPart";
import { HistogramPart } from "./histogramPart";
import { NoteEditor } from "./noteEditor";
import { ownScale } from "./ranking";
import { SearchPart } from "./searchPart";
import { activationTable, driverTable, writeTable } from "./tables";
import { reading } from "./reading";
import { scoreSentence, scoreText } from "./words";

/** A card that is updated in place. */
export class Card {
  readonly element = h("div", { class: "card" });
  private readonly strip: TokenStrip;
  private readonly colours: ColourButton;
  private readonly figures: { readonly strip: Figure; readonly writes: Figure; readonly drivers: Figure };
  private readonly places = h("div", { class: "places-part" });
  private readonly head = h("div", { class: "card-head" });
  private readonly stripBox = h("div", { class: "strip-scroll" });
  private readonly histogram: HistogramPart;
  private readonly effects: EffectsPart;
  private readonly search: SearchPart;
  private readonly note: NoteEditor;
  private card: NeuronCard | null = null;

  constructor(private readonly context: PageContext) {
    this.histogram = new HistogramPart(context);
    this.effects = new EffectsPart(context);
    this.search = new SearchPart(context);
    this.note = new NoteEditor(context);
    this.colours = new ColourButton(context.host, context.isSaved);
    this.strip = new TokenStrip({
      label: "Activation on every token",
      lines: true,
      startsAtZero: true,
      onInspect: (index) => this.inspectToken(index),
      onChoose: (index) => this.reveal(index),
      pointed: context.pointed,
    });
    const figure = (
      name: string,
      title: string,
      table: (card: NeuronCard) => ReturnType<typeof driverTable>,
    ): Figure => new Figure(context, { name, title, table: () => table(this.need()), data: () => this.card });
    this.figures = {
      strip: figure("neuron-activations", "Where it fires", activationTable),
      writes: figure("neuron-writes", "What it writes", writeTable),
      drivers: figure("neuron-drivers", "What drives it", driverTable),
    };
    this.stripBox.append(this.strip.element);
    this.figures.strip.body.append(this.stripBox);
  }

  /** Shows the card of the chosen neuron, or that it is being read. */
  update(data: NeuronsPanelData, loading: boolean): void {
    const { card, chosen, ranking } = data;
    const isNew = !isSameCard(card, this.card);
    this.card = card;
    if (!chosen) {
      fill(
        this.element,
        h("p", { class: "muted" }, "Choose a neuron to see what drives it and what it writes."),
      );
      return;
    }
    if (!card) {
      const words = `Reading ${neuronName(chosen.layer, chosen.neuron)} …`;
      fill(this.element, h("div", { class: "loading-line" }, progressRing(), h("p", {}, words)));
      return;
    }
    this.drawHead(card);
    this.colours.update(card, data.coloured);
    this.drawStrip(card, new Set(ranking.selected), isNew);
    fill(this.figures.writes.body, ...writeBars(card));
    fill(this.figures.drivers.body, driverBars(card), h("p", { class: "note" }, driverSentence(card)));
    this.drawPlaces(card, data.searched);
    const { strip, writes, drivers } = this.figures;
    const { histogram, effects, search, note } = this;
    if (!strip.element.isConnected) {
      const parts = [this.head, note.element, strip.element, histogram.figure.element, effects.element];
      fill(this.element, ...parts, writes.element, drivers.element, this.places, search.figure.element);
    }
    histogram.update(card);
    effects.update(data.effects, loading);
    search.update(data.search);
    note.update(card, data.notes);
    for (const figure of [strip, writes, drivers]) figure.changed();
    if (isNew) {
      const first = ranking.selected[0];
      if (first !== undefined) this.strip.reveal(first, this.stripBox);
      this.strip.rest(strongestOf(card.activations, ranking.selected));
    }
  }

  private need(): NeuronCard {
    if (!this.card) throw new Error("There is no card yet.");
    return this.card;
  }

  private drawHead(card: NeuronCard): void {
    const { explanation, record } = card;
    const rows: [string, string][] = [["score", scoreText(explanation)]];
    if (record) {
      rows.push([
        "record",
        `mean ${number(record.mean)}, deviation ${number(record.deviation)}, maximum ${number(record.max)}`,
      ]);
    }
    fill(
      this.head,
      h(
        "div",
        { class: "card-line" },
        h("h2", { class: "card-name" }, neuronName(card.layer, card.neuron)),
        this.colours.element,
      ),
      h("p", { class: "card-reading" }, reading(explanation, "card-words")),
      facts(rows),
      h("p", { class: "note" }, scoreSentence(explanation)),
    );
  }

  private drawStrip(card: NeuronCard, selected: ReadonlySet<number>, isNew: boolean): void {
    const counted = countedActivations(card);
    const { scale, max } = ownScale(counted);
    const tokens = card.window.tokens.map((token, i) => ({
      ...token,
      // Hatched is what sinks; a prefix is dim and keeps no colour.
      value: token.prefix && i > 0 ? undefined : counted[i],
      mark: selected.has(i) ? ("selected" as const) : undefined,
      says: counted[i] === null ? "not counted" : `activation ${number(card.activations[i])}`,
    }));
    // Values are divided by the maximum here, so that the bars of high contrast themes have the same scale.
    const scaled = tokens.map((t) => ({
      ...t,
      value: typeof t.value === "number" && max > 0 ? t.value / max : t.value,
    }));
    this.strip.update(scaled, {
      scale: (v) => scale(v * max),
      label: `Activation of ${neuronName(card.layer, card.neuron)} ${besideToken(card.about)} every token`,
    });
    const negative = counted.some((a) => (a ?? 0) < -0.02 * max);
    fill(
      this.figures.strip.key,
      legend({
        label: "activation",
        low: negative ? number(-max) : "0",
        high: number(max),
        diverging: negative,
        scale: (t) => theme().diverging(t),
        hatched: "not counted",
      }),
      h("span", {}, "selection underlined"),
    );
    if (isNew) this.inspectToken(strongestOf(counted), true);
  }

  private drawPlaces(card: NeuronCard, searched: NeuronsPanelData["searched"]): void {
    const onReveal = (start: number, end: number): void =>
      this.context.host.ask("editor/reveal", { start, end });
    fill(this.places, placeList(card, searched, onReveal), recordList(card));
  }

  private reveal(index: number): void {
    const token = this.card?.window.tokens[index];
    if (token && !token.prefix)
      this.context.host.ask("editor/reveal", { start: token.start, end: token.end });
  }

  private inspectToken(index: number, quiet = false): void {
    const { card } = this;
    const token = card?.window.tokens[index];
    if (!card || !token || (quiet && this.context.rail.held)) return;
    const left = !isCounted(token, index);
    this.context.rail.show(
      [neuronName(card.layer, card.neuron), ` ${besideToken(card.about)} `, tokenFace(token.text, token.id)],
      facts([
        ["activation", number(card.activations[index])],
        ["position", String(index)],
        ["token id", String(token.id)],
      ]),
      left
        ? h(
            "p",
            { class: "muted" },
            token.prefix
              ? "The custom prefix stands in no document and is not counted."
              : "Position 0 and added tokens are not counted: attention sinks there are no evidence.",
          )
        : null,
    );
  }
}

/** Activation at every position that counts; null at the others. */
function countedActivations({ window, activations }: NeuronCard): (number | null)[] {
  return window.tokens.map((token, i) => (isCounted(token, i) ? (activations[i] ?? null) : null));
}

/** Index of the largest value by size, among `indices` where given. */
function strongestOf(values: readonly (number | null)[], indices?: readonly number[]): number {
  let best = indices?.[0] ?? 0;
  for (const i of indices ?? values.keys()) {
    if (Math.abs(values[i] ?? 0) > Math.abs(values[best] ?? 0)) best = i;
  }
  return best;
}

/** True when two cards are of one neuron on one text: what is looked at may stay. */
function isSameCard(a: NeuronCard | null, b: NeuronCard | null): boolean {
  if (!a || !b) return a === b;
  const key = ({ layer, neuron, window }: NeuronCard): string =>
    JSON.stringify([layer, neuron, window.tokens]);
  return key(a) === key(b);
}
