/** The legend: an item in the status bar with the scale, and all that must be known to read the colours in its tooltip. */
import * as vscode from "vscode";
import { shareText } from "../../base/shareText";
import type { HeatmapMeasure } from "../../protocol/heatmap";
import type { HeatScale } from "../../protocol/heatmapPanel";
import { Command } from "../contributions";
import { heatTexts } from "../messages/heatmap";
import type { HeatAction } from "./pick";
import type { MeasuredSums } from "./partStore";
import type { Distribution } from "./scale";
import { measureName, number, rampText, textKey, unitOf, valueText } from "./words";

/** What a legend shows. */
export interface LegendState {
  readonly measure: HeatmapMeasure;
  readonly inBits: boolean;
  readonly linked?: boolean | undefined;
  readonly scale: HeatScale;
  readonly values: Distribution;
  readonly sums: MeasuredSums;
  /** Share of the file that is measured, 0 … 1. */
  readonly measured: number;
  readonly busy: boolean;
  readonly windowTokens: number;
  readonly model: string;
  readonly document: string;
  readonly actions: readonly HeatAction[];
}

/** Bits by which the file would be written with the model's predictions, per byte of its UTF-8. */
export function bitsPerByteOf({ value, bytes }: MeasuredSums): number | null {
  return bytes === 0 ? null : value / Math.LN2 / bytes;
}

/** Bits per byte as a share of the text's size, which it may exceed. */
function sizeText(perByte: number): string {
  return perByte < 8 ? shareText(perByte / 8) : `${number((100 * perByte) / 8)}%`;
}

/** The item's text. */
export function legendText(state: LegendState): string {
  const { measure, inBits, linked, scale, sums, measured, busy } = state;
  const perByte = measure.kind === "surprisal" ? bitsPerByteOf(sums) : null;
  return [
    `${busy ? "$(loading~spin)" : "$(symbol-color)"} ${escapeIcons(measureName(measure, inBits, linked))} ${rampText(measure, scale, inBits)}`,
    ...(perByte === null ? [] : [heatTexts.perByte(number(perByte))]),
    ...(perByte === null || !inBits ? [] : [heatTexts.ofSize(sizeText(perByte))]),
    ...(measured < 0.999 ? [heatTexts.measuredShare(`${Math.floor(100 * measured)}%`)] : []),
  ].join(" · ");
}

/** Shows the item; hidden until `draw` is called. */
export class Legend implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem(
    "introspect.heatmap",
    vscode.StatusBarAlignment.Right,
    91,
  );

  constructor() {
    this.item.name = heatTexts.legendName();
    this.item.command = Command.ColourBy;
  }

  /** What the item says; undefined while it is hidden. */
  text: string | undefined;

  /** Nothing is measured yet: the model is being opened. */
  wait({ measure, inBits, linked }: Pick<LegendState, "measure" | "inBits" | "linked">): void {
    this.text = `$(loading~spin) ${escapeIcons(measureName(measure, inBits, linked))}`;
    this.item.text = this.text;
    this.item.tooltip = undefined;
    this.item.accessibilityInformation = { label: measureName(measure, inBits, linked), role: "button" };
    this.item.show();
  }

  draw(state: LegendState): void {
    this.text = legendText(state);
    this.item.text = this.text;
    this.item.tooltip = tooltip(state);
    const label = this.text.replace(/\$\([^)]*\) /g, "").replace(/ [▁-▆ 0]+ (?=\S)/, " … ");
    this.item.accessibilityInformation = { label, role: "button" };
    this.item.show();
  }

  hide(): void {
    this.text = undefined;
    this.item.hide();
  }

  dispose(): void {
    this.item.dispose();
  }
}

/** A hook's or file's name is only text: `$(x)` in it is no icon. */
function escapeIcons(name: string): string {
  return name.replaceAll("$(", "$\u200b(");
}

/** Names are only text. Not `appendText`, whose spaces do not break: lines would end inside words. */
function escaped(text: string): string {
  return text.replace(/[!-/:-@[-`{-~]/g, "\\$&").replace(/\s+/g, " ");
}

function tooltip(state: LegendState): vscode.MarkdownString {
  const { measure, inBits, linked, actions } = state;
  const key = textKey(measure, inBits, linked);
  const text = new vscode.MarkdownString();
  text.isTrusted = { enabledCommands: [Command.ColourBy, Command.ClearColours] };
  const paragraph = (line: string): void => {
    text.appendMarkdown(`${escaped(line)}\n\n`);
  };
  text.appendMarkdown(`**${escaped(measureName(measure, inBits, linked))}** · `);
  paragraph(`${state.document}, ${state.model}`);
  paragraph(heatTexts.descriptions[key]());
  paragraph(
    `${heatTexts.scaleLine(rampText(measure, state.scale, inBits))} ${heatTexts.scaleWhy[measure.kind]()}`,
  );
  for (const line of facts(state)) paragraph(line);
  paragraph(heatTexts.notFor[measure.kind]());
  const links = actions.map((action) => link(heatTexts.actions[action](), Command.ColourBy, action));
  text.appendMarkdown(
    [
      link(heatTexts.change(), Command.ColourBy),
      ...links,
      link(heatTexts.clear(), Command.ClearColours),
    ].join(" · "),
  );
  return text;
}

function link(label: string, command: Command, argument?: string): string {
  const query = argument === undefined ? "" : `?${encodeURIComponent(JSON.stringify([argument]))}`;
  return `[${label}](command:${command}${query})`;
}

function facts({ measure, inBits, values, sums, measured, windowTokens }: LegendState): string[] {
  const at = (share: number): string => valueText(measure, values.quantile(share), inBits);
  const lines = [heatTexts.quantiles(at(0.5), at(0.9), at(0.99), values.n)];
  const perByte = bitsPerByteOf(sums);
  if (measure.kind === "surprisal" && perByte !== null) {
    const bits = sums.value / Math.LN2;
    const share = sizeText(perByte);
    const total = { bits: Math.round(bits), perByte: number(perByte), bytes: sums.bytes, share };
    lines.push(measured < 0.999 ? heatTexts.totalSoFar(total) : heatTexts.total(total));
  }
  lines.push(heatTexts.windows(Math.floor(windowTokens / 2), windowTokens));
  return lines;
}

/** Whether a measure can be told in bits. */
export function hasBits(measure: HeatmapMeasure): boolean {
  return unitOf(measure, false) !== "";
}
