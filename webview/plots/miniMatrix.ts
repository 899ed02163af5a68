/** Matrices and rows of a few pixels, for thumbnails. Pure: data to SVG. */
import { svg } from "../shared/dom";

/** Colours of a miniature. */
export interface MiniInk {
  readonly ground: string;
  readonly ink: string;
  readonly line: string;
}

/** A matrix of "0" and "1" as a square of `side` pixels; neighbours in a row are drawn as one piece. */
export function miniMatrix(
  rows: readonly string[],
  side: number,
  { ground, ink, line }: MiniInk,
): SVGSVGElement {
  const [height, width] = [rows.length, rows[0]?.length ?? 0];
  const [x, y] = [side / Math.max(1, width), side / Math.max(1, height)];
  const pieces = rows.flatMap((row, i) =>
    [...row.matchAll(/1+/g)].map(
      ({ index, 0: run }) =>
        `M${round(index * x)} ${round(i * y)}h${round(run.length * x)}v${round(y)}h${round(-run.length * x)}z`,
    ),
  );
  return svg(
    "svg",
    { class: "mini", width: side, height: side, viewBox: `0 0 ${side} ${side}`, "aria-hidden": "true" },
    svg("rect", { width: side, height: side, fill: ground }),
    svg("path", { d: pieces.join(""), fill: ink }),
    svg("rect", { x: 0.5, y: 0.5, width: side - 1, height: side - 1, fill: "none", stroke: line }),
  );
}

/** Rows of coloured cells, the last one set apart; null is a cell without an amount, drawn as a dash. */
export function miniRows(
  rows: readonly (readonly (string | null)[])[],
  width: number,
  { ground, line }: Omit<MiniInk, "ink">,
): SVGSVGElement {
  const high = 7;
  const gap = 3;
  const tops = rows.map((_, i) => i * high + (i === rows.length - 1 && i > 0 ? gap : 0));
  const height = (tops.at(-1) ?? 0) + high;
  const parts = rows.flatMap((cells, i) => {
    const top = tops[i]!;
    const wide = width / Math.max(1, cells.length);
    const painted = cells.flatMap((fill, j) =>
      fill === null
        ? [
            svg("rect", {
              x: (j + 0.25) * wide,
              y: top + high / 2 - 0.5,
              width: wide / 2,
              height: 1,
              fill: line,
            }),
          ]
        : [svg("rect", { x: j * wide, y: top, width: wide, height: high, fill })],
    );
    const frame = { x: 0.5, y: top + 0.5, width: width - 1, height: high - 1, fill: "none", stroke: line };
    return [svg("rect", { y: top, width, height: high, fill: ground }), ...painted, svg("rect", frame)];
  });
  return svg(
    "svg",
    { class: "mini", width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" },
    ...parts,
  );
}

const round = (x: number): number => Math.round(x * 100) / 100;
