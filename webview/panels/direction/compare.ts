/** The cosines of two directions: each layer of the one with each of the other. */
import type { DirectionsCompared } from "../../../src/protocol/direction";
import { HeatGrid, type GridName } from "../../plots/heatGrid";
import { fill, h, setText } from "../../shared/dom";
import { Figure } from "../../shared/figure";
import { number } from "../../shared/format";
import { legend } from "../../shared/legend";
import type { PageContext } from "../../shared/page";
import { facts } from "../../shared/rail";
import { theme } from "../../shared/theme";
import { comparedTable } from "./tables";
import { comparedSentence } from "./words";

/** One figure; hidden while nothing is compared. */
export class ComparePart {
  readonly element: HTMLElement;
  private readonly figure: Figure;
  private readonly grid: HeatGrid;
  private readonly said = h("p", { class: "note" });
  private data: DirectionsCompared | null = null;

  constructor(private readonly context: PageContext) {
    this.grid = new HeatGrid({ onInspect: (row, column) => this.inspect(row, column) });
    this.figure = new Figure(context, {
      name: "direction-cosines",
      title: "Cosines",
      table: () => comparedTable(this.need()),
      data: () => this.data,
    });
    this.figure.body.append(this.grid.element, this.said);
    this.element = this.figure.element;
  }

  update(data: DirectionsCompared | null): void {
    this.data = data;
    this.element.hidden = data === null;
    if (!data) return;
    const { names, layers, across } = data;
    const named = (side: 0 | 1): GridName[] =>
      layers[side].map((layer) => ({ face: String(layer), says: `layer ${layer} of ${names[side]}` }));
    this.figure.heading = `Cosines of ${names[0]} and ${names[1]}`;
    this.grid.update({
      label: `${names[0]}, layers upward, by layers of ${names[1]}`,
      rows: named(0).reverse(),
      columns: named(1),
      values: [...across].reverse(),
      max: 1,
      says: number,
    });
    setText(this.said, comparedSentence(data));
    const scale = (t: number) => theme().diverging(t);
    fill(this.figure.key, legend({ label: "cosine", low: "−1", high: "1", diverging: true, scale }));
    this.figure.changed();
  }

  private need(): DirectionsCompared {
    if (!this.data) throw new Error("No two directions are compared.");
    return this.data;
  }

  private inspect(row: number, column: number): void {
    const { names, layers, across, random } = this.need();
    const at = layers[0].length - 1 - row;
    this.context.rail.show(
      ["Cosine"],
      facts([
        [names[0], `layer ${layers[0][at]}`],
        [names[1], `layer ${layers[1][column]}`],
        ["cosine", number(across[at]?.[column])],
        ["of random directions", `±${number(random)}`],
      ]),
    );
  }
}
