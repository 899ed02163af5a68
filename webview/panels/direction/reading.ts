/** The text read along directions: a strip of tokens, small strips of other directions, and layer by token. */
import type { DirectionReading } from "../../../src/protocol/direction";
import {
  type ConceptReading,
  type DirectionPanelData,
  roomBehind,
} from "../../../src/protocol/directionPanel";
import { heatCells } from "../../plots/heatCells";
import { HeatGrid } from "../../plots/heatGrid";
import { fill, h, setText } from "../../shared/dom";
import { Figure } from "../../shared/figure";
import { number } from "../../shared/format";
import { legend } from "../../shared/legend";
import type { PageContext } from "../../shared/page";
import { facts } from "../../shared/rail";
import { theme } from "../../shared/theme";
import { tokenFace, TokenStrip, type StripToken } from "../../shared/tokenStrip";
import { WriteOn } from "../../shared/writeOn";
import { spokenText } from "../../shared/tokenText";
import { fullScale, isCalibrated, scaled } from "./scaled";
import { layersTable, stripsTable } from "./tables";
import { calibrationSentence, endsSentence, writingSentence } from "./words";

const layerNames = (layers: readonly number[]): string =>
  layers.length === 1 ? `L${layers[0]}` : `L${layers[0]}–${layers.at(-1)}`;

/** Two figures over one reading. */
export class ReadingPart {
  readonly element: HTMLElement;
  private readonly strips: Figure;
  private readonly layers: Figure;
  private readonly strip: TokenStrip;
  private readonly others = h("div", { class: "direction-others" });
  private readonly also = h("fieldset", { class: "direction-also" });
  private readonly calibration = h("p", { class: "note" });
  private readonly write: WriteOn;
  private readonly writing = h("span", { class: "muted direction-writing" });
  private readonly grid: HeatGrid;
  private readonly none = h("p", { class: "direction-none" });
  private data: DirectionPanelData | null = null;
  private offered = "";

  constructor(private readonly context: PageContext) {
    this.strip = new TokenStrip({
      label: "The text along the direction",
      lines: true,
      pointed: context.pointed,
      onInspect: (index) => this.inspect(index),
      onChoose: (index) => this.reveal(index),
    });
    this.grid = new HeatGrid({
      onInspect: (row, column) => this.inspect(column, this.layerOf(row)),
      onChoose: (row) => {
        const layer = this.layerOf(row)?.layer;
        if (layer !== undefined) context.host.ask("direction/layers", { layers: [layer] });
      },
    });
    this.strips = new Figure(context, {
      name: "direction-strips",
      title: "Along the text",
      table: () => stripsTable(this.need()),
      data: () => this.data?.reading,
    });
    this.layers = new Figure(context, {
      name: "direction-layers",
      title: "Layer by token",
      table: () => layersTable(this.need()),
      data: () => this.data?.reading?.directions[0],
    });
    this.write = new WriteOn(context, (tokens) => context.host.ask("direction/continue", { tokens }));
    const on = h("div", { class: "controls direction-write no-export" }, this.write.element, this.writing);
    this.strips.body.append(this.strip.element, on, this.calibration, this.others);
    this.layers.body.append(this.grid.element);
    this.element = h(
      "div",
      { class: "direction-reading" },
      this.none,
      this.strips.element,
      this.also,
      this.layers.element,
    );
  }

  update(data: DirectionPanelData): void {
    this.data = data;
    const { reading, problem } = data;
    this.none.hidden = reading !== null;
    this.strips.element.hidden = reading === null;
    this.layers.element.hidden = reading === null;
    setText(this.none, reading ? "" : [problem?.message, problem?.next].filter(Boolean).join(" "));
    this.offer(data);
    if (!reading) return;
    this.drawStrips(reading);
    this.drawLayers(reading);
    const nCtx = this.context.source().model?.nCtx ?? Infinity;
    this.write.update(roomBehind(reading, nCtx) > 0);
    // Of a saved view it is said what was written, not what could be.
    const isSilent = this.context.isSaved() && !reading.window.tokens.some(({ generated }) => generated);
    setText(this.writing, isSilent ? "" : writingSentence(reading, nCtx));
  }

  private get ends(): string {
    return this.data ? endsSentence(this.data.header) : "";
  }

  private need(): ConceptReading {
    if (!this.data?.reading) throw new Error("No text has been read along a direction yet.");
    return this.data.reading;
  }

