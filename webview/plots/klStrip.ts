/** One measure against many random ones on a line: where the result stands among its null. Pure: data to SVG. */
import { svg } from "../shared/dom";
import { number } from "../shared/format";
import type { Theme } from "../shared/theme";

/** Size and colours. */
export interface KlStripOptions {
  readonly width: number;
  readonly theme: Theme;
  /** Unit, for the axis. */
  readonly unit: string;
  /** What the draws are. */
  readonly what: string;
}

const HEIGHT = 58;
const AXIS = 36;

/** Random draws as ticks, the result as a marked line with its number; from zero to the largest of all. */
export function klStrip(result: number, draws: readonly number[], options: KlStripOptions): SVGSVGElement {
  const { width, theme } = options;
  const left = 4;
  const right = width - 4;
  const most = Math.max(result, ...draws, 1e-9);
  const x = (value: number): number => left + ((right - left) * Math.max(0, value)) / most;
  const root = svg("svg", { width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`, role: "img" });
  root.setAttribute(
    "aria-label",
    `KL ${number(result)} ${options.unit} against ${draws.length} ${options.what} from ${number(Math.min(...draws))} to ${number(Math.max(...draws))}`,
  );
  root.append(svg("line", { x1: left, x2: right, y1: AXIS, y2: AXIS, stroke: theme.line }));
  for (const value of draws) {
    root.append(
      svg("line", {
        x1: x(value),
        x2: x(value),
        y1: AXIS - 12,
        y2: AXIS,
        stroke: theme.foreground,
        "stroke-opacity": 0.6,
      }),
    );
  }
  const at = x(result);
  root.append(
    svg("line", { x1: at, x2: at, y1: AXIS - 20, y2: AXIS + 3, stroke: theme.mark, "stroke-width": 2.5 }),
  );
  const text = (attributes: Record<string, string | number>, words: string): SVGElement =>
    svg(
      "text",
      { "font-size": 10.5, "font-family": theme.fontFamily, fill: theme.muted, ...attributes },
      words,
    );
  const anchor = at > width * 0.7 ? "end" : at < width * 0.15 ? "start" : "middle";
  root.append(
    text(
      { x: at, y: 11, "text-anchor": anchor, fill: theme.mark, "font-weight": 600 },
      `steered ${number(result)}`,
    ),
    text({ x: left, y: HEIGHT - 6 }, "0"),
    text({ x: right, y: HEIGHT - 6, "text-anchor": "end" }, `${number(most)} ${options.unit}`),
  );
  return root;
}
