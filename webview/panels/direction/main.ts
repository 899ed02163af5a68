/** The Direction page: the text read along a direction, live, and what the direction is worth. */
import type { DirectionLayer } from "../../../src/protocol/direction";
import type { DirectionPanelData } from "../../../src/protocol/directionPanel";
import { fill, h, setText } from "../../shared/dom";
import { number, percent } from "../../shared/format";
import { openPage, type PageContext, type Panel } from "../../shared/page";
import { facts } from "../../shared/rail";
import { ranOn } from "../../shared/ranOn";
import { button, Dropdown } from "../../shared/ui";
import { ComparePart } from "./compare";
import { CorrelationPart } from "./correlation";
import "./direction.css";
import { QualityPart } from "./quality";
import { ReadingPart } from "./reading";
import { madeSentence, methodNames } from "./words";

class DirectionPanel implements Panel<DirectionPanelData> {
  readonly element: HTMLElement;
  readonly empty = {
    what: "A direction stands for a concept in the model’s activations; read along it, each token of a text lies to one of its sides.",
    how: "Make one from a shipped template, from two selections or from a table of the workspace; it is then listed in the Directions view.",
    example: "Make a direction…",
  };
  readonly keys = [
    ["← → ↑ ↓", "move over tokens and layers"],
    ["Enter", "on a token: show it in the editor; on a layer: paint that layer"],
  ] as const;
  readonly terms = [
    ["direction", "a vector in the residual stream; scores are lengths along it (Zou et al. 2023, reading)"],
    ["threshold", "midpoint of the two classes’ mean scores on the training texts: zero of the colours"],
    ["held out", "texts that neither the direction nor its best layer was chosen by"],
    ["random directions", "of equal norm, judged on the same texts: what any direction does"],
    [
      "shuffled labels",
      "the whole way again with the sides mixed up within each pair: what fitting alone does",
    ],
  ] as const;
  readonly contexts = {
    document: "The model sees the text before it in its document, as far as its context reaches.",
    selection: "The model sees the selection or line alone.",
    prefix: "The prefix stands right before it; nothing of the document before it is seen.",
  };
  private readonly chosen: Dropdown;
  private readonly layers: Dropdown;
  private readonly against: Dropdown;
  private readonly bar: HTMLElement;
  private readonly colour: HTMLElement;
  private readonly made = h("p", { class: "muted direction-made" });
  private readonly warnings = h("ul", { class: "direction-warnings", "aria-label": "Warnings" });
  private readonly reading: ReadingPart;
  private readonly quality: QualityPart;
  private readonly compare: ComparePart;
  private readonly correlation: CorrelationPart;
  private data: DirectionPanelData | null = null;

  constructor(private readonly context: PageContext) {
    const { host } = context;
    this.chosen = new Dropdown("Direction", (value) =>
      host.ask("direction/choose", { direction: Number(value) }),
    );
    this.layers = new Dropdown("Layers", (value) =>
      host.ask("direction/layers", { layers: this.layersOf(value) }),
    );
    this.against = new Dropdown("Compare with", (value) =>
      host.ask("direction/compare", { direction: value === "" ? null : Number(value) }),
    );
    this.colour = button("Colour the editor", () =>
      this.data?.coloured ? host.ask("editor/clear", {}) : host.ask("direction/colour", {}),
    );
    this.reading = new ReadingPart(context);
    this.quality = new QualityPart(context);
    this.compare = new ComparePart(context);
    this.correlation = new CorrelationPart(context);
    this.bar = h(
      "div",
      { class: "controls direction-controls" },
      this.chosen.element,
      this.layers.element,
      this.colour,
      this.against.element,
    );
    this.element = h(
      "div",
      { class: "direction" },
      this.bar,
      this.made,
      this.warnings,
      this.reading.element,
      this.compare.element,
      this.correlation.element,
      this.quality.element,
    );
  }

