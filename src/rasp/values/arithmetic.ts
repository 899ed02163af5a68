/** Python's arithmetic on atoms: ints are exact and unbounded, `/` gives floats, bools count as 0 and 1. */
import { RaspError } from "../source/raspError";
import { Float, asInt, asNumber, isNumeric, toInt, type Atom, type Int } from "./atom";
import { nameOfType } from "./compare";

/** The arithmetic operators, under their names in every dialect (`^` of RASP is "power"). */
export type Arithmetic = "+" | "-" | "*" | "/" | "//" | "%" | "power" | "&" | "|";

/** Longer results are refused: a program of a line could fill the memory. */
const MAX_TEXT = 1 << 20;
const MAX_BITS = 1 << 16;

/**
 * One operation.
 * @throws {RaspError} "type" for operands that the operator does not take, "arithmetic" for a division by
 *   zero or a result that is no real number, "limit" for a result that would fill the memory
 */
export function arithmetic(sign: Arithmetic, a: Atom, b: Atom): Atom {
  if (typeof a === "number" && typeof b === "number") {
    const fast = smallInts(sign, a, b);
    if (fast !== null) return fast;
  }
  if (sign === "+" && typeof a === "string" && typeof b === "string") return bounded(a + b);
  if (sign === "*") {
    const repeated = repeat(a, b) ?? repeat(b, a);
    if (repeated !== null) return repeated;
  }
  if (!isNumeric(a) || !isNumeric(b)) throw unsuited(sign, a, b);
  const [i, j] = [asInt(a), asInt(b)];
  if (sign === "&" || sign === "|") {
    if (typeof a === "boolean" && typeof b === "boolean") return sign === "&" ? a && b : a || b;
    if (i === null || j === null) throw unsuited(sign, a, b);
    return toInt(sign === "&" ? BigInt(i) & BigInt(j) : BigInt(i) | BigInt(j));
  }
  return i !== null && j !== null ? ints(sign, i, j) : floats(sign, asNumber(a), asNumber(b));
}

/** The common case without bigints; null where the result is not a safe int or the operator is another. */
function smallInts(sign: Arithmetic, a: number, b: number): Int | null {
  let result: number;
  if (sign === "+") result = a + b;
  else if (sign === "-") result = a - b;
  else if (sign === "*") result = a * b + 0;
  else if (sign === "%" && b !== 0) result = a - b * Math.floor(a / b) + 0;
  else return null;
  // Beyond 2^53 the quotient above would be rounded.
  return Number.isSafeInteger(result) && (sign !== "%" || Math.abs(a) < 2 ** 50) ? result : null;
}

function ints(sign: Arithmetic, a: Int, b: Int): Atom {
  const [x, y] = [BigInt(a), BigInt(b)];
  switch (sign) {
    case "+":
      return toInt(x + y);
    case "-":
      return toInt(x - y);
    case "*":
      return toInt(withinBits(x * y));
    case "/":
      if (y === 0n) throw byZero();
      return new Float(divided(x, y));
    case "//":
      if (y === 0n) throw byZero();
      return toInt(floorDivide(x, y));
    case "%":
      if (y === 0n) throw byZero();
      return toInt(x - y * floorDivide(x, y));
    case "power":
      return powerOfInts(x, y);
    default:
      throw unsuited(sign, a, b);
  }
}

/** Correctly rounded where both fit a double; beyond, both are scaled down together. */
function divided(x: bigint, y: bigint): number {
  const [a, b] = [Number(x), Number(y)];
  if (Number.isFinite(a) && Number.isFinite(b)) return a / b;
  const quotient = Number((x * 2n ** 64n) / y) / 2 ** 64;
  if (!Number.isFinite(quotient)) throw new RaspError("arithmetic", "The quotient is too large for a float.");
  return quotient;
}

function floorDivide(x: bigint, y: bigint): bigint {
  const quotient = x / y;
  return x % y !== 0n && x < 0n !== y < 0n ? quotient - 1n : quotient;
}

