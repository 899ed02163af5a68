/** Mean surprisal of a text's tokens over the rows, as a small line. Pure: data to SVG. */
import type { LensPerplexity } from "../../src/protocol/lens";
import { svg } from "../shared/dom";
import { logs, number } from "../shared/format";
import type { Theme } from "../shared/theme";
import { rowName } from "./lensColumns";
import { inLogUnit, logUnit } from "../shared/logUnit";

/** Size and colours. */
export interface PerplexityOptions {
  readonly width: number;
  readonly height: number;
  readonly theme: Theme;
}

const PAD = { left: 34, right: 70, top: 16, bottom: 16 };

/** Rows to the right, the mean upward from zero; the last value is written at the line's end. */
export function perplexityChart(
  { surprisal: inNats }: LensPerplexity,
  options: PerplexityOptions,
): SVGSVGElement {
  const surprisal = inNats.map(inLogUnit);
  const { width, height, theme } = options;
  const last = surprisal.length - 1;
  const most = Math.max(1e-9, ...surprisal);
  const right = width - PAD.right;
  const x = (row: number): number => PAD.left + ((right - PAD.left) * row) / Math.max(1, last);
  const y = (value: number): number => height - PAD.bottom - (height - PAD.top - PAD.bottom) * (value / most);
  const root = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img" });
  const end = surprisal[last] ?? 0;
  root.setAttribute(
    "aria-label",
    `Mean surprisal over the layers: from ${logs(inNats[0])} to ${logs(inNats[last])}`,
  );
  const text = (attributes: Record<string, string | number>, words: string): SVGElement =>
    svg(
      "text",
      { fill: theme.muted, "font-size": 10.5, "font-family": theme.fontFamily, ...attributes },
      words,
    );
  const rule = (value: number): SVGElement =>
    svg("line", {
      x1: PAD.left,
      x2: right,
      y1: y(value),
      y2: y(value),
      stroke: theme.line,
      "stroke-width": 1,
    });
  const axis = { "text-anchor": "end", x: PAD.left - 5 };
  root.append(
    rule(0),
    rule(most),
    text({ ...axis, y: y(0) + 3.5 }, "0"),
    text({ ...axis, y: y(most) + 3.5 }, number(most)),
    text({ x: PAD.left, y: 9 }, `mean surprisal, ${logUnit()}`),
  );
  for (const row of rowsNamed(last, right - PAD.left))
    root.append(text({ x: x(row), y: height - 3, "text-anchor": "middle" }, rowName(row, last)));
  const points = surprisal.map((value, row) => `${x(row).toFixed(1)},${y(value).toFixed(1)}`).join(" ");
  const line = { fill: "none", stroke: theme.dataLine, "stroke-width": 2, "stroke-linejoin": "round" };
  root.append(svg("polyline", { points, ...line }));
  root.append(text({ x: right + 6, y: y(end) + 3.5, fill: theme.dataLine }, number(end)));
  return root;
}

function rowsNamed(last: number, width: number): readonly number[] {
  const step = Math.max(1, Math.ceil(last / Math.max(1, Math.floor(width / 30))));
  const rows = Array.from({ length: last + 1 }, (_, row) => row);
  return rows.filter((row) => row === 0 || row === last || (row % step === 0 && last - row >= step));
}
