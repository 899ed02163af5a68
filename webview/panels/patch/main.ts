/** The Patch page: how two texts are aligned, and what one's values do in the other, layer by position. */
import type { ErrorData } from "../../../src/base/errors";
import {
  choicesMend,
  type PatchChoice,
  type PatchMap,
  type PatchPlace,
  type PatchTexts,
} from "../../../src/protocol/patch";
import type { PatchPanelData } from "../../../src/protocol/panelApi";
import { effectStrip } from "../../plots/effectStrip";
import { HeatGrid, type GridName } from "../../plots/heatGrid";
import { fill, h } from "../../shared/dom";
import { Figure } from "../../shared/figure";
import { number, percent, probability } from "../../shared/format";
import { legend } from "../../shared/legend";
import { openPage, type PageContext, type Panel } from "../../shared/page";
import { facts } from "../../shared/rail";
import { ranOn } from "../../shared/ranOn";
import { theme } from "../../shared/theme";
import { tokenFace } from "../../shared/tokenStrip";
import { spokenText } from "../../shared/tokenText";
import { ChoicePart } from "./choicePart";
import "./patch.css";
import { alignmentTable, mapTable } from "./tables";
import { alignmentSentence, controlSentence, measureSentence, noiseSentence, placeNames } from "./words";

/** One place's figure and its grid. */
interface Drawn {
  readonly figure: Figure;
  readonly grid: HeatGrid;
  /** The random values in the same cells. */
  readonly noise: HeatGrid;
}

class PatchPanel implements Panel<PatchPanelData> {
  readonly element: HTMLElement;
  readonly empty = {
    what: "Patch one text’s values into another and see which layers and positions carry what differs.",
    how: "Select the text to patch from and run Introspect: Patch from Selection…, then select the other text and run it again.",
    example: "Run the example",
  };
  readonly keys = [["← → ↑ ↓", "move over layers and positions"]] as const;
  readonly terms = [
    [
      "patching",
      "a value of one run (the source) set into another (the base) at one layer and position (Meng et al. 2022)",
    ],
    ["logit difference", "logit of the source’s answer less logit of the base’s, behind the last token"],
    ["residual stream", "what the blocks read and add to; patched before a block"],
    ["self-patch", "the base’s own values set into it: a check, which must change nothing"],
    ["noise", "random values as far from the base’s as the source’s are: what any push of this size does"],
    ["text before", "what stands before a selection in its document is run with it, and never patched"],
  ] as const;
  readonly contexts = {
    document:
      "Each text stands in its document: the model sees what is before it, as far as its context reaches.",
    selection: "The model sees each text alone.",
    prefix: "The prefix stands right before both texts; nothing of their documents is seen.",
  };
  private readonly choice: ChoicePart;
  private readonly choiceFold: HTMLElement;
  private readonly alignment: Figure;
  private readonly drawn: Readonly<Record<PatchPlace, Drawn>>;
  private readonly maps = h("div", { class: "patch-maps" });
  private readonly measure = h("p", { class: "patch-measure" });
  private data: PatchPanelData | null = null;

  constructor(private readonly context: PageContext) {
    this.choice = new ChoicePart((choice) => this.context.host.ask("patch/choose", choice));
    this.choiceFold = h(
      "details",
      { class: "choice-fold no-export" },
      h("summary", {}, "Tokens and alignment"),
    );
    this.alignment = new Figure(context, {
      name: "patch-alignment",
      title: "Alignment",
      table: () => alignmentTable(this.need()),
      data: () => this.data?.alignment,
    });
    const drawnAt = (place: PatchPlace): Drawn => ({
      figure: new Figure(context, {
        name: `patch-${place}`,
        title: placeNames[place],
        table: () => mapTable(this.need(), this.mapOf(place)),
        data: () => this.data && { ...this.data, maps: [this.mapOf(place)] },
      }),
      grid: new HeatGrid({ onInspect: (row, column) => this.inspectCell(place, row, column) }),
      noise: new HeatGrid({ onInspect: (row, column) => this.inspectCell(place, row, column) }),
    });
    this.drawn = { resid: drawnAt("resid"), attn: drawnAt("attn"), mlp: drawnAt("mlp") };
    this.element = h(
      "div",
      { class: "patch" },
      this.alignment.element,
      this.measure,
      this.choiceFold,
      this.maps,
    );
  }

