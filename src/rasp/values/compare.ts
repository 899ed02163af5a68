/** Python's comparisons of atoms. */
import { RaspError } from "../source/raspError";
import { Float, Tuple, asNumber, isNumeric, typeOf, type Atom } from "./atom";

/** The six comparisons. */
export type Comparison = "==" | "!=" | "<" | "<=" | ">" | ">=";

/** Equality: numbers by value whatever their type, everything else only with its own type. Never an error. */
export function atomsEqual(a: Atom, b: Atom): boolean {
  if (typeof a === typeof b && typeof a !== "object") return a === b;
  if (isNumeric(a) && isNumeric(b)) return numbersEqual(a, b);
  if (a instanceof Tuple && b instanceof Tuple) {
    return a.items.length === b.items.length && a.items.every((item, i) => atomsEqual(item, b.items[i]));
  }
  return a === b;
}

function numbersEqual(a: Atom, b: Atom): boolean {
  // Compared as they are: a large int and the float beside it differ, though both become the same number.
  if (typeof a === "bigint" || typeof b === "bigint") {
    const [x, y] = [looseNumber(a), looseNumber(b)];
    return x <= y && x >= y;
  }
  return asNumber(a) === asNumber(b);
}

/** Number or bigint, which JavaScript compares by exact value. */
function looseNumber(atom: Atom): number | bigint {
  return typeof atom === "bigint" ? atom : asNumber(atom);
}

/**
 * Order: negative, zero or positive; NaN where a float is NaN.
 * @throws {RaspError} "type" for unlike types
 */
function order(a: Atom, b: Atom, sign: string): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (typeof a === "string" && typeof b === "string") return compareTexts(a, b);
  if (isNumeric(a) && isNumeric(b)) {
    const [x, y] = [looseNumber(a), looseNumber(b)];
    if (x < y) return -1;
    if (x > y) return 1;
    return x <= y ? 0 : Number.NaN;
  }
  if (a instanceof Tuple && b instanceof Tuple) {
    for (let i = 0; i < Math.min(a.items.length, b.items.length); i++) {
      if (!atomsEqual(a.items[i], b.items[i])) return order(a.items[i], b.items[i], sign);
    }
    return a.items.length - b.items.length;
  }
  throw new RaspError("type", `${sign} cannot order ${nameOfType(a)} and ${nameOfType(b)}.`);
}

/** By code points, as Python orders strings; UTF-16 order differs beyond the basic plane. */
function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    if (a.charCodeAt(i) === b.charCodeAt(i)) continue;
    // The second halves of two pairs differ: the pairs are compared.
    const start = i > 0 && isLeading(a.charCodeAt(i - 1)) ? i - 1 : i;
    return Number(a.codePointAt(start)) - Number(b.codePointAt(start));
  }
  return a.length - b.length;
}

function isLeading(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00;
}

/**
 * One comparison.
 * @throws {RaspError} "type" when unlike types are ordered
 */
export function compareAtoms(sign: Comparison, a: Atom, b: Atom): boolean {
  switch (sign) {
    case "==":
      return atomsEqual(a, b);
    case "!=":
      return !atomsEqual(a, b);
    case "<":
      return order(a, b, sign) < 0;
    case "<=":
      return order(a, b, sign) <= 0;
    case ">":
      return order(a, b, sign) > 0;
    case ">=":
      return order(a, b, sign) >= 0;
  }
}

const TYPE_NAMES = {
  int: "an int",
  float: "a float",
  bool: "a bool",
  string: "a string",
  none: "None",
  tuple: "a tuple",
} as const;

/** "a string", "an int", …: for messages. */
export function nameOfType(atom: Atom): string {
  return TYPE_NAMES[typeOf(atom)];
}

/** A text under which equal atoms meet (1, 1.0 and True are equal): the key of a dict or of a set. */
export function atomKey(atom: Atom): string {
  if (typeof atom === "string") return `s${atom}`;
  if (atom === null) return "n";
  if (atom instanceof Tuple) return `(${atom.items.map((item) => JSON.stringify(atomKey(item))).join()})`;
  if (atom instanceof Float)
    return Number.isInteger(atom.value) ? `d${BigInt(atom.value)}` : `d${atom.value}`;
  return `d${Number(atom) === atom || typeof atom === "bigint" ? String(atom) : Number(atom)}`;
}
