/** The Map page: labelled texts layer by layer, as pictures and as the one number that says how well the labels part. */
import type { TextMap, TextMapLayer } from "../../../src/protocol/textMap";
import type { MapChoice, MapPanelData } from "../../../src/protocol/textMapPanel";
import { silhouetteChart } from "../../plots/silhouetteChart";
import { fill, h, setText } from "../../shared/dom";
import { Figure } from "../../shared/figure";
import { number } from "../../shared/format";
import { openPage, type PageContext, type Panel } from "../../shared/page";
import { facts } from "../../shared/rail";
import { theme } from "../../shared/theme";
import { button, Dropdown } from "../../shared/ui";
import "./map.css";
import { PicturesPart } from "./pictures";
import { silhouettesTable } from "./tables";
import { madeSentence, rowName, silhouetteSentence } from "./words";

const positions = [
  { value: "mean", label: "mean over tokens" },
  { value: "last", label: "last token" },
];
const metrics = [
  { value: "euclidean", label: "Euclidean" },
  { value: "cosine", label: "1 − cosine" },
];
const perplexities = [5, 15, 30, 50];
const seeds = [0, 1, 2, 3, 4];

class MapPanel implements Panel<MapPanelData> {
  readonly element: HTMLElement;
  readonly empty = {
    what: "Texts under several labels, such as emotions, are mapped by what the model has of them at each layer.",
    how: "Choose a file of labels and texts (JSON lines, JSON, CSV or a Markdown table), or look at six emotions that come with Introspect.",
    example: "Map six emotions",
  };
  readonly keys = [
    ["← →", "on the slider: another layer"],
    ["← → ↑ ↓", "move over texts in a picture"],
  ] as const;
  readonly terms = [
    [
      "silhouette",
      "how much nearer a text lies to those of its own label than to those of the nearest other one, −1 to 1 (Rousseeuw 1987)",
    ],
    [
      "shuffled labels",
      "the same texts with their labels dealt out anew: what labels that mean nothing give",
    ],
    ["t-SNE", "a picture that keeps near neighbours near (van der Maaten and Hinton 2008); not a measure"],
    ["perplexity", "about how many neighbours count for a text in t-SNE"],
  ] as const;
  private readonly bar: HTMLElement;
  private readonly position: Dropdown;
  private readonly metric: Dropdown;
  private readonly perplexity: Dropdown;
  private readonly seed: Dropdown;
  private readonly slider = h("input", { type: "range", min: 0, max: 0, step: 1, class: "slide map-slide" });
  private readonly at = h("output", { class: "map-at" });
  private readonly made = h("p", { class: "muted map-made" });
  private readonly warnings = h("ul", { class: "map-warnings", "aria-label": "Warnings" });
  private readonly pictures: PicturesPart;
  private readonly silhouettes: Figure;
  private readonly chart = h("div", {});
  private readonly said = h("p", { class: "note" });
  private data: MapPanelData | null = null;

  constructor(private readonly context: PageContext) {
    const { host } = context;
    this.position = new Dropdown("Read at", (value) =>
      this.choose({ position: value === "last" ? "last" : "mean" }),
    );
    this.metric = new Dropdown("Distance", (value) =>
      this.choose({ metric: value === "cosine" ? "cosine" : "euclidean" }),
    );
    this.perplexity = new Dropdown("Perplexity", (value) => this.choose({ perplexity: Number(value) }));
    this.seed = new Dropdown("Seed", (value) => this.choose({ seed: Number(value) }));
    this.slider.setAttribute("aria-label", "Layer");
    this.slider.addEventListener("input", () => {
      host.memory.set("map-row", this.slider.value);
      if (this.data) this.draw(this.data);
    });
    this.pictures = new PicturesPart(context, () => this.inspect());
    this.silhouettes = new Figure(context, {
      name: "map-silhouettes",
      title: "Silhouette by layer",
      table: () => silhouettesTable(this.need()),
      data: () => this.need().layers.map(({ layer, silhouette }) => ({ layer, silhouette })),
    });
    this.silhouettes.body.append(this.chart, this.said);
    this.bar = h(
      "div",
      { class: "controls map-controls" },
      ...[this.position, this.metric, this.perplexity, this.seed].map(({ element }) => element),
      button("Other texts…", () => host.ask("map/file", {})),
    );
    const layer = h(
      "label",
      { class: "map-layer" },
      h("span", { class: "field-label" }, "Layer"),
      this.slider,
      this.at,
    );
    this.element = h(
      "div",
      { class: "map" },
      this.bar,
      this.made,
      this.warnings,
      layer,
      this.pictures.element,
      this.silhouettes.element,
    );
  }

