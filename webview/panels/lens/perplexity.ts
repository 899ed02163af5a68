/** How well each row foretells the text: a small line, over the selection or the columns shown. */
import type { LensPanelData } from "../../../src/protocol/lensPanel";
import { rowName } from "../../plots/lensColumns";
import { perplexityChart } from "../../plots/perplexityChart";
import { fill, h } from "../../shared/dom";
import { Figure } from "../../shared/figure";
import { logs, number } from "../../shared/format";
import type { PageContext } from "../../shared/page";
import type { TableData } from "../../shared/table";
import { theme } from "../../shared/theme";
import { inLogUnit, logUnit } from "../../shared/logUnit";

/** The figure; hidden where no token is foretold. */
export class PerplexityFigure {
  readonly element: HTMLElement;
  private readonly figure: Figure;
  private data: LensPanelData | null = null;
  private drawn: readonly unknown[] = [];

  constructor(context: PageContext) {
    this.figure = new Figure(context, {
      name: "lens-perplexity",
      title: "Perplexity by layer",
      table: () => this.table(),
      data: () => this.shown,
    });
    this.element = this.figure.element;
  }

  /** Shows what the data has: over the selection where something is selected. */
  update(data: LensPanelData): void {
    this.data = data;
    const { shown } = this;
    this.element.hidden = !shown || shown.tokens === 0;
    if (this.element.hidden || !shown) return;
    const width = Math.min(440, Math.floor(this.figure.body.clientWidth));
    const drawn = [JSON.stringify(shown), this.words, width, theme()];
    if (drawn.every((x, i) => x === this.drawn[i])) return;
    if (width > 0) {
      this.drawn = drawn;
      fill(this.figure.body, perplexityChart(shown, { width, height: 104, theme: theme() }));
    }
    const end = shown.surprisal.at(-1) ?? 0;
    fill(
      this.figure.key,
      h("span", {}, `${this.words}. Output: ${logs(end)} a token, perplexity ${number(Math.exp(end))}.`),
    );
    this.figure.changed();
  }

  private get shown(): LensPanelData["perplexity"] | null {
    return this.data && (this.data.selected ?? this.data.perplexity);
  }

  private get words(): string {
    const tokens = this.shown?.tokens ?? 0;
    const many = tokens === 1 ? "1 token" : `${tokens} tokens`;
    return this.data?.selected ? `Over ${many} of the selection` : `Over ${many} of the columns shown`;
  }

  private table(): TableData {
    const surprisal = this.shown?.surprisal ?? [];
    return {
      caption: `${this.words}: mean surprisal of each token where it is foretold, by layer`,
      columns: ["layer", `mean surprisal (${logUnit()})`, "perplexity"],
      rows: surprisal.map((x, row) => [rowName(row, surprisal.length - 1), inLogUnit(x), Math.exp(x)]),
    };
  }
}
