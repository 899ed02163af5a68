/** Silhouettes by layer beside every draw with shuffled labels. Pure: data to SVG. */
import type { TextMapLayer } from "../../src/protocol/textMap";
import { svg } from "../shared/dom";
import { number } from "../shared/format";
import type { Theme } from "../shared/theme";

/** Size, colours and what is marked. */
export interface SilhouetteOptions {
  readonly width: number;
  readonly height: number;
  readonly theme: Theme;
  /** The row that is looked at, marked by a ring. */
  readonly row: number;
}

const PAD = { left: 52, right: 96, top: 18, bottom: 17 };

/** Layers to the right from the embedding, silhouettes upward; a tick behind each point for each shuffle. */
export function silhouetteChart(layers: readonly TextMapLayer[], options: SilhouetteOptions): SVGSVGElement {
  const { width, height, theme, row } = options;
  const root = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img" });
  root.setAttribute("aria-label", describe(layers, row));
  const right = width - PAD.right;
  const step = (right - PAD.left) / Math.max(1, layers.length);
  const all = layers.flatMap(({ silhouette }) => [silhouette.mean, ...silhouette.shuffled]);
  const low = Math.min(-0.05, ...all);
  const high = Math.max(0.05, ...all);
  const x = (i: number): number => PAD.left + step * (i + 0.5);
  const y = (value: number): number =>
    PAD.top + ((height - PAD.top - PAD.bottom) * (high - value)) / (high - low);
  const text = (attributes: Record<string, string | number>, words: string): SVGElement =>
    svg(
      "text",
      { fill: theme.muted, "font-size": 10.5, "font-family": theme.fontFamily, ...attributes },
      words,
    );
  root.append(text({ x: PAD.left, y: 9 }, "mean silhouette, −1 to 1"));
  for (const value of [low, 0, high]) {
    const dash = value === 0 ? {} : { "stroke-dasharray": "2 3" };
    root.append(
      svg("line", { x1: PAD.left, x2: right, y1: y(value), y2: y(value), stroke: theme.line, ...dash }),
    );
    // Labels of values that lie too near to zero would stand in its own.
    if (value === 0 || Math.abs(y(value) - y(0)) > 11)
      root.append(text({ x: PAD.left - 5, y: y(value) + 3.5, "text-anchor": "end" }, number(value)));
  }
  const every = Math.max(1, Math.ceil(30 / step));
  layers.forEach(({ layer }, i) => {
    if (layer === null ? step > 26 : layer % every === 0)
      root.append(
        text({ x: x(i), y: height - 3, "text-anchor": "middle" }, layer === null ? "emb." : String(layer)),
      );
  });
  root.append(...ticks(layers, { x, y, step, theme }));
  const points = layers.map(({ silhouette }, i) => `${x(i).toFixed(1)},${y(silhouette.mean).toFixed(1)}`);
  root.append(
    svg("polyline", { points: points.join(" "), fill: "none", stroke: theme.dataLine, "stroke-width": 1.5 }),
  );
  layers.forEach(({ silhouette }, i) => {
    const at = { cx: x(i), cy: y(silhouette.mean) };
    root.append(svg("circle", { ...at, r: 2.75, fill: theme.dataLine }));
    if (i === row)
      root.append(svg("circle", { ...at, r: 5.5, fill: "none", stroke: theme.mark, "stroke-width": 1.75 }));
  });
  root.append(...names(layers, { y, right, theme }, text));
  return root;
}

interface Frame {
  readonly x: (i: number) => number;
  readonly y: (value: number) => number;
  readonly step: number;
  readonly theme: Theme;
}

function ticks(layers: readonly TextMapLayer[], { x, y, step, theme }: Frame): SVGElement[] {
  const half = Math.min(9, Math.max(2, step * 0.3));
  return layers.flatMap(({ silhouette }, i) =>
    silhouette.shuffled.map((value) =>
      svg("line", {
        x1: x(i) - half,
        x2: x(i) + half,
        y1: y(value),
        y2: y(value),
        stroke: theme.muted,
        "stroke-opacity": 0.22,
      }),
    ),
  );
}

function names(
  layers: readonly TextMapLayer[],
  {
    y,
    right,
    theme,
  }: { readonly y: (value: number) => number; readonly right: number; readonly theme: Theme },
  text: (attributes: Record<string, string | number>, words: string) => SVGElement,
): SVGElement[] {
  const last = layers.at(-1)?.silhouette;
  if (!last || last.shuffled.length === 0) return [];
  const own = y(last.mean);
  const null_ = y(last.shuffled.reduce((sum, value) => sum + value, 0) / last.shuffled.length);
  const apart = Math.abs(own - null_) < 12 ? 12 - Math.abs(own - null_) : 0;
  const above = own <= null_ ? -1 : 1;
  return [
    text({ x: right + 6, y: own + 3.5 + (above * apart) / 2, fill: theme.dataLine }, "these labels"),
    text({ x: right + 6, y: null_ + 3.5 - (above * apart) / 2 }, "shuffled labels"),
  ];
}

function describe(layers: readonly TextMapLayer[], row: number): string {
  const one = layers[row];
  const at = one
    ? ` at ${one.layer === null ? "the embedding" : `layer ${one.layer}`} ${number(one.silhouette.mean)}`
    : "";
  return `Silhouettes over ${layers.length} rows:${at}; with every shuffle of the labels at every row`;
}
