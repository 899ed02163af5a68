/** A row of values as small painted cells: a whole selection at a glance. Pure: data to SVG. */
import { svg } from "../shared/dom";
import type { Paint } from "../shared/scales";

/** Size and paint of the cells. */
export interface HeatCellsOptions {
  readonly width: number;
  readonly height: number;
  /** Paint of a value; scaled by the caller. */
  readonly scale: (value: number) => Paint;
  /** Frame around the row, so that cells near zero are seen to be there. */
  readonly line: string;
  /** In high contrast the size is a bar too, from below for positive, from above for negative values; `full` fills the cell. */
  readonly full?: number;
}

/** Cells from left to right; where there are more values than room, a cell shows the strongest of its share. */
export function heatCells(values: readonly number[], options: HeatCellsOptions): SVGSVGElement {
  const { width, height, scale, line, full } = options;
  const nCells = Math.max(1, Math.min(values.length, Math.floor(width / 3)));
  const each = Math.min(16, width / nCells);
  const used = each * nCells;
  const root = svg("svg", { width: used, height, viewBox: `0 0 ${used} ${height}`, "aria-hidden": "true" });
  for (let i = 0; i < nCells; i++) {
    const from = Math.floor((i * values.length) / nCells);
    const to = Math.max(from + 1, Math.floor(((i + 1) * values.length) / nCells));
    const value = strongest(values.slice(from, to));
    const paint = scale(value);
    root.append(svg("rect", { x: i * each, y: 0, width: each + 0.3, height, fill: paint.ground }));
    if (full) {
      const bar = Math.min(1, Math.abs(value) / full) * (height - 2);
      const size = { x: i * each + each * 0.3, width: Math.max(1, each * 0.4), height: bar };
      root.append(svg("rect", { ...size, y: value < 0 ? 1 : height - 1 - bar, fill: paint.text }));
    }
  }
  root.append(
    svg("rect", { x: 0.5, y: 0.5, width: used - 1, height: height - 1, fill: "none", stroke: line }),
  );
  return root;
}

const strongest = (values: readonly number[]): number =>
  values.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
