/** A head’s pattern as a stand-alone drawing for export: exact cells, never smoothed; of many tokens as an image in it. */
import { svg } from "../shared/dom";
import type { Theme } from "../shared/theme";
import { cellsAddress } from "./cellImage";

/** What is drawn. */
export interface PatternDrawing {
  /** Row-major; null is left empty. */
  readonly rows: readonly (readonly (number | null)[])[];
  readonly labels: readonly string[];
  /** The weight that gets the strongest colour. */
  readonly max: number;
  /** Number of columns at the left that set no scale and are hatched. */
  readonly sinks: number;
  /** "0%" and the like for the ends of the key, and what it is a key to. */
  readonly key: { readonly low: string; readonly high: string; readonly label: string };
  /** What is hatched, in words. */
  readonly hatched: string;
  readonly footer: string;
  readonly theme: Theme;
}

const LEFT = 92;
const TOP = 92;
const PAD = 8;
/** Tokens from which on the cells are one image with a pixel each, not shapes. */
const MOST_SHAPES = 128;

/** The drawing; its size follows the number of tokens. */
export function patternSvg(drawing: PatternDrawing): SVGSVGElement {
  const { rows, labels, theme, sinks, max } = drawing;
  const n = labels.length;
  const cell = Math.max(2, Math.min(22, Math.floor(620 / Math.max(1, n))));
  const side = n * cell;
  const width = LEFT + Math.max(side, 260) + PAD;
  const keyHeight = sinks > 0 ? 32 : 14;
  const height = TOP + side + keyHeight + 34;
  const root = svg("svg", {
    xmlns: "http://www.w3.org/2000/svg",
    width,
    height,
    viewBox: `0 0 ${width} ${height}`,
    "font-family": theme.monoFamily,
    "font-size": 11,
  });
  root.append(svg("rect", { width, height, fill: theme.background }), hatching(theme));
  const shareOf = (weight: number | null | undefined): number | null =>
    weight === null || weight === undefined ? null : max > 0 ? weight / max : 0;
  if (n > MOST_SHAPES) {
    const value = (i: number, j: number): number | null => shareOf(rows[i]?.[j]);
    const href = cellsAddress({ columns: n, rows: n, value }, theme);
    const place = { x: LEFT, y: TOP, width: side, height: side, preserveAspectRatio: "none" };
    root.append(svg("image", { ...place, href, style: "image-rendering: pixelated" }));
  } else
    root.append(...shapes(rows, { cell, paint: (weight) => theme.sequential(shareOf(weight) ?? 0).ground }));
  if (sinks > 0)
    root.append(svg("rect", { x: LEFT, y: TOP, width: sinks * cell, height: side, fill: "url(#hatch)" }));
  root.append(svg("rect", { x: LEFT, y: TOP, width: side, height: side, fill: "none", stroke: theme.line }));
  root.append(...labelTexts(labels, cell, theme), ...keyParts(drawing, TOP + side + 14));
  if (sinks > 0) root.append(...hatchedParts(drawing, TOP + side + 32));
  root.append(
    svg(
      "text",
      { x: LEFT, y: height - 8, fill: theme.muted, "font-size": 10, "font-family": theme.fontFamily },
      drawing.footer,
    ),
  );
  return root;
}

/** One shape a cell. */
function shapes(
  rows: PatternDrawing["rows"],
  { cell, paint }: { cell: number; paint: (weight: number) => string },
): SVGElement[] {
  return rows.flatMap((row, i) =>
    row.flatMap((weight, j) =>
      weight === null
        ? []
        : [
            svg("rect", {
              x: LEFT + j * cell,
              y: TOP + i * cell,
              width: cell,
              height: cell,
              fill: paint(weight),
            }),
          ],
    ),
  );
}

function hatching(theme: Theme): SVGElement {
  const d = "M-1,1 l2,-2 M0,6 l6,-6 M5,7 l2,-2";
  const lines = svg("path", { d, stroke: theme.foreground, "stroke-width": 0.8, "stroke-opacity": 0.6 });
  return svg(
    "defs",
    {},
    svg("pattern", { id: "hatch", width: 6, height: 6, patternUnits: "userSpaceOnUse" }, lines),
  );
}

/** Labels of rows and columns; they thin out before they overlap. */
function labelTexts(labels: readonly string[], cell: number, theme: Theme): SVGElement[] {
  const step = Math.max(1, Math.ceil(13 / cell));
  return labels.flatMap((label, i) => {
    if (i % step !== 0) return [];
    const characters = [...label];
    const words = characters.length > 12 ? `${characters.slice(0, 11).join("")}…` : label;
    const middle = i * cell + cell / 2 + 4;
    const row = svg(
      "text",
      { x: LEFT - 6, y: TOP + middle, "text-anchor": "end", fill: theme.foreground },
      words,
    );
    const turn = `translate(${LEFT + middle} ${TOP - 6}) rotate(-90)`;
    return [row, svg("text", { transform: turn, fill: theme.foreground }, words)];
  });
}

/** What the hatching stands for, under the ramp. */
function hatchedParts({ hatched, theme }: PatternDrawing, y: number): SVGElement[] {
  const box = { x: LEFT, y, width: 14, height: 10 };
  return [
    svg("rect", { ...box, fill: "url(#hatch)", stroke: theme.line }),
    svg(
      "text",
      { x: LEFT + 20, y: y + 8.5, "font-size": 10, "font-family": theme.fontFamily, fill: theme.muted },
      hatched,
    ),
  ];
}

function keyParts({ key, theme }: PatternDrawing, y: number): SVGElement[] {
  const steps = 24;
  const words = { y: y + 8.5, "font-size": 10, "font-family": theme.fontFamily, fill: theme.muted };
  const start = LEFT + 8 * key.low.length;
  const ramp = Array.from({ length: steps }, (_, i) => {
    const fill = theme.sequential(i / (steps - 1)).ground;
    return svg("rect", { x: start + i * 3.5, y, width: 4, height: 10, fill });
  });
  const end = start + steps * 3.5 + 6;
  return [
    svg("text", { ...words, x: LEFT }, key.low),
    ...ramp,
    svg("text", { ...words, x: end }, `${key.high}   ${key.label}`),
  ];
}
