/** What a direction is worth: accuracy by layer beside its nulls, and the tokens it lies nearest to. */
import type { DirectionHeader, DirectionLayer } from "../../../src/protocol/direction";
import { accuracyChart } from "../../plots/accuracyChart";
import { fill, h, setText } from "../../shared/dom";
import { Figure } from "../../shared/figure";
import { number } from "../../shared/format";
import type { PageContext } from "../../shared/page";
import { theme } from "../../shared/theme";
import { tokenFace } from "../../shared/tokenStrip";
import { accuracyTable, nearestTable } from "./tables";
import { chosenSentence, qualitySentence } from "./words";

/** Two figures over one header. */
export class QualityPart {
  readonly element: HTMLElement;
  private readonly accuracy: Figure;
  private readonly nearest: Figure;
  private readonly said = h("p", { class: "note" });
  private readonly picture = h("div", {});
  private header: DirectionHeader | null = null;
  private layer: DirectionLayer | null = null;

  constructor(context: PageContext) {
    this.accuracy = new Figure(context, {
      name: "direction-accuracy",
      title: "Held-out accuracy by layer",
      table: () => accuracyTable(this.need()),
      data: () => this.header,
    });
    this.nearest = new Figure(context, {
      name: "direction-nearest",
      title: "Nearest tokens",
      table: () => {
        if (!this.layer) throw new Error("No direction is shown yet.");
        return nearestTable(this.layer);
      },
      data: () => this.layer,
    });
    this.accuracy.body.append(this.picture, this.said);
    this.element = h("div", { class: "direction-quality" }, this.accuracy.element, this.nearest.element);
  }

  update(header: DirectionHeader, layer: DirectionLayer): void {
    this.header = header;
    this.layer = layer;
    const isJudged = header.layers.some(({ accuracy }) => accuracy !== null);
    setText(this.said, `${qualitySentence(layer, header)} ${chosenSentence(header)}`);
    const width = Math.max(240, Math.min(620, this.accuracy.body.clientWidth || 480));
    const size = { width, height: 168, theme: theme(), best: header.bestLayer };
    fill(this.picture, isJudged ? accuracyChart(header.layers, size) : null);
    this.accuracy.changed();
    this.nearest.element.hidden = layer.nearest === null;
    if (layer.nearest) this.drawNearest(layer, layer.nearest);
  }

  private need(): DirectionHeader {
    if (!this.header) throw new Error("No direction is shown yet.");
    return this.header;
  }

  private drawNearest({ layer }: DirectionLayer, nearest: NonNullable<DirectionLayer["nearest"]>): void {
    const side = (label: string, tokens: typeof nearest.promotes): HTMLElement =>
      h(
        "div",
        { class: "direction-side" },
        h("h3", { class: "part-title" }, label),
        h(
          "ul",
          { class: "direction-tokens" },
          ...tokens.map(({ id, text, weight }) =>
            h("li", {}, tokenFace(text, id), h("span", { class: "muted num" }, ` ${number(weight)}`)),
          ),
        ),
      );
    fill(
      this.nearest.body,
      side("towards the positive side", nearest.promotes),
      side("towards the negative side", nearest.suppresses),
      h(
        "p",
        { class: "note" },
        `Logits that a step of length 1 along the direction adds behind layer ${layer}, on the direct path alone: not what later layers make of it.`,
      ),
    );
    this.nearest.changed();
  }
}
