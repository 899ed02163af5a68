/** How the scores of two directions go together over the document: asked for by a button, then drawn. */
import type { DirectionPanelData } from "../../../src/protocol/directionPanel";
import { scatter } from "../../plots/scatter";
import { fill, h, setText } from "../../shared/dom";
import { Figure } from "../../shared/figure";
import { number } from "../../shared/format";
import type { PageContext } from "../../shared/page";
import { theme } from "../../shared/theme";
import { button } from "../../shared/ui";
import { correlatedTable } from "./tables";
import { correlatedSentence } from "./words";

type Correlated = NonNullable<NonNullable<DirectionPanelData["compared"]>["correlated"]>;

/** A button and a figure; hidden while nothing is compared. */
export class CorrelationPart {
  readonly element: HTMLElement;
  private readonly figure: Figure;
  private readonly picture = h("div", {});
  private readonly said = h("p", { class: "note" });
  private readonly ask: HTMLElement;
  private data: Correlated | null = null;

  constructor(private readonly context: PageContext) {
    this.figure = new Figure(context, {
      name: "direction-scatter",
      title: "Over the document",
      table: () => {
        if (!this.data) throw new Error("Nothing has been correlated yet.");
        return correlatedTable(this.data);
      },
      data: () => this.data,
    });
    this.figure.body.append(this.picture, this.said);
    this.ask = button("Correlate over the document", () => context.host.ask("direction/correlate", {}));
    this.element = h("div", { class: "direction-correlation" }, this.ask, this.figure.element);
  }

  update(compared: DirectionPanelData["compared"]): void {
    this.data = compared?.correlated ?? null;
    this.ask.hidden = this.context.isSaved();
    this.element.hidden = compared === null;
    this.figure.element.hidden = this.data === null;
    if (!this.data) return;
    const { directions, points, r } = this.data;
    const [a, b] = directions;
    if (!a || !b) return;
    const size = Math.max(200, Math.min(300, this.element.clientWidth || 300));
    const label = `Scores of ${points.length} tokens along ${a.name} and ${b.name}: r = ${number(r)}`;
    const drawn = { size, theme: theme(), names: [a.name, b.name] as const, label };
    fill(this.picture, scatter(points, { ...drawn, thresholds: [a.threshold, b.threshold] }));
    setText(this.said, correlatedSentence(this.data));
    this.figure.changed();
  }
}
