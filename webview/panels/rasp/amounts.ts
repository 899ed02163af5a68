/** Values as amounts for colours: False and zero are nothing, True is the whole scale. Pure. */
import type { RaspRow, RaspStep } from "../../../src/protocol/raspPicture";

/** What a cell is on the scale of its step. */
export interface Scale {
  /** The largest size among the numbers; 0 where there are none, or only zeros. */
  readonly max: number;
  readonly numbers: boolean;
  readonly negative: boolean;
  readonly bools: boolean;
}

const isNumeric = ({ type }: RaspRow): boolean => type === "int" || type === "float";

/** Python's "inf" is not JavaScript's; "nan" and everything else that is no number is null. */
function numberOf(cell: string): number | null {
  if (cell === "inf") return Infinity;
  if (cell === "-inf") return -Infinity;
  const value = cell.trim() === "" ? NaN : Number(cell);
  return Number.isNaN(value) ? null : value;
}

/** All rows that a step shows. */
export function rowsOf(step: RaspStep): readonly RaspRow[] {
  const compared = step.comparisons.flatMap(({ keys, queries }) => [keys, queries]);
  return [...compared, ...step.operands, ...(step.result ? [step.result] : [])];
}

/** One scale for all numbers of a step, so that equal colours are equal numbers. */
export function scaleOf(rows: readonly RaspRow[]): Scale {
  const numbers = rows
    .filter(isNumeric)
    .flatMap(({ cells }) => cells.map(numberOf).filter((x) => x !== null));
  const finite = numbers.filter(Number.isFinite);
  return {
    max: finite.reduce((most, x) => Math.max(most, Math.abs(x)), 0),
    numbers: numbers.length > 0,
    negative: numbers.some((x) => x < 0),
    bools: rows.some(({ type }) => type === "bool"),
  };
}

/** −1 … 1, zero for nothing; null where the value is no amount: strings, mixed rows, nan. */
export function shareOf(row: RaspRow, cell: string, { max }: Scale): number | null {
  if (row.type === "bool") return cell === "T" ? 1 : 0;
  if (!isNumeric(row)) return null;
  const value = numberOf(cell);
  if (value === null) return null;
  if (!Number.isFinite(value)) return Math.sign(value);
  return max > 0 ? value / max : 0;
}
