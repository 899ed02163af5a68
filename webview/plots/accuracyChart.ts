/** Held-out accuracy of a direction by layer, with its interval and every draw of both nulls. Pure: data to SVG. */
import type { DirectionLayer } from "../../src/protocol/direction";
import { svg } from "../shared/dom";
import { percent } from "../shared/format";
import type { Theme } from "../shared/theme";

/** Size, colours and what is marked. */
export interface AccuracyOptions {
  readonly width: number;
  readonly height: number;
  readonly theme: Theme;
  /** The layer that is looked at, marked by a ring. */
  readonly best: number;
}

const PAD = { left: 38, right: 122, top: 18, bottom: 17 };
const LABEL = 12;

/** Layers to the right, accuracy upward; left of each layer's point the random directions, right of it the shuffled labels. */
export function accuracyChart(layers: readonly DirectionLayer[], options: AccuracyOptions): SVGSVGElement {
  const { width, height, theme } = options;
  const root = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img" });
  root.setAttribute("aria-label", describe(layers, options.best));
  const right = width - PAD.right;
  const step = (right - PAD.left) / Math.max(1, layers.length);
  const x = (i: number): number => PAD.left + step * (i + 0.5);
  const y = (share: number): number => PAD.top + (height - PAD.top - PAD.bottom) * (1 - share);
  const frame = { x, y, right, step, theme };
  const text = (attributes: Record<string, string | number>, words: string): SVGElement =>
    svg(
      "text",
      { fill: theme.muted, "font-size": 10.5, "font-family": theme.fontFamily, ...attributes },
      words,
    );
  root.append(text({ x: PAD.left, y: 9 }, "share of held-out texts on their side"));
  for (const share of [0, 0.5, 1]) {
    const dash = share === 0.5 ? { "stroke-dasharray": "2 3" } : {};
    root.append(
      svg("line", { x1: PAD.left, x2: right, y1: y(share), y2: y(share), stroke: theme.line, ...dash }),
      text({ x: PAD.left - 5, y: y(share) + 3.5, "text-anchor": "end" }, `${100 * share}%`),
    );
  }
  const every = Math.max(1, Math.ceil(22 / step));
  layers.forEach(({ layer }, i) => {
    if (i % every === 0)
      root.append(text({ x: x(i), y: height - 3, "text-anchor": "middle" }, String(layer)));
  });
  root.append(...nullTicks(layers, frame), ...accuracies(layers, frame, options.best));
  root.append(...names(layers, frame, text));
  return root;
}

interface Frame {
  readonly x: (i: number) => number;
  readonly y: (share: number) => number;
  readonly right: number;
  readonly step: number;
  readonly theme: Theme;
}

const sides = [
  { key: "isotropic", label: "random", side: -1 },
  { key: "shuffled", label: "shuffled labels", side: 1 },
] as const;

/** A tick for each draw; equal ones lie over each other and are the stronger for it. */
function nullTicks(layers: readonly DirectionLayer[], { x, y, step, theme }: Frame): SVGElement[] {
  const long = Math.min(9, Math.max(2, step * 0.32));
  return layers.flatMap(({ nulls }, i) =>
    sides.flatMap(({ key, side }) => {
      const from = x(i) + side * Math.min(3, step * 0.1);
      return nulls[key].map((share) =>
        svg("line", {
          x1: from,
          x2: from + side * long,
          y1: y(share),
          y2: y(share),
          stroke: theme.muted,
          "stroke-width": 1.25,
          "stroke-opacity": 0.45,
        }),
      );
    }),
  );
}

function accuracies(layers: readonly DirectionLayer[], { x, y, theme }: Frame, best: number): SVGElement[] {
  const known = layers.flatMap((one, i) =>
    one.accuracy === null ? [] : [{ ...one, i, share: one.accuracy }],
  );
  const points = known.map(({ i, share }) => `${x(i).toFixed(1)},${y(share).toFixed(1)}`).join(" ");
  const line = svg("polyline", { points, fill: "none", stroke: theme.dataLine, "stroke-width": 1.5 });
  return [
    line,
    ...known.flatMap(({ i, share, interval, layer }) => {
      const upright = (from: number, to: number): SVGElement =>
        svg("line", {
          x1: x(i),
          x2: x(i),
          y1: y(from),
          y2: y(to),
          stroke: theme.dataLine,
          "stroke-width": 1.25,
        });
      const ring = { cx: x(i), cy: y(share), r: 5.5, fill: "none", stroke: theme.mark, "stroke-width": 1.75 };
      return [
        ...(interval ? [upright(interval[0], interval[1])] : []),
        svg("circle", { cx: x(i), cy: y(share), r: 2.75, fill: theme.dataLine }),
        ...(layer === best ? [svg("circle", ring)] : []),
      ];
    }),
  ];
}

/** Names at the right, where the lines end, moved apart where they would meet. */
function names(
  layers: readonly DirectionLayer[],
  { y, right, theme }: Frame,
  text: (attributes: Record<string, string | number>, words: string) => SVGElement,
): SVGElement[] {
  const last = layers.at(-1);
  if (!last) return [];
  const mean = (draws: readonly number[]): number =>
    draws.reduce((sum, share) => sum + share, 0) / Math.max(1, draws.length);
  const all = [
    ...(last.accuracy === null ? [] : [{ label: "held out", at: y(last.accuracy), fill: theme.dataLine }]),
    ...sides
      .filter(({ key }) => last.nulls[key].length > 0)
      .map(({ key, label, side }) => ({
        label: side < 0 ? `left: ${label}` : `right: ${label}`,
        at: y(mean(last.nulls[key])),
        fill: theme.muted,
      })),
  ].sort((a, b) => a.at - b.at);
  let before = -Infinity;
  return all.map(({ label, at, fill }) => {
    before = Math.max(at, before + LABEL);
    return text({ x: right + 8, y: before + 3.5, fill }, label);
  });
}

function describe(layers: readonly DirectionLayer[], best: number): string {
  const one = layers.find(({ layer }) => layer === best);
  const at = one ? ` at layer ${best} ${percent(one.accuracy)}` : "";
  return `Held-out accuracy over ${layers.length} layers:${at}; with both nulls at every layer`;
}