  update(data: MapPanelData): void {
    this.data = data;
    // A saved view changes nothing: what would be asked for is not offered.
    this.bar.hidden = this.context.isSaved();
    const { map, perplexity } = data;
    const with_ = (all: readonly number[], one: number): { value: string; label: string }[] =>
      [...new Set([...all, one])].sort((a, b) => a - b).map((n) => ({ value: String(n), label: String(n) }));
    this.position.update(positions, map.position);
    this.metric.update(metrics, map.metric);
    this.perplexity.update(with_(perplexities, perplexity), String(perplexity));
    this.seed.update(with_(seeds, map.seed), String(map.seed));
    setText(this.made, madeSentence(map));
    this.warnings.hidden = map.warnings.length === 0;
    fill(this.warnings, ...map.warnings.map((warning) => h("li", {}, warning)));
    this.slider.max = String(map.layers.length - 1);
    this.slider.value = String(this.rowAt(map));
    this.draw(data);
  }

  repaint(): void {
    if (this.data) this.draw(this.data);
  }

  inspect(): void {
    const { data } = this;
    if (!data) return;
    const { map } = data;
    const row = this.row(map);
    const text = this.pictures.text === null ? undefined : map.texts[this.pictures.text];
    if (!text) {
      this.context.rail.show(
        [`Texts at ${rowName(row)}`],
        facts([
          ["silhouette", number(row.silhouette.mean)],
          ["hook", h("span", { class: "mono" }, row.hook)],
        ]),
      );
      return;
    }
    this.context.rail.show(
      [map.labels[text.label] ?? "?"],
      h("p", { class: "map-text" }, text.text),
      facts([
        ["tokens", String(text.tokens)],
        ["at", rowName(row)],
        ["its label’s silhouette", number(row.silhouette.byLabel[text.label])],
      ]),
    );
  }

  summary({ map }: MapPanelData): string {
    return `${map.texts.length} texts under ${map.labels.length} labels, best layer ${map.best.layer}.`;
  }

  ran(): string | null {
    return null;
  }

  private need(): TextMap {
    if (!this.data) throw new Error("No texts are mapped yet.");
    return this.data.map;
  }

  /** Where the slider was left; else at the best layer. */
  private rowAt({ layers, best }: TextMap): number {
    const kept = this.context.host.memory.get("map-row");
    const row = kept === undefined ? -1 : Number(kept);
    if (Number.isInteger(row) && row >= 0 && row < layers.length) return row;
    return Math.max(
      0,
      layers.findIndex(({ layer }) => layer === best.layer),
    );
  }

  private row(map: TextMap): TextMapLayer {
    const row = map.layers[this.rowAt(map)];
    if (!row) throw new Error("The map has no layers.");
    return row;
  }

  private draw({ map }: MapPanelData): void {
    const row = this.row(map);
    setText(this.at, rowName(row));
    this.slider.setAttribute("aria-valuetext", rowName(row));
    this.pictures.update(map, row);
    const width = Math.max(240, Math.min(620, this.silhouettes.body.clientWidth || 480));
    const size = { width, height: 168, theme: theme(), row: this.rowAt(map) };
    fill(this.chart, silhouetteChart(map.layers, size));
    setText(this.said, silhouetteSentence(map, row));
    this.silhouettes.changed();
    this.inspect();
  }

  private choose(change: Partial<MapChoice>): void {
    if (!this.data) return;
    const { map, perplexity } = this.data;
    const { position, metric, seed } = map;
    this.context.host.ask("map/choose", { position, metric, perplexity, seed, ...change });
  }
}

openPage("map", (context) => new MapPanel(context));
