/** How often which value occurs, with a few values marked. Counts are drawn on a logarithmic scale. Pure: data to SVG. */
import { svg } from "../shared/dom";
import { count, number } from "../shared/format";
import type { Theme } from "../shared/theme";

/** A value that is pointed at. */
export interface HistogramMark {
  readonly value: number;
  readonly label: string;
  readonly dashed?: boolean;
}

/** Bins as in `NeuronHistogram`, and how they are drawn. */
export interface HistogramOptions {
  readonly edges: readonly number[];
  readonly counts: readonly number[];
  readonly marks: readonly HistogramMark[];
  readonly label: string;
  readonly width: number;
  readonly theme: Theme;
}

const HEIGHT = 150;
const TOP = 34;
const FLOOR = HEIGHT - 20;
const LEFT = 34;

/** Bars from a floor; a bin with one activation still has a bar that is seen, an empty one has none. */
export function histogram({ edges, counts, marks, label, width, theme }: HistogramOptions): SVGSVGElement {
  const root = svg("svg", { width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`, role: "img" });
  root.setAttribute("aria-label", label);
  const low = edges[0] ?? 0;
  const high = edges[edges.length - 1] ?? 1;
  const right = width - 6;
  const x = (value: number): number => LEFT + ((right - LEFT) * (value - low)) / (high - low || 1);
  const most = Math.max(1, ...counts);
  const full = Math.log10(most) + 1;
  const y = (n: number): number => FLOOR - ((FLOOR - TOP) * (Math.log10(n) + 1)) / full;
  const text = (attributes: Record<string, string | number>, words: string): SVGElement =>
    svg(
      "text",
      { "font-size": 10.5, "font-family": theme.fontFamily, fill: theme.muted, ...attributes },
      words,
    );
  for (let tick = 1; tick <= most; tick *= 10) {
    root.append(
      svg("line", {
        x1: LEFT,
        x2: right,
        y1: y(tick),
        y2: y(tick),
        stroke: theme.line,
        "stroke-opacity": 0.6,
      }),
      text({ x: LEFT - 4, y: y(tick) + 3.5, "text-anchor": "end" }, shortCount(tick)),
    );
  }
  counts.forEach((n, i) => {
    if (n === 0) return;
    const from = x(edges[i]!);
    const size = Math.max(1, x(edges[i + 1]!) - from - 1);
    root.append(svg("rect", { x: from, y: y(n), width: size, height: FLOOR - y(n), fill: theme.dataLine }));
  });
  root.append(svg("line", { x1: LEFT, x2: right, y1: FLOOR, y2: FLOOR, stroke: theme.foreground }));
  root.append(
    text({ x: LEFT, y: HEIGHT - 5 }, number(low)),
    text({ x: right, y: HEIGHT - 5, "text-anchor": "end" }, number(high)),
  );
  if (low < 0 && high > 0 && x(0) - LEFT > 40 && right - x(0) > 40)
    root.append(text({ x: x(0), y: HEIGHT - 5, "text-anchor": "middle" }, "0"));
  marks.forEach(({ value, label: words, dashed }, i) => {
    const at = x(value);
    const dash = dashed ? { "stroke-dasharray": "4 3" } : {};
    const anchor = at > width * 0.6 ? "end" : "start";
    root.append(
      svg("line", {
        x1: at,
        x2: at,
        y1: 6 + 13 * i,
        y2: FLOOR,
        stroke: theme.mark,
        "stroke-width": 2,
        ...dash,
      }),
      text(
        {
          x: at + (anchor === "end" ? -5 : 5),
          y: 12 + 13 * i,
          "text-anchor": anchor,
          fill: theme.mark,
          "font-weight": 600,
        },
        words,
      ),
    );
  });
  return root;
}

const shortCount = (n: number): string => (n >= 1000 ? `${count(n / 1000)}k` : count(n));
