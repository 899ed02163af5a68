/** Where the parts of a selector's grid stand: its lines, tracks and sizes. */
import type { RaspStep } from "../../../src/protocol/raspPicture";
import { cellSizes, characterWidth, NARROW, widthFor } from "./cells";
import { codeText } from "./words";

/** Space between the matrix and what stands around it. */
export const GAP = 8;
/** Height of lines of small words. */
export const HEAD = 18;

/** Sizes in pixels, and lines of the CSS grid, which count from 1. */
export interface SelectorFrame {
  readonly comparisons: number;
  /** A side bar: words are left out where a letter says the same. */
  readonly narrow: boolean;
  readonly keys: number;
  readonly sizes: {
    readonly labels: number;
    readonly query: number;
    readonly cell: number;
    readonly result: number;
  };
  readonly height: number;
  /** Width for the name of the first column of queries. */
  readonly nameRoom: number;
  /** First line of the matrix, and of the values below. */
  readonly matrixLine: number;
  readonly valuesLine: number;
  /** First column of the matrix, and the column of the result. */
  readonly matrixColumn: number;
  readonly resultColumn: number;
  /** The tracks of the columns, for CSS. */
  readonly tracks: string;
}

/** Of a label, besides its name: the small word before it and the gaps. */
const BESIDE = 72;

/** The frame of a step in a room of this width. */
export function frameOf(step: RaspStep, room: number): SelectorFrame {
  const { comparisons, operands, result } = step;
  const [rows, keys] = [step.matrix?.length ?? 0, step.matrix?.[0]?.length ?? 0];
  const upright = [...comparisons.map((one) => one.keys), ...operands];
  const cell = cellSizes(Math.max(rows, keys), upright, room);
  const query = widthFor(
    comparisons.map((one) => one.queries),
    cell.height,
    Math.max(NARROW, (0.3 * room) / Math.max(1, comparisons.length)),
  );
  const letters = [
    ...comparisons.map(({ keys: { label }, sign }) => codeText(label).length + sign.length),
    ...operands.map(({ label }) => codeText(label).length),
  ];
  const wanted = Math.max(0, ...letters) * characterWidth() + BESIDE - query * comparisons.length;
  const most = Math.max(52, Math.min(210, room * 0.34) - query * comparisons.length);
  const labels = Math.round(Math.max(52, Math.min(wanted, most)));
  const resultWidth = result
    ? Math.max(44, widthFor([result], cell.height, Math.max(NARROW, 0.3 * room)))
    : 0;
  const n = comparisons.length;
  const tracks = [
    `${labels}px`,
    n > 0 ? `repeat(${n}, ${query}px)` : "",
    `${GAP}px`,
    keys > 0 ? `repeat(${keys}, ${cell.width}px)` : "",
    result ? `${GAP}px ${resultWidth}px` : "",
  ];
  return {
    comparisons: n,
    narrow: room < 400,
    keys,
    sizes: { labels, query, cell: cell.width, result: resultWidth },
    height: cell.height,
    nameRoom: Math.max(
      90,
      Math.min(room, labels + (n + keys) * Math.max(query, cell.width)) - labels - resultWidth,
    ),
    matrixLine: 2 * n + 2,
    valuesLine: 2 * n + 3 + rows,
    matrixColumn: n + 3,
    resultColumn: n + 4 + keys,
    tracks: tracks.filter(Boolean).join(" "),
  };
}
