/** The two pictures of a layer, which point at the same texts. */
import type { TextMap, TextMapLayer } from "../../../src/protocol/textMap";
import { labelMark, labelScatter } from "../../plots/labelScatter";
import { fill, h, setText } from "../../shared/dom";
import { Figure } from "../../shared/figure";
import { number } from "../../shared/format";
import type { PageContext } from "../../shared/page";
import { roving, type Roving } from "../../shared/roving";
import { theme } from "../../shared/theme";
import { pointsTable } from "./tables";
import { pcaSentence, rowName, tsneSentence } from "./words";

/** One picture, and how its points are had. */
interface Picture {
  readonly kind: "pca" | "tsne";
  readonly figure: Figure;
  readonly place: HTMLElement;
  readonly said: HTMLElement;
  readonly keys: Roving;
}

const kinds = {
  pca: { title: "Principal components", axes: ["component 1", "component 2"] },
  tsne: { title: "t-SNE", axes: ["across", "up"] },
} as const;

const pointsOf = (row: TextMapLayer, kind: Picture["kind"]): TextMapLayer["pca"]["points"] =>
  kind === "pca" ? row.pca.points : (row.tsne?.points ?? []);

/** Both figures, side by side where there is room. */
export class PicturesPart {
  readonly element: HTMLElement;
  private readonly pictures: readonly Picture[];
  private map: TextMap | null = null;
  private row: TextMapLayer | null = null;
  private chosen: number | null = null;

  /** @param onChosen  a text is looked at */
  constructor(
    context: PageContext,
    private readonly onChosen: (text: number) => void,
  ) {
    this.pictures = (["pca", "tsne"] as const).map((kind) => this.picture(context, kind));
    this.element = h("div", { class: "map-pictures" }, ...this.pictures.map(({ figure }) => figure.element));
  }

  update(map: TextMap, row: TextMapLayer): void {
    if (map.texts.length <= (this.chosen ?? -1)) this.chosen = null;
    this.map = map;
    this.row = row;
    for (const picture of this.pictures) this.draw(picture, map, row);
  }

  /** Which text is looked at. */
  get text(): number | null {
    return this.chosen;
  }

  private picture(context: PageContext, kind: Picture["kind"]): Picture {
    const { title, axes } = kinds[kind];
    const figure = new Figure(context, {
      name: `map-${kind}`,
      title,
      table: () => {
        const { map, row } = this.shown();
        return pointsTable(map, row, pointsOf(row, kind), axes);
      },
      data: () => {
        const { map, row } = this.shown();
        return { labels: map.labels, texts: map.texts, layer: row.layer, [kind]: row[kind] };
      },
    });
    const place = h("div", { class: "map-picture" });
    const said = h("p", { class: "note" });
    figure.body.append(place, said);
    const points = (): HTMLElement[] => [...place.querySelectorAll<HTMLElement>(".map-point")];
    const keys = roving(place, {
      items: points,
      columns: () => 0,
      onInspect: (i) => this.look(i),
      onChoose: (i) => this.look(i),
    });
    return { kind, figure, place, said, keys };
  }

  private shown(): { readonly map: TextMap; readonly row: TextMapLayer } {
    if (!this.map || !this.row) throw new Error("No texts are mapped yet.");
    return { map: this.map, row: this.row };
  }

  private draw({ kind, figure, place, said, keys }: Picture, map: TextMap, row: TextMapLayer): void {
    const points = pointsOf(row, kind);
    const { texts, labels } = map;
    const width = Math.max(220, Math.min(460, figure.body.clientWidth || 380));
    const options = {
      ...{ width, height: Math.round(width * 0.8), theme: theme(), chosen: this.chosen },
      labels: texts.map(({ label }) => label),
      names: texts.map(({ text, label }) => `${labels[label] ?? "?"}: ${text}`),
      label: `${kinds[kind].title} of ${texts.length} texts at ${rowName(row)}`,
    };
    fill(place, points.length > 0 ? labelScatter(points, options) : null);
    keys.refresh(this.chosen ?? 0);
    setText(said, kind === "pca" ? pcaSentence(row.pca) : tsneSentence(map, row.tsne));
    fill(figure.key, this.legend(map, row));
    figure.heading = `${kinds[kind].title}, ${rowName(row)}`;
    figure.changed();
  }

  private legend({ labels }: TextMap, { silhouette }: TextMapLayer): HTMLElement {
    return h(
      "ul",
      { class: "map-legend", "aria-label": "Labels, with their mean silhouettes in full width" },
      h("li", { class: "muted" }, "label, mean silhouette in full width:"),
      ...labels.map((label, k) =>
        h(
          "li",
          {},
          labelMark(k, theme()),
          h("span", { class: "map-label" }, label),
          h("span", { class: "muted num" }, number(silhouette.byLabel[k])),
        ),
      ),
    );
  }

  private look(text: number): void {
    if (this.chosen === text) return;
    this.chosen = text;
    for (const { place } of this.pictures)
      for (const point of place.querySelectorAll(".map-point"))
        point.classList.toggle("is-chosen", point.getAttribute("data-text") === String(text));
    this.onChosen(text);
  }
}
