/**
 * The values that stand at a position, with Python's own distinctions: 2 is not 2.0, True is not 1.
 *
 * An int is a `number` while it is safe and a `bigint` beyond, a float is a `Float`, a bool and a string are
 * JavaScript's, None is `null`. Only this folder knows that; others ask `typeOf`.
 */

/** A Python float. Wrapped, since a JavaScript number alone cannot tell 2.0 from 2. */
export class Float {
  constructor(readonly value: number) {}
}

/** A Python tuple: Tracr's programs carry pairs through elementwise functions. */
export class Tuple {
  constructor(readonly items: readonly Atom[]) {}
}

/** An integer of any size. */
export type Int = number | bigint;

/** What may stand at a position. */
export type Atom = boolean | string | Int | Float | null | Tuple;

/** Python's name of an atom's type. */
export type AtomType = "int" | "float" | "bool" | "string" | "none" | "tuple";

/** The type of an atom. */
export function typeOf(atom: Atom): AtomType {
  switch (typeof atom) {
    case "number":
    case "bigint":
      return "int";
    case "string":
      return "string";
    case "boolean":
      return "bool";
  }
  if (atom === null) return "none";
  return atom instanceof Float ? "float" : "tuple";
}

/** A bigint as the project keeps ints: a plain number while it is safe. */
export function toInt(value: bigint): Int {
  const small = Number(value);
  return Number.isSafeInteger(small) ? small : value;
}

/** True for int, float and bool: what arithmetic takes. */
export function isNumeric(atom: Atom): atom is boolean | Int | Float {
  const type = typeof atom;
  return type === "number" || type === "boolean" || type === "bigint" || atom instanceof Float;
}

/** An int or bool as an int; null for everything else. */
export function asInt(atom: Atom): Int | null {
  if (typeof atom === "number" || typeof atom === "bigint") return atom;
  return typeof atom === "boolean" ? Number(atom) : null;
}

/** A numeric atom as a JavaScript number (rounded where an int is too large for one); NaN for everything else. */
export function asNumber(atom: Atom): number {
  if (typeof atom === "number") return atom;
  if (atom instanceof Float) return atom.value;
  return typeof atom === "boolean" || typeof atom === "bigint" ? Number(atom) : Number.NaN;
}

/** Python's truth: zero, the empty string and None are false. */
export function isTruthy(atom: Atom): boolean {
  if (atom instanceof Float) return atom.value !== 0;
  if (atom instanceof Tuple) return atom.items.length > 0;
  return Boolean(atom);
}
