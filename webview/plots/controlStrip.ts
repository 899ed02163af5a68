/** One signed effect among those of its controls, on a line with zero. Pure: data to SVG. */
import { svg } from "../shared/dom";
import { number } from "../shared/format";
import type { Theme } from "../shared/theme";

/** What a strip shows. */
export interface ControlStripOptions {
  readonly value: number;
  readonly controls: readonly number[];
  readonly label: string;
  readonly unit: string;
  readonly width: number;
  /** The ends of the line: the same for strips that are compared. */
  readonly range: readonly [low: number, high: number];
  readonly theme: Theme;
}

const HEIGHT = 46;
const AXIS = 28;

/** Controls as ticks, the effect as a marked line with its number. */
export function controlStrip(options: ControlStripOptions): SVGSVGElement {
  const { value, controls, width, theme, range, unit } = options;
  const [low, high] = range;
  const left = 4;
  const right = width - 4;
  const x = (at: number): number => left + ((right - left) * (at - low)) / (high - low || 1);
  const root = svg("svg", { width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`, role: "img" });
  const ends =
    controls.length > 0 ? ` from ${number(Math.min(...controls))} to ${number(Math.max(...controls))}` : "";
  root.setAttribute(
    "aria-label",
    `${options.label}: ${number(value)} ${unit}, against ${controls.length} matched neurons${ends}`,
  );
  const upright = (at: number, more: Record<string, string | number>): SVGElement =>
    svg("line", { x1: x(at), x2: x(at), y1: AXIS - 9, y2: AXIS, stroke: theme.foreground, ...more });
  const text = (attributes: Record<string, string | number>, words: string): SVGElement =>
    svg(
      "text",
      { "font-size": 10.5, "font-family": theme.fontFamily, fill: theme.muted, ...attributes },
      words,
    );
  root.append(svg("line", { x1: left, x2: right, y1: AXIS, y2: AXIS, stroke: theme.line }));
  root.append(upright(0, { y1: AXIS - 3, y2: AXIS + 4, stroke: theme.foreground }));
  for (const control of controls) root.append(upright(control, { "stroke-opacity": 0.6 }));
  root.append(upright(value, { y1: AXIS - 14, y2: AXIS + 3, stroke: theme.mark, "stroke-width": 2.5 }));
  const at = x(value);
  const anchor = at > width * 0.7 ? "end" : at < width * 0.2 ? "start" : "middle";
  root.append(
    text({ x: at, y: 10, "text-anchor": anchor, fill: theme.mark, "font-weight": 600 }, number(value)),
    text({ x: left, y: HEIGHT - 4 }, number(low)),
    text({ x: right, y: HEIGHT - 4, "text-anchor": "end" }, `${number(high)} ${unit}`.trim()),
  );
  if (x(0) > 60 && x(0) < width - 90)
    root.append(text({ x: x(0), y: HEIGHT - 4, "text-anchor": "middle" }, "0"));
  return root;
}
