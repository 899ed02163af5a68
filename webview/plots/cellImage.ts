/** Numbers as an image, one pixel a cell: what is too much for elements. */
import { parseColour } from "../shared/colour";
import type { Theme } from "../shared/theme";

/** Cells of an image, row-major. */
export interface CellImage {
  readonly columns: number;
  readonly rows: number;
  /** Share of the scale, 0 … 1; null leaves the cell empty. */
  readonly value: (row: number, column: number) => number | null;
}

const steps = 64;

/** Paints the cells into a canvas, which gets one pixel for each. */
export function paintCells(
  canvas: HTMLCanvasElement,
  { columns, rows, value }: CellImage,
  theme: Theme,
): void {
  canvas.width = columns;
  canvas.height = rows;
  const context = canvas.getContext("2d");
  if (!context || columns === 0 || rows === 0) return;
  const ramp = Array.from({ length: steps + 1 }, (_, i) => bytesOf(theme.sequential(i / steps).ground));
  const image = context.createImageData(columns, rows);
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, at += 4) {
      const share = value(row, column);
      if (share === null) continue;
      image.data.set(ramp[Math.round(Math.min(1, Math.max(0, share)) * steps)]!, at);
    }
  }
  context.putImageData(image, 0, 0);
}

/** The cells as the address of a picture. */
export function cellsAddress(cells: CellImage, theme: Theme): string {
  const canvas = document.createElement("canvas");
  paintCells(canvas, cells, theme);
  return canvas.toDataURL("image/png");
}

function bytesOf(colour: string): readonly number[] {
  const rgb = parseColour(colour) ?? [0, 0, 0];
  return [...rgb.map((x) => Math.round(x * 255)), 255];
}
