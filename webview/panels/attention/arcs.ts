/** The text on one line with arcs over it: the query's weights, each as an arc from its key. */
import { arcsSvg, arcWidth } from "../../plots/arcs";
import { fill, h, svg } from "../../shared/dom";
import { percent } from "../../shared/format";
import { theme } from "../../shared/theme";
import type { TokenStrip } from "../../shared/tokenStrip";
import { spokenText } from "../../shared/tokenText";
import type { AttentionPanelData } from "../../../src/protocol/panelApi";
import { isSink } from "./pattern";
import type { ScaledView } from "./weights";

/** From which share of the scale on arcs are drawn; "no" leaves the text in lines, without arcs. */
export const arcChoices = [
  { value: "0.05", label: "from 5%" },
  { value: "0.01", label: "from 1%" },
  { value: "0.2", label: "from 20%" },
  { value: "0", label: "all" },
  { value: "no", label: "none, text in lines" },
] as const;

/** A remembered choice; the first where there is none such. */
export const arcChoice = (stored: string | undefined): string =>
  arcChoices.find(({ value }) => value === stored)?.value ?? arcChoices[0].value;

/** Arcs over a strip, which stays the place where one chooses. */
export class ArcStrip {
  readonly element: HTMLElement;
  private readonly place = h("div", { class: "arcs-place" });
  private centres: readonly number[] = [];
  private drawn = "";
  private hot = -1;

  constructor(private readonly strip: TokenStrip) {
    this.element = h("div", { class: "arc-strip" }, this.place, strip.element);
  }

  /** Draws the row of a query; tokens are measured again only where others stand there. */
  update({ view, words }: ScaledView, query: number, choice: string): void {
    const on = choice !== "no";
    this.element.classList.toggle("one-line", on);
    if (!on) return fill(this.place);
    this.measure(view);
    const least = Number(choice);
    const row = view.pattern.rows[query] ?? [];
    const arcs = Array.from(row.slice(0, query + 1))
      .map((share, index) => ({
        index,
        share,
        sink: isSink(view, view.positions[index]!),
        words: words(share),
      }))
      .filter(({ share }) => share > 0 && share >= least);
    const outside = view.pattern.outside[query] ?? 0;
    if (arcs.length === 0) return fill(this.place, h("p", { class: "note arcs-none" }, none(least, outside)));
    const drawing = arcsSvg({
      centres: this.centres,
      query,
      arcs,
      width: Math.max(40, this.strip.element.scrollWidth),
      label: this.label(view, arcs),
      theme: theme(),
    });
    fill(this.place, drawing);
    this.highlight(this.hot);
  }

  /** Makes the arc of one key stand out. */
  highlight(key: number): void {
    this.hot = key;
    for (const arc of this.place.querySelectorAll("path"))
      arc.classList.toggle("hot", arc.dataset["key"] === String(key));
  }

  /** Scrolls so that a token of the line is seen; neither the page nor the focus moves. */
  reveal(index: number): void {
    const at = this.centres[index];
    if (at === undefined || !this.element.classList.contains("one-line")) return;
    const { scrollLeft, clientWidth } = this.element;
    if (at < scrollLeft + 20 || at > scrollLeft + clientWidth - 40)
      this.element.scrollLeft = Math.max(0, at - clientWidth * 0.75);
  }

  private measure(view: AttentionPanelData): void {
    const box = this.strip.element;
    const key = `${view.window.ids.join()} ${view.positions.join()} ${box.scrollWidth}`;
    if (key === this.drawn && this.centres.length === view.positions.length) return;
    this.drawn = key;
    const items = [...box.querySelectorAll<HTMLElement>(".token")];
    this.centres = items.map((item) => item.offsetLeft + item.offsetWidth / 2);
  }

  private label(
    view: AttentionPanelData,
    arcs: readonly { readonly index: number; readonly share: number; readonly words: string }[],
  ): string {
    const best = arcs.reduce((most, one) => (one.share > (most?.share ?? -1) ? one : most), arcs[0]);
    const token = best && view.window.tokens[view.positions[best.index]!];
    if (!best || !token) return "Arcs";
    const count = arcs.length === 1 ? "1 arc" : `${arcs.length} arcs`;
    return `${count}; the strongest to ${spokenText(token.text, token.id)}, ${best.words}`;
  }
}

/** Why there is no arc. */
function none(least: number, outside: number): string {
  const limit = least > 0 ? `${percent(least)} or more of the scale` : "any weight";
  const where =
    outside > 0 ? ` ${percent(outside)} of the attention goes to tokens outside the shown ones.` : "";
  return `No shown token gets ${limit} from this query, so there are no arcs.${where}`;
}

/** How thick which weight is. */
export function arcsKey(words: (share: number) => string): HTMLElement {
  const samples = [0.1, 0.5, 1].map((share) => {
    const line = svg("line", {
      x1: 0,
      x2: 22,
      y1: 5,
      y2: 5,
      stroke: theme().dataLine,
      "stroke-width": arcWidth(share),
      "stroke-opacity": theme().highContrast ? 1 : 0.35 + 0.65 * share,
    });
    const picture = svg("svg", { width: 22, height: 10, viewBox: "0 0 22 10", "aria-hidden": "true" }, line);
    return h("span", { class: "arc-sample" }, picture, h("span", { class: "num" }, words(share)));
  });
  return h("div", { class: "legend" }, h("span", { class: "legend-label" }, "arcs"), ...samples);
}
