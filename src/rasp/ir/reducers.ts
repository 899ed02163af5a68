/**
 * What an aggregate makes of the values it selects; the dialects differ in nothing else there.
 *
 * Sources: RASP (Weiss et al. 2021), RASPy (Rush and Weiss 2023), RASP-L (Zhou et al. 2023), Tracr (Lindner et al. 2023).
 */
import { RaspError } from "../source/raspError";
import { Float, asInt, asNumber, isNumeric, typeOf, type Atom } from "../values/atom";
import { arithmetic } from "../values/arithmetic";
import { compareAtoms, nameOfType } from "../values/compare";
import { sequenceType, type Sequence } from "../values/sequence";

/** Reduces the values of one row. */
export interface Reducer {
  readonly name: string;
  /** Called once for a whole sequence, before its rows; says what forbids more than one value in a row, or null. */
  forbids?(sequence: Sequence): string | null;
  /** At least `least` values, in order of position. Rows with fewer: none gives the default, one the value itself. */
  readonly least: 1 | 2;
  reduce(values: Sequence): Atom;
}

/** Original RASP: a float, and only of ints and floats. The check looks at the whole sequence. */
export const mean: Reducer = {
  name: "mean",
  least: 2,
  forbids(sequence) {
    const type = sequenceType(sequence);
    if (type === "int" || type === "float") return null;
    const hint = type === "bool" ? "; indicator(…) makes 0 and 1 of bools" : "";
    return `aggregate cannot average ${type}s where more than one position is selected${hint}.`;
  },
  reduce: average,
};

/** Tracr: as in RASP, but bools may be averaged too, and only the selected values count. */
export const meanOrNone: Reducer = { name: "mean-or-none", least: 2, reduce: average };

/** RASPy: Python's sum, which begins at the int 0. */
export const sum: Reducer = {
  name: "sum",
  least: 2,
  reduce: (values) => values.reduce<Atom>((total, value) => arithmetic("+", total, value), 0),
};

/** RASP-L: the mean, cut to an int toward zero; of a single value too. */
export const truncatedMean: Reducer = {
  name: "truncated-mean",
  least: 1,
  reduce: (values) => Math.trunc(asNumber(average(values))) + 0,
};

/** RASP-L: the largest. */
export const largest: Reducer = { name: "max", least: 1, reduce: (values) => extreme(values, ">") };

/** RASP-L: the smallest. */
export const smallest: Reducer = { name: "min", least: 1, reduce: (values) => extreme(values, "<") };

/** The number of selected positions, whatever stands there; the value is not looked at. */
export const count: Reducer = { name: "count", least: 1, reduce: (values) => values.length };

function average(values: Sequence): Float {
  let total: Atom = 0;
  for (const value of values) {
    if (!isNumeric(value)) {
      throw new RaspError(
        "type",
        `aggregate cannot average ${typeOf(value) === "string" ? "strings" : nameOfType(value)}.`,
      );
    }
    total = arithmetic("+", total, value);
  }
  const exact = asInt(total);
  return exact === null
    ? new Float(asNumber(total) / values.length)
    : (arithmetic("/", exact, values.length) as Float);
}

function extreme(values: Sequence, sign: "<" | ">"): Atom {
  return values.reduce((best, value) => (compareAtoms(sign, value, best) ? value : best));
}