  /** The form, with the two texts as far as they were told. */
  mend(error: ErrorData): HTMLElement | null {
    if (!choicesMend.includes(error.code)) return null;
    const { texts, choice = {} } = (error.details ?? {}) as { texts?: PatchTexts; choice?: PatchChoice };
    if (!texts) return null;
    this.choice.update(choice, texts);
    return this.choice.element;
  }

  update(data: PatchPanelData): void {
    this.data = data;
    fill(this.alignment.body, alignedTokens(data), h("p", { class: "note" }, alignmentSentence(data)));
    this.alignment.changed();
    fill(this.measure, measureSentence(data));
    this.choice.update(data.choice ?? {}, data);
    this.choiceFold.hidden = this.context.isSaved();
    if (this.choice.element.parentElement !== this.choiceFold) this.choiceFold.append(this.choice.element);
    const sizes = data.maps.flatMap(({ effects, noiseMap }) =>
      [...effects.flat(), ...noiseMap.effects.flat()].map(Math.abs),
    );
    const max = sizes.reduce((most, size) => Math.max(most, size), 1e-12);
    for (const map of data.maps) this.drawMap(data, map, max);
    fill(this.maps, ...data.maps.map(({ place }) => this.drawn[place].figure.element));
    this.inspect();
  }

  repaint(): void {
    if (this.data) this.update(this.data);
  }

  inspect(): void {
    const { data } = this;
    if (!data) return;
    const answer = ({ answer: { text, id, logProb } }: PatchPanelData["base"]): HTMLElement =>
      h("span", {}, tokenFace(text, id), ` ${probability(logProb)}`);
    this.context.rail.show(
      ["Answers"],
      facts([
        ["base goes on with", answer(data.base)],
        ["source goes on with", answer(data.source)],
        ["measure in the base", number(data.base.measure)],
        ["measure in the source", number(data.source.measure)],
      ]),
    );
  }

  summary(data: PatchPanelData): string {
    return `${data.patched.length} positions patched in ${data.maps[0]?.effects.length ?? 0} layers.`;
  }

  ran(data: PatchPanelData): string {
    return ranOn(data);
  }

  private need(): PatchPanelData {
    if (!this.data) throw new Error("Nothing has been patched yet.");
    return this.data;
  }

  private mapOf(place: PatchPlace): PatchMap {
    const map = this.need().maps.find((one) => one.place === place);
    if (!map) throw new Error(`There is no map of ${placeNames[place]}.`);
    return map;
  }

  private drawMap(data: PatchPanelData, map: PatchMap, max: number): void {
    const { figure, grid, noise: noiseGrid } = this.drawn[map.place];
    const { noise, effects } = map;
    const layers = effects.map((_, layer): GridName => ({ face: String(layer), says: `layer ${layer}` }));
    const columns = data.patched.map(({ base }) => {
      const token = data.base.tokens[base]!;
      const says = `position ${base}, ${spokenText(token.text, token.id)}`;
      return { face: tokenFace(token.text, token.id), says };
    });
    layers.reverse();
    const draw = (into: HeatGrid, what: string, values: PatchMap["effects"]): void => {
      const label = `${placeNames[map.place]}, ${what}, layers upward by positions of the base`;
      const names = columns.map(({ face, says }) => ({ face: face.cloneNode(true), says }));
      into.update({ label, rows: layers, columns: names, values: [...values].reverse(), max, says: number });
    };
    draw(grid, "patched", effects);
    draw(noiseGrid, "random values", map.noiseMap.effects);
    const width = Math.max(200, Math.min(420, this.maps.clientWidth || 420));
    const strip = effectStrip(noise.effect, noise.draws, { width, theme: theme(), unit: "logits" });
    const titled = (words: string, { element }: HeatGrid): HTMLElement =>
      h("div", { class: "patch-grid" }, h("h3", { class: "part-title" }, words), element);
    fill(
      figure.body,
      h(
        "div",
        { class: "patch-grids" },
        titled("Patched", grid),
        titled("Random values as far away", noiseGrid),
      ),
      h("p", { class: "note" }, noiseSentence(map)),
      strip,
      h("p", { class: "note" }, controlSentence(map)),
    );
    fill(
      figure.key,
      legend({
        label: "change of the logit difference",
        low: number(-max),
        high: number(max),
        diverging: true,
        scale: (t) => theme().diverging(t),
      }),
    );
    figure.changed();
  }

