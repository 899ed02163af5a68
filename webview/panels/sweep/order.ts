/** Rows and columns as they are drawn: layers upward, strengths to the right, whatever the plan's order is. */
import type { SweepCells } from "../../../src/protocol/steeringSweep";

/** Places of a plan by places of the picture, and back. */
export interface Order {
  readonly rows: readonly number[];
  readonly columns: readonly number[];
}

/** The order of a table's rows (highest layer first) and columns (lowest strength first). */
export function orderOf({ layers, strengths }: SweepCells): Order {
  const sorted = (values: readonly number[], sign: 1 | -1): number[] =>
    values.map((_, i) => i).sort((a, b) => sign * ((values[a] ?? 0) - (values[b] ?? 0)));
  return { rows: sorted(layers, -1), columns: sorted(strengths, 1) };
}

/** A table in that order. */
export function ordered<T>({ rows, columns }: Order, table: readonly (readonly T[])[]): T[][] {
  return rows.map((row) => columns.map((column) => table[row]![column]!));
}

/** The plan's cell that is drawn somewhere. */
export function cellAt({ rows, columns }: Order, row: number, column: number): readonly [number, number] {
  return [rows[row] ?? 0, columns[column] ?? 0];
}

/** Where a cell of the plan is drawn. */
export function drawnAt(
  { rows, columns }: Order,
  [row, column]: readonly [number, number],
): [number, number] {
  return [rows.indexOf(row), columns.indexOf(column)];
}
