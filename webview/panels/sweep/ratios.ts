/** The table of activation additions (Turner et al. 2023): perplexity ratios on and off topic, by layer and strength. */
import type { SweepPanelData } from "../../../src/protocol/sweepPanel";
import { fill, h } from "../../shared/dom";
import { Figure } from "../../shared/figure";
import { number } from "../../shared/format";
import type { PageContext } from "../../shared/page";
import { orderOf } from "./order";
import { measureName } from "./scaled";
import { ratioTable } from "./tables";

/** A figure that is a table; hidden where the plan measures something else. */
export class RatioPart {
  readonly element: HTMLElement;
  private readonly figure: Figure;
  private data: SweepPanelData | null = null;

  constructor(context: PageContext) {
    this.figure = new Figure(context, {
      name: "sweep-ratios",
      title: "Perplexity ratios on and off topic",
      table: () => {
        if (!this.data) throw new Error("Nothing has been swept yet.");
        return ratioTable(this.data, names(this.data));
      },
      data: () => this.data && { ...this.data.cells, ...this.data.outcome },
    });
    this.element = this.figure.element;
  }

  update(data: SweepPanelData): void {
    this.data = data;
    const { plan, cells } = data;
    const isTheirs = plan.effect.of === "perplexityRatio" && plan.cost.of === "perplexityRatio";
    this.element.hidden = !isTheirs;
    if (!isTheirs) return;
    const { rows, columns } = orderOf(cells);
    const head = columns.map((column) => h("th", { scope: "col" }, `× ${number(cells.strengths[column])}`));
    const lines = rows.map((row) =>
      h(
        "tr",
        {},
        h("th", { scope: "row" }, String(cells.layers[row])),
        ...columns.map((column) => {
          const [on, off] = [cells.effect[row]?.[column] ?? null, cells.cost[row]?.[column] ?? null];
          const parts = [h("span", {}, number(on)), h("span", { class: "off" }, number(off))];
          return h("td", { class: "num" }, ...parts);
        }),
      ),
    );
    const table = h(
      "table",
      { class: "ratios" },
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "layer"), ...head)),
      h("tbody", {}, ...lines),
    );
    const [on, off] = names(data);
    const scroll = { class: "table-scroll", tabindex: 0, role: "region", "aria-label": "Perplexity ratios" };
    fill(this.figure.body, h("div", scroll, table));
    const words = `Above: ${on}. Below, dim: ${off}. A ratio below 1: the steered model is less surprised than the plain one.`;
    fill(this.figure.key, h("p", { class: "note" }, words));
    this.figure.changed();
  }
}

const names = ({ plan }: SweepPanelData): readonly [string, string] => [
  measureName(plan.effect),
  measureName(plan.cost),
];
