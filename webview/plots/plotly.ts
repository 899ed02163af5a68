/**
 * Plotly behind one function: the only file that knows it. A bundle of its core and the heatmap alone, because these
 * use no code evaluation; its stylesheet comes as a file of its own, so that the page's policy stays strict.
 */
import type { Config, Data, Layout } from "plotly.js";
import core from "plotly.js/lib/core";
import heatmap from "plotly.js/lib/heatmap";
import type { Theme } from "../shared/theme";

core.register([heatmap]);

/** A square of numbers with the same tokens along both axes. */
export interface HeatmapOptions {
  /** Row-major; null is left empty. */
  readonly rows: readonly (readonly (number | null)[])[];
  /** Labels of columns and rows, as plain text. */
  readonly labels: readonly string[];
  /** The value that gets the strongest colour. */
  readonly max: number;
  readonly size: number;
  readonly margin: HeatmapMargin;
  readonly theme: Theme;
  /** The cells that are shown; null for all. */
  readonly shown: ShownCells | null;
}

/** Edges of the cells that are shown: from and to, across and down. */
export interface ShownCells {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

/** Room around a square, in pixels. */
export interface HeatmapMargin {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

const LABEL = 14;
const FONT_SIZE = 11;

/** As much room before the square as its widest label needs, turned or not. */
export function heatmapMargin(labels: readonly string[], { monoFamily }: Theme): HeatmapMargin {
  const context = document.createElement("canvas").getContext("2d");
  if (context) context.font = `${FONT_SIZE}px ${monoFamily}`;
  const widths = [...new Set(labels.map(shorten))].map((label) => context?.measureText(label).width ?? 68);
  // In steps, so that a square does not move with each token that is written.
  const room = 8 * Math.ceil((Math.max(8, ...widths) + 8) / 8);
  return { left: room, top: room, right: 8, bottom: 8 };
}

/** Draws or redraws a heatmap: first row at the top. Zoom by dragging, back by double click. */
export async function drawHeatmap(element: HTMLElement, options: HeatmapOptions): Promise<void> {
  const { theme, size, shown, margin } = options;
  const axis = axisOf(options);
  const data: Partial<Data>[] = [
    {
      type: "heatmap",
      z: options.rows.map((row) => [...row]),
      zmin: 0,
      zmax: options.max > 0 ? options.max : 1,
      colorscale: Array.from({ length: 33 }, (_, i) => [i / 32, theme.sequential(i / 32).ground]),
      showscale: false,
      hoverinfo: "none",
      hoverongaps: true,
    } as Partial<Data>,
  ];
  const { left, top, right, bottom } = margin;
  const layout: Partial<Layout> = {
    width: size + left + right,
    height: size + top + bottom,
    margin: { l: left, t: top, r: right, b: bottom, pad: 0 },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: theme.monoFamily, size: FONT_SIZE, color: theme.foreground },
    xaxis: { ...axis, side: "top", tickangle: -90, ...(shown ? { range: [...shown.x] } : {}) },
    yaxis: {
      ...axis,
      ...(shown ? { range: [shown.y[1], shown.y[0]] } : { autorange: "reversed" }),
      ticks: "",
    },
    dragmode: "zoom",
  } as Partial<Layout>;
  const config: Partial<Config> = {
    displaylogo: false,
    showSendToCloud: false,
    displayModeBar: false,
    responsive: false,
    scrollZoom: false,
    doubleClick: "reset",
  } as Partial<Config>;
  await core.react(element, data as Data[], layout, config);
}

/** Labels thin out before they overlap. Plotly reads its texts as markup, so what a token says is escaped. */
function axisOf({ labels, size, theme }: HeatmapOptions): Record<string, unknown> {
  const step = Math.max(1, Math.ceil((labels.length * LABEL) / size));
  const shown = labels.map((_, i) => i).filter((i) => i % step === 0);
  return {
    tickmode: "array",
    tickvals: shown,
    ticktext: shown.map((i) => escapeMarkup(shorten(labels[i]!))),
    showgrid: false,
    zeroline: false,
    showline: true,
    mirror: true,
    linecolor: theme.line,
    linewidth: 1,
    fixedrange: false,
    automargin: false,
    ticks: "",
  };
}

const shorten = (label: string): string => {
  const characters = [...label];
  return characters.length > 9 ? `${characters.slice(0, 8).join("")}…` : label;
};

const escapeMarkup = (text: string): string =>
  text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

/** The cells that are shown now, after zooming; null before anything is drawn. */
export function shownRange(element: HTMLElement): ShownCells | null {
  const layout = (
    element as unknown as { layout?: { xaxis?: { range?: number[] }; yaxis?: { range?: number[] } } }
  ).layout;
  const x = layout?.xaxis?.range;
  const y = layout?.yaxis?.range;
  if (!x || !y || x.length < 2 || y.length < 2) return null;
  return { x: [x[0]!, x[1]!], y: [Math.min(y[0]!, y[1]!), Math.max(y[0]!, y[1]!)] };
}

/** Shows these cells; null shows all. */
export async function zoomTo(element: HTMLElement, to: ShownCells | null): Promise<void> {
  const change = to
    ? { "xaxis.range": [...to.x], "yaxis.range": [to.y[1], to.y[0]] }
    : { "xaxis.autorange": true, "yaxis.autorange": "reversed" };
  await core.relayout(element, change as Parameters<typeof core.relayout>[1]);
}

/** Runs `action` after every zoom. */
export function onZoom(element: HTMLElement, action: () => void): void {
  (element as unknown as { on(event: string, action: () => void): void }).on("plotly_relayout", action);
}
