/** One edge of the shown head: why the query attends there, and what blocking it does. */
import {
  edgeControls,
  type BlockMode,
  type EdgeBlock,
  type EdgeControls,
  type WhyAttention,
} from "../../../src/protocol/attentionEdge";
import type { AttentionPanelData, ChosenEdge } from "../../../src/protocol/panelApi";
import { bars } from "../../plots/bars";
import { effectStrip } from "../../plots/effectStrip";
import { HeatGrid } from "../../plots/heatGrid";
import { fill, h, type Child } from "../../shared/dom";
import { Figure } from "../../shared/figure";
import { headName, number, percent, probability } from "../../shared/format";
import { legend } from "../../shared/legend";
import type { PageContext } from "../../shared/page";
import { facts } from "../../shared/rail";
import { theme } from "../../shared/theme";
import { tokenFace } from "../../shared/tokenStrip";
import { visibleText } from "../../shared/tokenText";
import { button, Dropdown } from "../../shared/ui";
import { blockTable, whyTable } from "./edgeTables";
import { blockSentence, blockWords, controlNames, whySentence } from "./edgeWords";
import { inLogUnit, logUnit } from "../../shared/logUnit";

/** Pairs drawn as bars; the table has all that came. */
const pairsDrawn = 12;

/** The part of the page about a chosen edge. */
export class EdgePart {
  readonly element = h("div", { class: "edge-part" });
  private readonly hint = h(
    "p",
    { class: "note edge-hint" },
    "Click a cell of the pattern (or press Enter on it) to see why the query attends to that key, and what blocking it changes.",
  );
  private readonly why: Figure;
  private readonly block: Figure;
  private readonly softmax: Dropdown;
  private readonly against: Dropdown;
  private readonly compared: Dropdown;
  private readonly grid: HeatGrid;
  private readonly controls: HTMLElement;
  private mode: BlockMode = "before";
  private kind: EdgeControls = "matched";
  private chosenAgainst: number | undefined;
  private data: AttentionPanelData | null = null;

  constructor(private readonly context: PageContext) {
    this.why = new Figure(context, {
      name: "attention-why",
      title: "Why there",
      table: () => whyTable(this.needWhy()),
      data: () => this.data?.edge?.why,
    });
    this.block = new Figure(context, {
      name: "attention-block",
      title: "Block this edge",
      table: () => blockTable(this.edge()),
      data: () => this.data?.edge?.blocks,
    });
    this.softmax = new Dropdown("Blocked", (value) => {
      this.mode = value === "after" ? "after" : "before";
      this.drawBlock();
    });
    this.compared = new Dropdown("Compared with", (value) => {
      this.kind = edgeControls.find((one) => one === value) ?? "matched";
    });
    this.against = new Dropdown("Against", (value) => {
      this.chosenAgainst = value === "" ? undefined : Number(value);
    });
    this.grid = new HeatGrid({ onInspect: (row, column) => this.inspectPair(row, column) });
    const ask = button("Block", () => this.ask(), "primary");
    this.controls = h(
      "div",
      { class: "controls no-export" },
      this.softmax.element,
      this.against.element,
      this.compared.element,
      ask,
    );
  }

  /** Shows the chosen edge, or how one is chosen. */
  update(data: AttentionPanelData): void {
    const before = this.data?.edge;
    this.data = data;
    const { edge } = data;
    if (!edge) {
      fill(this.element, this.hint);
      return;
    }
    if (edgeKey(before) !== edgeKey(edge)) this.chosenAgainst = undefined;
    const name = [
      `Edge ${headName(edge.layer, edge.head)} from `,
      this.face(edge.query),
      " to ",
      this.face(edge.key),
    ];
    const heading = h("h2", { class: "edge-title" }, ...name);
    fill(this.element, heading, h("div", { class: "edge-figures" }, this.why.element, this.block.element));
    this.drawWhy();
    this.drawBlock();
  }

  /** Draws it again: other colours, another width. */
  repaint(): void {
    if (this.data) this.update(this.data);
  }

  private edge(): ChosenEdge {
    const edge = this.data?.edge;
    if (!edge) throw new Error("No edge is chosen.");
    return edge;
  }

  private needWhy(): WhyAttention {
    const { why } = this.edge();
    if (!why) throw new Error("The score has not been taken apart yet.");
    return why;
  }

  private face(position: number): HTMLElement {
    const token = this.data?.window.tokens[position];
    return token ? tokenFace(token.text, token.id) : h("span", {}, `position ${position}`);
  }

