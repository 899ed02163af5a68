/** The value of a selector: a boolean matrix. */

/** `cells[query * columns + key]` is 1 where the query selects the key. */
export interface Matrix {
  /** Queries. */
  readonly rows: number;
  /** Keys. */
  readonly columns: number;
  readonly cells: Uint8Array;
}

/** As rows of 0 and 1: for JSON and tables. */
export function matrixRows(matrix: Matrix): number[][] {
  const { rows, columns, cells } = matrix;
  return Array.from({ length: rows }, (_, row) => [...cells.subarray(row * columns, (row + 1) * columns)]);
}