function powerOfInts(base: bigint, exponent: bigint): Atom {
  if (exponent < 0n) {
    if (base === 0n) throw byZero();
    return floats("power", Number(base), Number(exponent));
  }
  const bits = base === 0n || base === 1n || base === -1n ? 1 : base.toString(2).length * Number(exponent);
  if (bits > MAX_BITS) throw tooLarge();
  return toInt(base ** exponent);
}

function withinBits(value: bigint): bigint {
  // 2^16 bits are some 2^14 hexadecimal digits; the text of a bigint is the cheapest way to its length.
  if (value >> BigInt(MAX_BITS) !== 0n && value >> BigInt(MAX_BITS) !== -1n) throw tooLarge();
  return value;
}

function floats(sign: Arithmetic, a: number, b: number): Float {
  switch (sign) {
    case "+":
      return new Float(a + b);
    case "-":
      return new Float(a - b);
    case "*":
      return new Float(a * b);
    case "/":
      if (b === 0) throw byZero();
      return new Float(a / b);
    case "//":
      if (b === 0) throw byZero();
      return new Float(Math.floor(a / b));
    case "%": {
      if (b === 0) throw byZero();
      const rest = a % b;
      return new Float(rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest);
    }
    default: {
      const result = a ** b;
      if (a === 0 && b < 0) throw byZero();
      if (Number.isNaN(result) && !Number.isNaN(a) && !Number.isNaN(b)) {
        throw new RaspError(
          "arithmetic",
          "The power of a negative number with this exponent is no real number.",
        );
      }
      if (!Number.isFinite(result) && Number.isFinite(a) && Number.isFinite(b)) {
        throw new RaspError("arithmetic", "The power is too large for a float.");
      }
      return new Float(result);
    }
  }
}

function repeat(text: Atom, times: Atom): string | null {
  const count = asInt(times);
  if (typeof text !== "string" || count === null) return null;
  if (Number(count) * text.length > MAX_TEXT) throw tooLarge();
  return text.repeat(Math.max(0, Number(count)));
}

function bounded(text: string): string {
  if (text.length > MAX_TEXT) throw tooLarge();
  return text;
}

/**
 * Minus.
 * @throws {RaspError} "type" for anything but a number
 */
export function negate(a: Atom): Atom {
  if (typeof a === "number") return 0 - a;
  if (a instanceof Float) return new Float(-a.value);
  const int = asInt(a);
  if (int === null) throw new RaspError("type", `- takes a number, not ${nameOfType(a)}.`);
  return toInt(-BigInt(int));
}

/**
 * Unary plus: the number itself, a bool as an int.
 * @throws {RaspError} "type" for anything but a number
 */
export function positive(a: Atom): Atom {
  if (a instanceof Float) return a;
  const int = asInt(a);
  if (int === null) throw new RaspError("type", `+ takes a number, not ${nameOfType(a)}.`);
  return int;
}

/**
 * To the nearest int, halves to the even one.
 * @throws {RaspError} "type" for anything but a number, "arithmetic" for infinity and NaN
 */
export function roundHalfEven(a: Atom): Int {
  const int = asInt(a);
  if (int !== null) return int;
  if (!(a instanceof Float)) throw new RaspError("type", `round takes a number, not ${nameOfType(a)}.`);
  if (!Number.isFinite(a.value)) throw new RaspError("arithmetic", "This float has no nearest int.");
  const low = Math.floor(a.value);
  const rest = a.value - low;
  const up = rest > 0.5 || (rest === 0.5 && low % 2 !== 0);
  return intOfWhole(low + (up ? 1 : 0));
}

/** A whole double as an int. */
export function intOfWhole(value: number): Int {
  return Number.isSafeInteger(value) ? value + 0 : toInt(BigInt(value));
}

function byZero(): RaspError {
  return new RaspError("arithmetic", "Division by zero.");
}

function tooLarge(): RaspError {
  return new RaspError(
    "limit",
    "The result would be too large to keep.",
    null,
    "Compute with smaller numbers or shorter texts.",
  );
}

function unsuited(sign: Arithmetic, a: Atom, b: Atom): RaspError {
  const shown = sign === "power" ? "The power" : sign;
  return new RaspError("type", `${shown} does not take ${nameOfType(a)} and ${nameOfType(b)}.`);
}