  private drawWhy(): void {
    const { why } = this.edge();
    if (!why) {
      fill(this.why.body, h("p", { class: "muted" }, "Taking the score apart …"));
      fill(this.why.key);
      return;
    }
    const most = Math.max(...why.pairs.map((pair) => Math.abs(pair.contribution)), 1e-12);
    const drawn = why.pairs.slice(0, pairsDrawn);
    const left = why.sum - drawn.reduce((sum, pair) => sum + pair.contribution, 0);
    const full = Math.max(most, Math.abs(left));
    const rows = drawn.map(({ query, key, contribution, rotation }) => ({
      label: h(
        "span",
        {},
        this.part(query, why.query),
        h("span", { class: "muted" }, " × "),
        this.part(key, why.key),
      ),
      value: contribution,
      words:
        rotation === undefined ? number(contribution) : `${number(contribution)} · rot. ${number(rotation)}`,
    }));
    const others = { label: `${why.nPairs - drawn.length} other pairs`, value: left, words: number(left) };
    const { query, key, rows: values } = why.matrix;
    // The row and column of the others are sums of many: they may go beyond the scale.
    const named = values.flatMap((row, i) =>
      query[i] === "others" ? [] : row.filter((_, j) => key[j] !== "others"),
    );
    const max = Math.max(...named.map(Math.abs), 1e-12);
    const names = (sources: readonly string[]): { face: Child; says: string }[] =>
      sources.map((source) => ({ face: source, says: source }));
    this.grid.update({
      label: "Parts of the query (rows) by parts of the key (columns)",
      rows: names(query),
      columns: names(key),
      values,
      max,
      says: number,
    });
    fill(
      this.why.body,
      h("p", { class: "edge-sum" }, whySentence(why)),
      h(
        "p",
        { class: "note" },
        "Query part × key part, each less its mean over the keys; the norms’ scales are the run’s.",
      ),
      bars(drawn.length < why.nPairs ? [...rows, others] : rows, {
        full,
        signed: true,
        label: "Pairs of parts by contribution",
      }),
      this.grid.element,
      ...why.notes.map((note) => h("p", { class: "note" }, note)),
    );
    const scale = (t: number): ReturnType<ReturnType<typeof theme>["diverging"]> => theme().diverging(t);
    fill(
      this.why.key,
      legend({
        label: "contribution to the score",
        low: `≤ ${number(-max)}`,
        high: `≥ ${number(max)}`,
        diverging: true,
        scale,
      }),
    );
    this.why.changed();
  }

  /** A part's name; the embedding is the token's. */
  private part(source: string, position: number): HTMLElement {
    return source === "embed" ? h("span", {}, "embed ", this.face(position)) : h("span", {}, source);
  }

  private drawBlock(): void {
    const edge = this.edge();
    this.softmax.update(
      [
        { value: "before", label: "before the softmax" },
        { value: "after", label: "after the softmax" },
      ],
      this.mode,
    );
    this.compared.update(
      edgeControls.map((value) => ({ value, label: controlNames[value] })),
      this.kind,
    );
    const block = edge.blocks[this.mode];
    this.drawAgainst(block ?? edge.blocks.before ?? edge.blocks.after);
    const parts = block ? this.blockParts(block) : [];
    fill(this.block.body, this.controls, h("p", { class: "note" }, blockWords[this.mode]), ...parts);
    fill(this.block.key);
    this.block.changed();
  }

  private drawAgainst(known: EdgeBlock | undefined): void {
    const likeliest = { value: "", label: "the likeliest other token" };
    const top = (known?.top ?? [])
      .filter(({ id }) => id !== known?.token.id)
      .map(({ id, text }) => ({ value: String(id), label: visibleText(text, id) }));
    this.against.update(
      [likeliest, ...top],
      this.chosenAgainst === undefined ? "" : String(this.chosenAgainst),
    );
  }

  private ask(): void {
    const against = this.chosenAgainst;
    const params = { softmax: this.mode, controls: this.kind, ...(against === undefined ? {} : { against }) };
    this.context.host.ask("attention/block", params);
  }

  private blockParts(block: EdgeBlock): HTMLElement[] {
    const { token, against, plain, blocked, change, controls, percentile } = block;
    const width = Math.max(200, Math.min(420, this.block.body.clientWidth));
    const effect = (of: "logProb" | "logitDiff", title: Child, unit: string, words: string): HTMLElement => {
      const shown = (value: number): number => (of === "logProb" ? inLogUnit(value) : value);
      return h(
        "figure",
        { class: "effect" },
        h("div", { class: "effect-title" }, title),
        h("div", { class: "edge-sum" }, words),
        effectStrip(
          shown(change[of]),
          controls.map((one) => shown(one.change[of])),
          { width, theme: theme(), unit },
        ),
        h("figcaption", { class: "note" }, blockSentence(percentile[of], block)),
      );
    };
    const probabilities = `${probability(plain.logProb)} → ${probability(blocked.logProb)}, ${signed(inLogUnit(change.logProb))} ${logUnit()}`;
    const differences = `${number(plain.logitDiff)} → ${number(blocked.logitDiff)}, ${signed(change.logitDiff)}`;
    const which = block.isActual ? "the text’s next token" : "the likeliest next token";
    return [
      effect(
        "logProb",
        h(
          "span",
          {},
          "Log-probability of ",
          tokenFace(token.text, token.id),
          h("span", { class: "muted" }, `, ${which}`),
        ),
        logUnit(),
        probabilities,
      ),
      effect(
        "logitDiff",
        h(
          "span",
          {},
          "Logit of ",
          tokenFace(token.text, token.id),
          " less ",
          tokenFace(against.text, against.id),
        ),
        "logits",
        differences,
      ),
    ];
  }

  private inspectPair(row: number, column: number): void {
    const { why } = this.edge();
    const value = why?.matrix.rows[row]?.[column];
    if (!why || value === undefined) return;
    const sum = (parts: WhyAttention["queryParts"], source: string): string =>
      number(parts.find((part) => part.source === source)?.contribution);
    const [query, key] = [why.matrix.query[row]!, why.matrix.key[column]!];
    this.context.rail.show(
      ["Pair of parts"],
      facts([
        ["query has", query],
        ["key has", key],
        ["contribution", number(value)],
        ["share of the whole", why.centred === 0 ? number(null) : percentSigned(value / why.centred)],
        [`all pairs with ${query} in the query`, sum(why.queryParts, query)],
        [`all pairs with ${key} in the key`, sum(why.keyParts, key)],
      ]),
    );
  }
}

const edgeKey = (edge: ChosenEdge | undefined): string =>
  edge ? [edge.layer, edge.head, edge.query, edge.key].join(":") : "";

const signed = (value: number): string => (value > 0 ? `+${number(value)}` : number(value));

const percentSigned = (share: number): string => (share < 0 ? `\u2212${percent(-share)}` : percent(share));
