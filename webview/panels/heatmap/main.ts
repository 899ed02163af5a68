/** The page with the picture of a coloured text: its lines as in the editor, each token with its value. */
import {
  placeOnScale,
  type HeatmapPanelData,
  type HeatmapPanelToken,
} from "../../../src/protocol/heatmapPanel";
import { bars } from "../../plots/bars";
import { boxOf, cell, heatTextSvg, layOut, sizeOf, type HeatLines, type HeatRun } from "../../plots/heatText";
import { fill, h } from "../../shared/dom";
import { Figure } from "../../shared/figure";
import { percent } from "../../shared/format";
import { legend } from "../../shared/legend";
import { openPage, type PageContext, type Panel } from "../../shared/page";
import { facts } from "../../shared/rail";
import { roving, type Roving } from "../../shared/roving";
import type { Paint } from "../../shared/scales";
import { theme } from "../../shared/theme";
import { tokenFace } from "../../shared/tokenStrip";
import { spokenText } from "../../shared/tokenText";
import { button } from "../../shared/ui";
import "./heatmap.css";
import { placeWords, textOf, tokensTable } from "./tables";
import { endsOf, hatchedWords, saidOf } from "./words";

/** Columns of a row: as many as a page has room for, and in a saved picture. */
const columns = { least: 24, most: 120 };

class HeatmapPanel implements Panel<HeatmapPanelData> {
  readonly element: HTMLElement;
  readonly empty = {
    what: "The lines of a coloured text as a picture to save and to copy, with the value of every token.",
    how: "Colour a text (Introspect: Colour Text by…), then choose Export…, Picture… in the legend.",
    example: "Draw the sample",
  };
  readonly keys = [
    ["← → ↑ ↓ Home End", "move over the tokens"],
    ["Enter", "show the token in the editor"],
  ] as const;
  readonly terms = [
    ["surprisal", "−log p of a token, predicted from what stands before it"],
    [
      "prediction depth",
      "the lowest row of the lens from which the top token no longer changes (Belrose et al. 2023)",
    ],
    [
      "hatched",
      "without a value, or not on the scale: nothing predicts the first token, and heads rest on it",
    ],
  ] as const;
  private readonly figure: Figure;
  private readonly bar: HTMLElement;
  private readonly picture = h("div", { class: "heat-picture" });
  private readonly items = h("div", { class: "heat-items", role: "listbox" });
  private readonly box = h(
    "div",
    { class: "heat-scroll" },
    h("div", { class: "heat-place" }, this.picture, this.items),
  );
  private readonly roving: Roving;
  private tokens: HTMLElement[] = [];
  private data: HeatmapPanelData | null = null;
  private width = 0;
  private inspected = 0;

  constructor(private readonly context: PageContext) {
    const { host, pointed } = context;
    this.figure = new Figure(context, {
      name: "heatmap",
      title: "Token heatmap",
      table: () => tokensTable(this.need()),
      data: () => this.json(),
      svg: (footer) => this.svg(footer),
    });
    this.figure.body.append(this.box);
    this.items.setAttribute("aria-orientation", "horizontal");
    this.roving = roving(this.items, {
      items: () => this.tokens,
      columns: () => 0,
      onInspect: (index) => {
        const token = this.need().tokens[index];
        if (token) pointed.point({ start: token.start, end: token.end });
        this.inspected = index;
        this.inspect();
      },
      onChoose: (index) => {
        const token = this.need().tokens[index];
        if (token) host.ask("editor/reveal", { start: token.start, end: token.end });
      },
    });
    this.items.addEventListener("pointerleave", () => pointed.point(null));
    pointed.onChange(() => this.markPointed());
    const again = button("Draw what is selected now", () => host.ask("page/retry", {}));
    this.bar = h("div", { class: "controls" }, again);
    this.element = h("div", { class: "heatmap" }, this.bar, this.figure.element);
  }

  update(data: HeatmapPanelData): void {
    if (data !== this.data) this.inspected = Math.max(0, strongest(data));
    this.data = data;
    // A saved view changes nothing: what would be asked for is not offered.
    this.bar.hidden = this.context.isSaved();
    this.figure.heading = data.name;
    this.width = this.element.clientWidth;
    this.draw();
    const { low, high } = endsOf(data);
    const hatched = hatchedWords(data);
    const { signed } = data.scale;
    const key = { label: data.name, low, high, scale: paintOf(signed), diverging: signed };
    fill(this.figure.key, legend(hatched === null ? key : { ...key, hatched }));
    this.figure.changed();
    this.inspect();
  }

  repaint(): void {
    if (this.data) this.update(this.data);
  }

