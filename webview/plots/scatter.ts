/** Pairs of scores as points, with a line where each list's sides part. Pure: data to SVG. */
import { svg } from "../shared/dom";
import { number } from "../shared/format";
import type { Theme } from "../shared/theme";

/** What is drawn around the points. */
export interface ScatterOptions {
  readonly size: number;
  readonly theme: Theme;
  readonly names: readonly [across: string, up: string];
  /** Null: no line. */
  readonly thresholds: readonly [across: number | null, up: number | null];
  readonly label: string;
}

const PAD = { left: 46, right: 12, top: 18, bottom: 32 };

/** Points over their ranges. */
export function scatter(
  points: readonly (readonly [number, number])[],
  { size, theme, names, thresholds, label }: ScatterOptions,
): SVGSVGElement {
  const root = svg("svg", { width: size, height: size, viewBox: `0 0 ${size} ${size}`, role: "img" });
  root.setAttribute("aria-label", label);
  const range = (axis: 0 | 1): readonly [number, number] => {
    const all = [...points.map((point) => point[axis]), ...[thresholds[axis]].filter((one) => one !== null)];
    const [low, high] = [Math.min(...all), Math.max(...all)];
    return low < high ? [low, high] : [low - 1, high + 1];
  };
  const [across, up] = [range(0), range(1)];
  const [right, bottom] = [size - PAD.right, size - PAD.bottom];
  const x = (value: number): number =>
    PAD.left + ((right - PAD.left) * (value - across[0])) / (across[1] - across[0]);
  const y = (value: number): number => bottom - ((bottom - PAD.top) * (value - up[0])) / (up[1] - up[0]);
  const text = (attributes: Record<string, string | number>, words: string): SVGElement =>
    svg(
      "text",
      { fill: theme.muted, "font-size": 10.5, "font-family": theme.fontFamily, ...attributes },
      words,
    );
  const rule = (ends: Record<string, number>, dash: string | undefined): SVGElement =>
    svg("line", { ...ends, stroke: dash ? theme.muted : theme.line, "stroke-dasharray": dash });
  root.append(
    rule({ x1: PAD.left, x2: right, y1: bottom, y2: bottom }, undefined),
    rule({ x1: PAD.left, x2: PAD.left, y1: PAD.top, y2: bottom }, undefined),
  );
  const [first, second] = thresholds;
  if (first !== null) root.append(rule({ x1: x(first), x2: x(first), y1: PAD.top, y2: bottom }, "3 3"));
  if (second !== null) root.append(rule({ x1: PAD.left, x2: right, y1: y(second), y2: y(second) }, "3 3"));
  for (const [a, b] of points)
    root.append(svg("circle", { cx: x(a), cy: y(b), r: 1.75, fill: theme.dataLine, "fill-opacity": 0.55 }));
  root.append(
    text({ x: PAD.left, y: 10 }, names[1]),
    text({ x: right, y: size - 3, "text-anchor": "end" }, names[0]),
    text({ x: PAD.left, y: bottom + 12, "text-anchor": "middle" }, number(across[0])),
    text({ x: right, y: bottom + 12, "text-anchor": "end" }, number(across[1])),
    text({ x: PAD.left - 4, y: bottom, "text-anchor": "end" }, number(up[0])),
    text({ x: PAD.left - 4, y: PAD.top + 8, "text-anchor": "end" }, number(up[1])),
  );
  return root;
}
