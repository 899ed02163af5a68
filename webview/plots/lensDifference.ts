/** Two lenses side by side: which columns stand for the same position, and what differs. Pure. */
import type { LensView } from "../../src/protocol/lens";
import { commonPrefix } from "../../src/base/commonPrefix";
import { lensColumns, type LensColumn } from "./lensColumns";
import type { Measure, MeasureScale } from "./lensMeasures";

/** A cell of a difference. */
export interface DifferenceCell {
  /** Where the difference lies on the scale, −1 … 1; null where either has no value. */
  readonly t: number | null;
  readonly words: string;
  /** Another top token than before. */
  readonly changed: boolean;
  /** Text of the top token then. */
  readonly before: { readonly id: number; readonly text: string | null } | null;
}

/** What became of each shown column, by its position. */
export interface LensDifference {
  /** Tokens from the start that both runs share. */
  readonly shared: number;
  readonly columns: ReadonlyMap<number, readonly DifferenceCell[]>;
}

/** Positions are compared one by one from the common beginning; a position that one of them lacks is left out. */
export function lensDifference(
  now: LensView,
  before: LensView,
  { measure, scale }: { readonly measure: Measure; readonly scale: MeasureScale },
): LensDifference {
  const shared = commonPrefix(now.window.ids, before.window.ids);
  const old = new Map(lensColumns(before).map((column) => [column.pos, column]));
  const columns = new Map<number, readonly DifferenceCell[]>();
  for (const column of lensColumns(now)) {
    const other = old.get(column.pos);
    if (other && other.cells.length === column.cells.length && shared > 0)
      columns.set(column.pos, cellsOf(column, other, measure, scale));
  }
  return { shared, columns };
}

function cellsOf(
  column: LensColumn,
  other: LensColumn,
  measure: Measure,
  scale: MeasureScale,
): readonly DifferenceCell[] {
  return column.cells.map((cell, row) => {
    const then = other.cells[row]!;
    const [a, b] = [measure.value(cell), measure.value(then)];
    const top = then.top[0];
    return {
      t: a === null || b === null ? null : scale.difference(a, b),
      words: `${measure.words(b)}, then ${measure.words(a)}`,
      changed: cell.top[0]?.id !== top?.id,
      before: top ? { id: top.id, text: top.text } : null,
    };
  });
}
