/** Python's operators on the values of a running program. */
import { RaspError } from "../../source/raspError";
import { asInt, isNumeric, isTruthy, toInt, type Int } from "../../values/atom";
import { arithmetic, negate, positive, type Arithmetic } from "../../values/arithmetic";
import { atomsEqual, compareAtoms, type Comparison } from "../../values/compare";
import type { BinarySign, CompareSign } from "../syntax/tree";
import {
  PyDict,
  PyList,
  PyObject,
  PyRange,
  PySet,
  PyTuple,
  asAtom,
  capital,
  isScalar,
  nameOfValue,
  type PyValue,
  type Scalar,
} from "./values";

/** Lists beyond this length are refused: a line could fill the memory. */
const MAX_ITEMS = 1 << 20;

/**
 * `a sign b`.
 * @throws {RaspError} where Python would raise
 */
export function binary(sign: BinarySign, a: PyValue, b: PyValue): PyValue {
  if (isScalar(a) && isScalar(b)) return scalars(sign, a, b);
  if (a instanceof PyObject) {
    const made = a.binary(sign, b, false);
    if (made !== undefined) return made;
  }
  if (b instanceof PyObject) {
    const made = b.binary(sign, a, true);
    if (made !== undefined) return made;
  }
  const joined = containers(sign, a, b);
  if (joined !== undefined) return joined;
  throw new RaspError("type", `${sign} does not take ${nameOfValue(a)} and ${nameOfValue(b)}.`);
}

function scalars(sign: BinarySign, a: Scalar, b: Scalar): PyValue {
  switch (sign) {
    case "**":
    case "^":
      return arithmetic("power", a, b) as Scalar;
    case "<<":
    case ">>": {
      const [i, j] = [asInt(a), asInt(b)];
      if (i === null || j === null) break;
      const by = Number(j);
      if (by < 0) throw new RaspError("arithmetic", "A negative shift.");
      if (sign === "<<") return arithmetic("*", i, arithmetic("power", 2, by)) as Int;
      return toInt(BigInt(i) >> BigInt(Math.min(by, 1 << 20)));
    }
    case "@":
      break;
    case "%":
      if (typeof a === "string") {
        throw new RaspError(
          "unsupported",
          "Formatting by % is not supported.",
          null,
          'Use an f-string: f"{x}".',
        );
      }
      return arithmetic(sign, a, b) as Scalar;
    default:
      return arithmetic(sign as Arithmetic, a, b) as Scalar;
  }
  throw new RaspError("type", `${sign} does not take ${nameOfValue(a)} and ${nameOfValue(b)}.`);
}

function containers(sign: BinarySign, a: PyValue, b: PyValue): PyValue | undefined {
  if (sign === "+") {
    if (a instanceof PyList && b instanceof PyList) return new PyList(bounded([...a.items, ...b.items]));
    if (a instanceof PyTuple && b instanceof PyTuple) return new PyTuple(bounded([...a.items, ...b.items]));
  }
  if (sign === "*") return repeated(a, b) ?? repeated(b, a);
  if (a instanceof PySet && b instanceof PySet) {
    const [left, right] = [a.entries, b.entries];
    if (sign === "|") return new PySet([...left.values(), ...right.values()]);
    if (sign === "&") return new PySet([...left].filter(([key]) => right.has(key)).map(([, item]) => item));
    if (sign === "-") return new PySet([...left].filter(([key]) => !right.has(key)).map(([, item]) => item));
  }
  return undefined;
}

function repeated(list: PyValue, times: PyValue): PyValue | undefined {
  if (!isScalar(times) || !(list instanceof PyList || list instanceof PyTuple)) return undefined;
  const count = asInt(times);
  if (count === null) return undefined;
  const whole = Math.max(0, Number(count));
  if (whole * list.items.length > MAX_ITEMS) throw tooLong();
  const items = Array.from({ length: whole }, () => list.items).flat();
  return list instanceof PyList ? new PyList(items) : new PyTuple(items);
}

/**
 * The list itself, if it is not too long.
 * @throws {RaspError} "limit"
 */
export function bounded<T>(items: T[]): T[] {
  if (items.length > MAX_ITEMS) throw tooLong();
  return items;
}

function tooLong(): RaspError {
  return new RaspError(
    "limit",
    "The list would be too long to keep.",
    null,
    "Look for a loop that makes it too long.",
  );
}

/**
 * A sign before a value.
 * @throws {RaspError} where Python would raise
 */
export function unary(sign: "-" | "+" | "~", value: PyValue): PyValue {
  if (value instanceof PyObject) {
    const made = value.unary(sign);
    if (made !== undefined) return made;
  }
  if (isScalar(value) && isNumeric(value)) {
    if (sign === "-") return negate(value) as Scalar;
    if (sign === "+") return positive(value) as Scalar;
    const int = asInt(value);
    if (int !== null) return toInt(~BigInt(int));
  }
  throw new RaspError("type", `${sign} does not take ${nameOfValue(value)}.`);
}

const MIRRORED: Readonly<Record<Comparison, Comparison>> = {
  "==": "==",
  "!=": "!=",
  "<": ">",
  "<=": ">=",
  ">": "<",
  ">=": "<=",
};

/**
 * `a sign b`.
 * @throws {RaspError} where Python would raise
 */