  inspect(): void {
    const { data } = this;
    const token = data?.tokens[this.inspected];
    if (!data || !token) return;
    const text = textOf(data, token);
    const list = bars(
      token.top.map(({ id, logProb, text: guess }) => ({
        label: tokenFace(guess, id),
        value: Math.exp(logProb),
        words: percent(Math.exp(logProb)),
        marked: data.measure.kind !== "entropy" && id === token.id,
      })),
      { full: 1, label: "Most likely tokens" },
    );
    const where = data.measure.kind === "entropy" ? "Predicted next" : "Predicted here";
    this.context.rail.show(
      [tokenFace(text, token.id)],
      facts([
        [data.name, saidOf(data, token)],
        ["position", token.position === null ? "–" : String(token.position)],
        ["line:column", placeWords(data, token.start)],
        ["id", String(token.id)],
      ]),
      ...(token.top.length === 0 ? [] : [h("p", { class: "muted" }, where), list]),
    );
  }

  summary({ name, tokens, lines }: HeatmapPanelData): string {
    return `${name} of ${tokens.length} tokens, lines ${lines.from} to ${lines.to}.`;
  }

  ran({ name, lines }: HeatmapPanelData): string {
    return `${name}, lines ${lines.from} to ${lines.to}`;
  }

  private need(): HeatmapPanelData {
    if (!this.data) throw new Error("Nothing has been drawn yet.");
    return this.data;
  }

  private json(): unknown {
    const { measure, lines, start, text, tokens } = this.need();
    return { measure, lines, start, text, tokens };
  }

  private lines(most: number): HeatLines {
    const { text, start, tokens, tabSize, scale } = this.need();
    const placed = tokens.map(({ start: from, end, value, counted }) => ({
      ...{ start: from, end },
      place: value === null || !counted ? null : placeOnScale(scale, value),
    }));
    return { text, start, tabSize, tokens: placed, columns: most };
  }

  /** For a file: as wide as an editor, whatever room the page has. */
  private svg(footer: string): string {
    const data = this.need();
    const lines = this.lines(columns.most);
    const { low, high } = endsOf(data);
    const { signed } = data.scale;
    const key = { title: data.name, from: low, to: high, signed, hatched: hatchedWords(data), footer };
    return heatTextSvg(lines, layOut(lines), lookOf(signed), key);
  }

  private draw(): void {
    const data = this.need();
    const room = Math.floor((this.width - 2 * cell.pad) / cell.width);
    const lines = this.lines(Math.max(columns.least, Math.min(columns.most, room)));
    const runs = layOut(lines);
    const source = heatTextSvg(lines, runs, lookOf(data.scale.signed), null);
    const drawing = new DOMParser().parseFromString(source, "image/svg+xml").documentElement;
    drawing.setAttribute("aria-hidden", "true");
    fill(this.picture, document.importNode(drawing, true));
    const { width, height } = sizeOf(runs);
    Object.assign(this.items.style, { width: `${width}px`, height: `${height}px` });
    this.items.setAttribute("aria-label", `${data.name} of the tokens`);
    const widest = widestRuns(runs, data.tokens.length);
    this.tokens = data.tokens.map((token, i) => this.item(token, widest[i]));
    fill(this.items, ...this.tokens);
    this.roving.refresh();
    this.markPointed();
  }

  /** A place over the drawing that one can point at and reach by keys. */
  private item(token: HeatmapPanelToken, run: HeatRun | undefined): HTMLElement {
    const data = this.need();
    const says = `${spokenText(textOf(data, token), token.id)}, ${saidOf(data, token)}`;
    const element = h("span", {
      class: "heat-item",
      role: "option",
      "aria-label": says,
      "aria-selected": "false",
    });
    if (!run) return element;
    const { x, y, width, height } = boxOf(run);
    Object.assign(element.style, {
      left: `${x}px`,
      top: `${y}px`,
      width: `${width}px`,
      height: `${height}px`,
    });
    return element;
  }

  private markPointed(): void {
    const tokens = this.data?.tokens ?? [];
    for (const [i, item] of this.tokens.entries()) {
      const token = tokens[i];
      item.classList.toggle("pointed", token !== undefined && this.context.pointed.isAt(token));
    }
  }
}

/** Of each token the run that is the best to point at. */
function widestRuns(runs: readonly HeatRun[], n: number): (HeatRun | undefined)[] {
  const widest = new Array<HeatRun | undefined>(n).fill(undefined);
  for (const run of runs) {
    const found = widest[run.token];
    if (run.token >= 0 && (!found || run.columns > found.columns)) widest[run.token] = run;
  }
  return widest;
}

/** The token whose colour is the strongest. */
function strongest({ tokens, scale }: HeatmapPanelData): number {
  let best = -1;
  let most = -1;
  for (const [i, { value, counted }] of tokens.entries()) {
    const size = value === null || !counted ? -1 : Math.abs(placeOnScale(scale, value));
    if (size <= most) continue;
    best = i;
    most = size;
  }
  return best;
}

const paintOf =
  (signed: boolean) =>
  (place: number): Paint =>
    signed ? theme().diverging(place) : theme().sequential(place);

function lookOf(signed: boolean): Parameters<typeof heatTextSvg>[2] {
  const { highContrast, ...colours } = theme();
  return { ...colours, bars: highContrast, paint: paintOf(signed) };
}

openPage("heatmap", (context) => new HeatmapPanel(context));