  update(data: DirectionPanelData): void {
    this.data = data;
    // A saved view changes nothing: what would be asked for is not offered.
    this.bar.hidden = this.context.isSaved();
    const { header, listed, compared, coloured } = data;
    const names = listed.map(({ name, file }, i) => {
      const isAlone = listed.filter((one) => one.name === name).length === 1;
      return { value: String(i), label: isAlone ? name : `${name} (${file})` };
    });
    this.chosen.update(names, String(data.chosen));
    this.layers.update(this.layerChoices(data), this.layerValue(data));
    const others = names.filter((_, i) => i !== data.chosen);
    this.against.update([{ value: "", label: "nothing" }, ...others], compared ? String(compared.with) : "");
    this.against.element.hidden = others.length === 0;
    setText(this.colour, coloured ? "Clear colours" : "Colour the editor");
    setText(this.made, `${this.bar.hidden ? `${header.name} · ` : ""}${madeSentence(header)}`);
    this.warnings.hidden = header.warnings.length === 0;
    fill(this.warnings, ...header.warnings.map((warning) => h("li", {}, warning)));
    this.reading.update(data);
    this.compare.update(compared?.cosines ?? null);
    this.correlation.update(compared);
    this.quality.update(header, this.layer(data));
    this.inspect();
  }

  repaint(): void {
    if (this.data) this.update(this.data);
  }

  inspect(): void {
    const { data } = this;
    if (!data) return;
    const { header } = data;
    const layer = this.layer(data);
    const share = layer.residNorm === null || layer.residNorm === 0 ? null : layer.norm / layer.residNorm;
    this.context.rail.show(
      [header.name],
      facts([
        ["method", methodNames[header.method]],
        ["at", `layer ${layer.layer}${layer.layer === header.bestLayer ? ", the best" : ""}`],
        ["held-out accuracy", percent(layer.accuracy)],
        ["95% interval", layer.interval ? layer.interval.map(percent).join(" to ") : "–"],
        ["among random directions", percentile(layer.percentile.isotropic)],
        ["among shuffled labels", percentile(layer.percentile.shuffled)],
        ["pairs in order", percent(layer.pairAccuracy)],
        ["threshold", number(layer.threshold)],
        ["norm", number(layer.norm)],
        ["of the stream’s mean norm", percent(share)],
        ...(header.task
          ? ([
              ["task, with demonstrations", percent(header.task.regular)],
              ["task, without", percent(header.task.zeroShot)],
            ] as const)
          : []),
        ["pairs’ digest", h("span", { class: "mono" }, header.data.digest?.slice(0, 12) ?? "–")],
      ]),
    );
  }

  summary({ header, reading }: DirectionPanelData): string {
    const read = reading ? `${reading.positions.length} tokens read along it.` : "No text is read along it.";
    return `Direction ${header.name}, best layer ${header.bestLayer}. ${read}`;
  }

  ran({ reading }: DirectionPanelData): string | null {
    return reading ? ranOn(reading.window) : null;
  }

  /** The one layer that is painted, else the best one. */
  private layer({ header, layers }: DirectionPanelData): DirectionLayer {
    const wanted = layers?.length === 1 ? layers[0] : header.bestLayer;
    return header.layers.find(({ layer }) => layer === wanted) ?? header.layers[0]!;
  }

  private layerChoices({ header, layers }: DirectionPanelData): readonly { value: string; label: string }[] {
    const numbers = header.layers.map(({ layer }) => layer);
    const band = layers && layers.length > 1 && layers.length < numbers.length ? [layers] : [];
    return [
      { value: "best", label: `best (${header.bestLayer})` },
      ...(numbers.length > 1 ? [{ value: numbers.join(), label: "mean of all" }] : []),
      ...band.map((some) => ({ value: some.join(), label: `mean of ${some[0]} to ${some.at(-1)}` })),
      ...header.layers.map(({ layer, accuracy }) => ({
        value: String(layer),
        label: accuracy === null ? String(layer) : `${layer}, ${percent(accuracy)}`,
      })),
    ];
  }

  private layerValue({ layers }: DirectionPanelData): string {
    return layers === null ? "best" : layers.join();
  }

  private layersOf(value: string): readonly number[] | null {
    return value === "best" || value === "" ? null : value.split(",").map(Number);
  }
}

const percentile = (share: number | null): string =>
  share === null ? "–" : `more accurate than ${percent(share)}`;

openPage("direction", (context) => new DirectionPanel(context));