export function compare(sign: CompareSign, a: PyValue, b: PyValue): PyValue {
  switch (sign) {
    case "is":
      return identical(a, b);
    case "is not":
      return !identical(a, b);
    case "in":
      return contains(b, a);
    case "not in":
      return !contains(b, a);
  }
  if (isScalar(a) && isScalar(b)) return compareAtoms(sign, a, b);
  if (a instanceof PyObject) {
    const made = a.compare(sign, b);
    if (made !== undefined) return made;
  }
  if (b instanceof PyObject) {
    const made = b.compare(MIRRORED[sign], a);
    if (made !== undefined) return made;
  }
  if (sign === "==") return equal(a, b);
  if (sign === "!=") return !equal(a, b);
  const [left, right] = [itemsToOrder(a), itemsToOrder(b)];
  if (left !== null && right !== null && a?.constructor === b?.constructor) {
    for (let i = 0; i < Math.min(left.length, right.length); i++) {
      if (!equal(left[i], right[i])) return compare(sign, left[i], right[i]);
    }
    return compareAtoms(sign, left.length, right.length);
  }
  throw new RaspError("type", `${sign} cannot order ${nameOfValue(a)} and ${nameOfValue(b)}.`);
}

function itemsToOrder(value: PyValue): readonly PyValue[] | null {
  return value instanceof PyList || value instanceof PyTuple ? value.items : null;
}

function identical(a: PyValue, b: PyValue): boolean {
  if (a === b) return true;
  // Python keeps one object for each small number and short string; that is what programs see.
  return isScalar(a) && isScalar(b) && typeof a === typeof b && typeof a !== "object" && atomsEqual(a, b);
}

/** Equality of values that are no dialect's objects. */
export function equal(a: PyValue, b: PyValue, depth = 0): boolean {
  if (a === b) return true;
  if (isScalar(a) || isScalar(b)) return isScalar(a) && isScalar(b) && atomsEqual(a, b);
  if (depth > 100)
    throw new RaspError(
      "limit",
      "The lists are nested too deep to be compared.",
      null,
      "Compare parts of them.",
    );
  const all = (left: readonly PyValue[], right: readonly PyValue[]): boolean =>
    left.length === right.length && left.every((item, i) => equal(item, right[i], depth + 1));
  if (a instanceof PyList && b instanceof PyList) return all(a.items, b.items);
  if (a instanceof PyTuple && b instanceof PyTuple) return all(a.items, b.items);
  if (a instanceof PyRange && b instanceof PyRange) {
    return (
      a.length === b.length &&
      (a.length === 0 || (a.start === b.start && (a.length === 1 || a.step === b.step)))
    );
  }
  if (a instanceof PySet && b instanceof PySet) {
    return a.entries.size === b.entries.size && [...a.entries.keys()].every((key) => b.entries.has(key));
  }
  if (a instanceof PyDict && b instanceof PyDict) {
    return (
      a.entries.size === b.entries.size &&
      [...a.entries].every(
        ([key, [, value]]) => b.entries.has(key) && equal(value, b.entries.get(key)![1], depth + 1),
      )
    );
  }
  return false;
}

/**
 * `item in container`.
 * @throws {RaspError} where the container is none
 */
export function contains(container: PyValue, item: PyValue): boolean {
  if (typeof container === "string") {
    if (typeof item !== "string") {
      throw new RaspError("type", `A string holds strings only, so in does not take ${nameOfValue(item)}.`);
    }
    return container.includes(item);
  }
  if (container instanceof PyList || container instanceof PyTuple) {
    return container.items.some((other) => equal(other, item));
  }
  if (container instanceof PyRange) {
    const int = isScalar(item) ? asInt(item) : null;
    if (int === null) return false;
    const steps = (Number(int) - container.start) / container.step;
    return Number.isInteger(steps) && steps >= 0 && steps < container.length;
  }
  if (container instanceof PySet || container instanceof PyDict) {
    if (asAtom(item) === undefined) return false;
    return container instanceof PyDict
      ? container.get(item) !== undefined
      : container.entries.has([...new PySet([item]).entries.keys()][0]);
  }
  throw new RaspError(
    "type",
    `in looks into a list, a string or the like, not into ${nameOfValue(container)}.`,
  );
}

/** Python's truth. */
export function truth(value: PyValue): boolean {
  if (isScalar(value)) return isTruthy(value);
  if (value instanceof PyList || value instanceof PyTuple) return value.items.length > 0;
  if (value instanceof PyDict || value instanceof PySet) return value.entries.size > 0;
  if (value instanceof PyRange) return value.length > 0;
  return value instanceof PyObject ? value.truth() : true;
}

/**
 * What a loop goes through.
 * @throws {RaspError} "type" where there is nothing to go through
 */
export function iterate(value: PyValue): Iterable<PyValue> {
  if (typeof value === "string") return value;
  if (value instanceof PyList || value instanceof PyTuple) return value.items;
  if (value instanceof PyDict) return [...value.entries.values()].map(([key]) => key);
  if (value instanceof PySet) return value.entries.values();
  if (value instanceof PyRange) return numbers(value);
  const items = value instanceof PyObject ? value.items() : undefined;
  if (items !== undefined) return items;
  throw new RaspError("type", `${capital(nameOfValue(value))} has no items to go through.`);
}

function* numbers(range: PyRange): Generator<number> {
  for (let i = 0; i < range.length; i++) yield range.at(i);
}

/** How many items a value has; undefined where that makes no sense. */
export function lengthOf(value: PyValue): number | undefined {
  if (typeof value === "string") return [...value].length;
  if (value instanceof PyList || value instanceof PyTuple) return value.items.length;
  if (value instanceof PyDict || value instanceof PySet) return value.entries.size;
  return value instanceof PyRange ? value.length : undefined;
}