  private inspectCell(place: PatchPlace, row: number, column: number): void {
    const data = this.need();
    const { effects, noiseMap } = this.mapOf(place);
    const layer = effects.length - 1 - row;
    const pair = data.patched[column];
    const effect = effects[layer]?.[column];
    if (!pair || effect === undefined) return;
    const face = (run: PatchPanelData["base"], position: number): HTMLElement => {
      const token = run.tokens[position]!;
      return h(
        "span",
        {},
        h("span", { class: "muted num" }, `${position} `),
        tokenFace(token.text, token.id),
      );
    };
    const whole = data.source.measure - data.base.measure;
    this.context.rail.show(
      [placeNames[place]],
      facts([
        ["layer", String(layer)],
        ["into the base’s", face(data.base, pair.base)],
        ["from the source’s", face(data.source, pair.source)],
        ["change", `${number(effect)} logits`],
        ["by a random value as far away", `${number(noiseMap.effects[layer]?.[column])} logits`],
        ["share of the way to the source", whole === 0 ? number(null) : shareWords(effect / whole)],
      ]),
    );
  }
}

const shareWords = (share: number): string =>
  share < 0 ? `\u2212${percent(-share)}` : share > 1 ? `${number(100 * share)}%` : percent(share);

/** Both texts over each other, partners in one column; what differs is marked, what has no partner stands alone. */
function alignedTokens({ base, source, alignment, patched }: PatchPanelData): HTMLElement {
  const columns: { readonly base: number | null; readonly source: number | null }[] = [];
  let [nextBase, nextSource] = [base.from, source.from];
  const alone = (toBase: number, toSource: number): void => {
    for (; nextBase < toBase; nextBase++) columns.push({ base: nextBase, source: null });
    for (; nextSource < toSource; nextSource++) columns.push({ base: null, source: nextSource });
  };
  for (const pair of alignment.pairs) {
    alone(pair.base, pair.source);
    columns.push(pair);
    [nextBase, nextSource] = [pair.base + 1, Math.max(nextSource, pair.source + 1)];
  }
  alone(base.ids.length, source.ids.length);
  const isPatched = new Set(patched.map((pair) => pair.base));
  const cell = (run: PatchPanelData["base"], position: number | null, kind: string): HTMLElement => {
    const token = position === null ? null : run.tokens[position];
    return h("td", { class: token ? kind : "hatched" }, token ? tokenFace(token.text, token.id) : null);
  };
  const row = (name: "base" | "source"): HTMLElement => {
    const run = name === "base" ? base : source;
    const cells = columns.map((column) => {
      const differs =
        column.base === null || column.source === null || base.ids[column.base] !== source.ids[column.source];
      const used = column.base !== null && column.source !== null && isPatched.has(column.base);
      return cell(run, column[name], differs ? "differs" : used ? "" : "muted");
    });
    return h("tr", {}, h("th", { scope: "row" }, name), ...cells);
  };
  const table = h("table", { class: "aligned" }, row("source"), row("base"));
  return h(
    "div",
    { class: "aligned-scroll", tabindex: 0, role: "region", "aria-label": "Alignment of the tokens" },
    table,
  );
}

openPage("patch", (context) => new PatchPanel(context));
