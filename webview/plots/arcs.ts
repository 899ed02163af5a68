/** Arcs over a line of tokens: from the query to each key it attends to, thicker the more. Pure: data to SVG. */
import { svg } from "../shared/dom";
import type { Theme } from "../shared/theme";

/** One arc: places on the line in pixels, and the weight as a share of the scale. */
export interface Arc {
  readonly index: number;
  readonly share: number;
  /** Position 0 and added tokens: drawn dashed, as they are hatched elsewhere. */
  readonly sink: boolean;
  readonly words: string;
}

/** What is drawn. */
export interface ArcsDrawing {
  /** Middle of each token. */
  readonly centres: readonly number[];
  readonly query: number;
  readonly arcs: readonly Arc[];
  readonly width: number;
  readonly label: string;
  readonly theme: Theme;
}

/** Height of the drawing in pixels. */
export const arcsHeight = 104;
const FOOT = 3;
const LABELLED = 3;

/** The drawing; weak arcs lie under strong ones, and the strongest say their weight. */
export function arcsSvg({ centres, query, arcs, width, label, theme }: ArcsDrawing): SVGSVGElement {
  const root = svg("svg", {
    class: "arcs",
    width,
    height: arcsHeight,
    viewBox: `0 0 ${width} ${arcsHeight}`,
    role: "img",
    "aria-label": label,
    "font-family": theme.fontFamily,
    "font-size": 10,
  });
  const ordered = [...arcs].sort((a, b) => a.share - b.share);
  const to = centres[query] ?? 0;
  const tops: { readonly x: number; readonly y: number; readonly words: string }[] = [];
  for (const arc of ordered) {
    const from = centres[arc.index];
    if (from === undefined) continue;
    const { path, top } = shapeOf(from, to);
    root.append(
      svg("path", {
        d: path,
        fill: "none",
        stroke: arc.sink ? theme.muted : theme.dataLine,
        "stroke-width": arcWidth(arc.share),
        "stroke-opacity": theme.highContrast ? 1 : 0.35 + 0.65 * arc.share,
        "stroke-dasharray": arc.sink ? "4 3" : undefined,
        "data-key": arc.index,
      }),
    );
    tops.push({ ...top, words: arc.words });
  }
  root.append(...labels(tops.slice(-LABELLED).reverse(), { width, theme }));
  return root;
}

/** Thickness of an arc in pixels. */
export const arcWidth = (share: number): number => 0.75 + 5.25 * Math.min(1, Math.max(0, share));

function shapeOf(
  from: number,
  to: number,
): { readonly path: string; readonly top: { readonly x: number; readonly y: number } } {
  const y = arcsHeight - FOOT;
  if (from === to) {
    const path = `M${from - 4},${y} C${from - 16},${y - 26} ${from + 16},${y - 26} ${from + 4},${y}`;
    return { path, top: { x: from, y: y - 20 } };
  }
  const across = Math.abs(to - from) / 2;
  const up = Math.min(arcsHeight - FOOT - 16, 12 + across * 0.7);
  const sweep = from < to ? 1 : 0;
  const path = `M${from},${y} A${across},${up} 0 0 ${sweep} ${to},${y}`;
  return { path, top: { x: (from + to) / 2, y: y - up } };
}

/** Numbers at the tops of arcs; one that would cover another is left out. */
function labels(
  tops: readonly { readonly x: number; readonly y: number; readonly words: string }[],
  { width, theme }: { readonly width: number; readonly theme: Theme },
): SVGElement[] {
  const drawn: { readonly x: number; readonly y: number }[] = [];
  return tops.flatMap(({ x, y, words }) => {
    const room = 4 + 3 * words.length;
    const place = { x: Math.min(width - room, Math.max(room, x)), y: Math.max(10, y - 4) };
    if (drawn.some((one) => Math.abs(one.x - place.x) < 2 * room && Math.abs(one.y - place.y) < 12))
      return [];
    drawn.push(place);
    return [
      svg(
        "text",
        {
          ...place,
          "text-anchor": "middle",
          fill: theme.foreground,
          stroke: theme.background,
          "stroke-width": 3,
          "stroke-linejoin": "round",
          "paint-order": "stroke",
        },
        words,
      ),
    ];
  });
}