  private drawStrips(reading: ConceptReading): void {
    const read = reading.directions.flatMap((one) =>
      one.strip ? [{ ...one, strip: one.strip, values: scaled(one.strip) }] : [],
    );
    const [first, ...rest] = read;
    if (!first) return;
    const full = fullScale(read.map(({ values }) => values));
    const paint = (value: number) => theme().diverging(value / full);
    const tokens = reading.positions.map((position, i): StripToken => {
      const token = reading.window.tokens[position]!;
      const value = first.values[i] ?? null;
      return { ...token, value, says: `${first.name} ${number(value)}` };
    });
    this.strip.update(tokens, { label: `The text along ${first.name}`, scale: paint });
    setText(this.calibration, calibrationSentence(first.strip, first.strip.layers) + this.ends);
    const width = Math.max(80, Math.min(640, (this.others.clientWidth || 400) - 150));
    const small = read.length > 1 ? [first, ...rest] : [];
    fill(
      this.others,
      ...small.map(({ name, strip, values }) => {
        const bars = theme().highContrast ? { full } : {};
        const cells = heatCells(values, { width, height: 16, scale: paint, line: theme().line, ...bars });
        const largest = values.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
        const says = `${name}, ${layerNames(strip.layers)}, strongest ${number(largest)}`;
        return h(
          "div",
          { class: "direction-other", role: "img", "aria-label": says },
          h("span", { class: "direction-other-name" }, name),
          h("span", { class: "muted num" }, layerNames(strip.layers)),
          cells,
        );
      }),
    );
    fill(this.strips.key, this.legend(full, isCalibrated(first.strip)));
    this.strips.changed();
  }

  private drawLayers(reading: ConceptReading): void {
    const [first] = reading.directions;
    if (!first) return;
    const rows = first.layers.map((layer) => scaled(layer));
    const full = fullScale(rows);
    this.grid.update({
      label: `${first.name}, layers upward by tokens`,
      rows: first.layers.map(({ layer }) => ({ face: String(layer), says: `layer ${layer}` })).reverse(),
      columns: reading.positions.map((position) => {
        const { text, id } = reading.window.tokens[position]!;
        return { face: tokenFace(text, id), says: `position ${position}, ${spokenText(text, id)}` };
      }),
      values: [...rows].reverse(),
      max: full,
      says: number,
    });
    fill(this.layers.key, this.legend(full, first.layers.every(isCalibrated)));
    this.layers.changed();
  }

  private legend(full: number, calibrated: boolean): HTMLElement {
    return legend({
      label: calibrated
        ? "score less threshold, in distances from the threshold to the class means"
        : "score, of the largest one here",
      low: number(-full),
      high: number(full),
      diverging: true,
      scale: (t) => theme().diverging(t),
    });
  }

  /** Boxes for the other directions of the workspace; they stay, and keep the focus, while the text is typed. */
  private offer({ listed, chosen, also }: DirectionPanelData): void {
    const others = listed.flatMap((one, index) => (index === chosen ? [] : [{ ...one, index }]));
    const key = JSON.stringify(others.map(({ name, index }) => [name, index]));
    this.also.hidden = others.length === 0 || this.context.isSaved();
    if (key !== this.offered) {
      this.offered = key;
      const boxes = others.map(({ name, index, file }) => {
        const box = h("input", { type: "checkbox", value: String(index) });
        box.addEventListener("change", () =>
          this.context.host.ask("direction/also", { direction: index, on: box.checked }),
        );
        return h("label", { title: file }, box, name);
      });
      fill(this.also, h("legend", {}, "Read also"), ...boxes);
    }
    for (const box of this.also.querySelectorAll("input")) box.checked = also.includes(Number(box.value));
  }

  private layerOf(row: number): DirectionReading["layers"][number] | undefined {
    const layers = this.data?.reading?.directions[0]?.layers ?? [];
    return layers[layers.length - 1 - row];
  }

  private inspect(index: number, at?: DirectionReading["layers"][number]): void {
    const reading = this.need();
    const position = reading.positions[index];
    const [first] = reading.directions;
    if (position === undefined || !first) return;
    const token = reading.window.tokens[position]!;
    const of = at ?? first.strip;
    const value = of && scaled(of)[index];
    const rest = reading.directions.slice(1).flatMap(({ name, strip }) => {
      const other = strip && scaled(strip)[index];
      return other === undefined ? [] : ([[name, number(other)]] as const);
    });
    this.context.rail.show(
      [tokenFace(token.text, token.id)],
      facts([
        ["position", String(position)],
        ["direction", `${first.name}, ${at ? `L${at.layer}` : layerNames(first.strip?.layers ?? [])}`],
        ["score", number(of?.scores[index])],
        ["threshold", number(of?.threshold)],
        ["distance from it, class means at ±1", number(value)],
        ...(at ? [] : rest),
      ]),
    );
  }

  private reveal(index: number): void {
    const reading = this.need();
    const token = reading.window.tokens[reading.positions[index] ?? -1];
    if (token && !token.prefix && token.end > token.start)
      this.context.host.ask("editor/reveal", { start: token.start, end: token.end });
  }
}
