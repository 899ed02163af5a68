/** The base sequences of an input: its tokens under each conversion. */
import { RaspError } from "../source/raspError";
import { Float, asNumber, isTruthy, toInt, typeOf, type Atom, type Int } from "../values/atom";
import { intOfWhole } from "../values/arithmetic";
import { atomText } from "../values/show";
import type { Sequence } from "../values/sequence";
import type { InputName } from "./nodes";

/**
 * The tokens, converted as Python's str, int, float and bool convert.
 * @throws {RaspError} "token-conversion" naming the token and its position
 */
export function converted(tokens: Sequence, name: InputName): Sequence {
  switch (name) {
    case "asis":
      return tokens;
    case "str":
      return tokens.map((token) => (typeof token === "string" ? token : atomText(token)));
    case "bool":
      return tokens.map(isTruthy);
    case "int":
      return tokens.map((token, i) => toIntToken(token) ?? refuse(token, i, "int"));
    case "float":
      return tokens.map((token, i) => {
        const value = typeof token === "string" ? floatOf(token) : asNumber(token);
        return value === null || typeOf(token) === "none" ? refuse(token, i, "float") : new Float(value);
      });
  }
}

function refuse(token: Atom, position: number, type: string): never {
  throw new RaspError(
    "token-conversion",
    `The token ${atomText(token)} at position ${position} is no ${type}.`,
  );
}

function toIntToken(token: Atom): Int | null {
  if (typeof token === "string") {
    const digits = /^\s*([+-]?\d+(?:_\d+)*)\s*$/.exec(token)?.[1]?.replaceAll("_", "");
    return digits === undefined ? null : toInt(BigInt(digits.replace(/^\+/, "")));
  }
  if (token instanceof Float)
    return Number.isFinite(token.value) ? intOfWhole(Math.trunc(token.value)) : null;
  if (typeof token === "boolean") return Number(token);
  return typeof token === "number" || typeof token === "bigint" ? token : null;
}

function floatOf(text: string): number | null {
  const cut = text.trim().replaceAll("_", "");
  if (/^[+-]?(inf|infinity)$/i.test(cut)) return cut.startsWith("-") ? -Infinity : Infinity;
  if (/^[+-]?nan$/i.test(cut)) return Number.NaN;
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(cut) ? Number(cut) : null;
}
